"""How many may be here at once: altogether, and of one, so that no single one takes all the room. Of connections, one is a network."""

from collections import Counter
from collections.abc import Hashable
from ipaddress import ip_address, ip_network
from typing import Final

# One subscriber has a whole /64 of the newer addresses, and may speak from any of them (RFC 6177, section 2).
PREFIX: Final = 64


def network_of(address: str) -> str:
    """Whose connection it is: an IPv4 address, or the /64 that an IPv6 address is in."""
    found = ip_address(address.partition("%")[0])
    return str(found) if found.version == 4 else str(ip_network((found, PREFIX), strict=False))  # noqa: PLR2004


class Room:
    """Places: `most` altogether, `most_of_one` of one. Not for several threads without a lock."""

    def __init__(self, most: int, most_of_one: int) -> None:
        self._most, self._most_of_one = most, most_of_one
        self._of: Counter[Hashable] = Counter()

    def enter(self, one: Hashable) -> bool:
        """Take a place, if there is one for this one."""
        if self._of.total() >= self._most or self._of[one] >= self._most_of_one:
            return False
        self._of[one] += 1
        return True

    def leave(self, one: Hashable) -> None:
        """Give it back. Nothing is kept of who has none."""
        self._of[one] -= 1
        if not self._of[one]:
            del self._of[one]
