"""Addresses: which are out in the world, and which of those within the operator named as its own (`RINGFENCE_NEARBY`).

    RINGFENCE_NEARBY="127.0.0.1:11434 10.1.0.0/16 models.internal:443"

An entry is an address, a network or a name, with a port or without. A recipient there is part of the installation. Every other
address that is not out in the world is refused: loopback, private, link-local with the clouds' metadata, and whatever is reserved.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

from ringfence.egress.errors import BadNearby

Address = IPv4Address | IPv6Address
_SHARED: Final = ip_network("100.64.0.0/10")  # RFC 6598: a carrier's inside
_NAT64: Final = ip_network("64:ff9b::/96")  # RFC 6052: an IPv4 address in disguise
_6TO4: Final = ip_network("2002::/16")


@dataclass(frozen=True, slots=True)
class Entry:
    """One place that the operator named. A port of None: every port there."""

    place: str | IPv4Network | IPv6Network
    port: int | None

    def holds(self, host: str, port: int, address: Address | None) -> bool:
        if self.port not in {None, port}:
            return False
        if isinstance(self.place, str):
            return self.place == host
        return address is not None and address.version == self.place.version and address in self.place


class Nearby:
    """What the operator named."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self._entries = tuple(entries)

    @classmethod
    def of(cls, text: str) -> "Nearby":
        """Raises BadNearby, naming the entry."""
        return cls(_entry(each) for each in text.replace(",", " ").split())

    def __add__(self, other: "Nearby") -> "Nearby":
        return Nearby((*self._entries, *other._entries))

    @property
    def networks(self) -> bool:
        """Whether there is an address among the entries, which a name may lead to."""
        return any(not isinstance(each.place, str) for each in self._entries)

    def has(self, host: str, port: int, address: Address | None = None) -> bool:
        """Whether this is a place of the operator's own."""
        literal = address or _literal(host)
        return any(each.holds(host, port, literal) for each in self._entries)


def outside(address: Address) -> bool:
    """Whether an address is out in the world. Addresses that carry another within are judged by that one, too."""
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or (
            address.sixtofour
            if address in _6TO4
            else IPv4Address(int(address) & 0xFFFFFFFF)
            if address in _NAT64
            else None
        )
        if inner is not None:
            return outside(inner)
    return address.is_global and not address.is_multicast and address not in _SHARED


def loopback(host: str) -> bool:
    """Whether a host as it stands in an address is this machine itself. `localhost` is (RFC 6761, section 6.3)."""
    literal = _literal(host)
    return host == "localhost" or (literal is not None and literal.is_loopback)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        return None


def _entry(text: str) -> Entry:
    place, port = text, None
    head, colon, tail = text.rpartition(":")
    if colon and tail.isdigit() and (":" not in head or head.endswith("]")):
        place, port = head, int(tail)
    place = place.strip("[]").casefold()
    try:
        return Entry(ip_network(place), port)
    except ValueError:
        if not place or any(not (each.isalnum() or each in "-._") for each in place):
            raise BadNearby(
                f"RINGFENCE_NEARBY has {text!r}; an entry is like 127.0.0.1:11434, 10.1.0.0/16 or models.internal:443."
            ) from None
        return Entry(place, port)
