"""One question at the gate: may this go there, and to which address?

The register is asked before the name is: what is not in it is never looked up, so no stranger's name server learns anything.
A name is resolved once, and every address that it leads to is judged; the tunnel goes to one of those and to no other.
"""

import asyncio
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from ringfence.core.clock import Clock
from ringfence.core.errors import Unavailable
from ringfence.egress.decide import may_leave
from ringfence.egress.nearby import Address, Nearby, outside
from ringfence.egress.proxy.book import Book
from ringfence.egress.recipients import Going, Kind, Recipient
from ringfence.egress.target import Target
from ringfence.policy import Decision

RESOLVE_S: Final = 5.0
_STARTTLS: Final = frozenset({25, 587})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """It may go. `clear` allows the first bytes to be something else than TLS: on this machine, and before STARTTLS."""

    recipient: Recipient
    addresses: tuple[Address, ...]
    clear: bool


@dataclass(frozen=True, slots=True)
class No:
    reason: str


@dataclass(frozen=True, slots=True)
class Judge:
    """`nearby` are the operator's own machines; `ours` are the places of the installation's own mail server and stores, which may be
    inside the operator's network, since the operator set them.
    """

    book: Book
    clock: Clock
    nearby: Nearby
    ours: Nearby

    async def judge(self, going: Going, target: Target) -> Pass | No:
        """The answer; nothing is written down yet."""
        try:
            recipient = await asyncio.to_thread(self.book.find, going, target.host, target.port)
        except Unavailable:
            return No("gate_away")
        named = self.nearby.has(target.host, target.port)
        decision = may_leave(recipient, going, self.clock.now().date(), here=named)
        if recipient is None or (not decision and not self._could_be_here(recipient, target, decision)):
            return No(decision.reason)
        addresses = await _resolve(target)
        if not addresses:
            return No("no_address" if decision else decision.reason)
        here = named or self._here(recipient, target, addresses)
        if not here and not decision:
            return No(decision.reason)
        if not here and not all(outside(each) for each in addresses):
            return No("private_address")
        starttls = recipient.kind is Kind.MAIL and target.port in _STARTTLS
        clear = starttls or all(each.is_loopback for each in addresses)
        return Pass(recipient=recipient, addresses=addresses, clear=clear)

    def _could_be_here(self, recipient: Recipient, target: Target, decision: Decision) -> bool:
        """Whether its addresses may show that nothing leaves: only then is a name looked up that nothing may be sent to yet."""
        if decision.reason not in _WHERE:
            return False
        return self.nearby.networks or (
            recipient.account_id is None and self.ours.has(target.host, target.port)
        )

    def _here(self, recipient: Recipient, target: Target, addresses: tuple[Address, ...]) -> bool:
        """Whether every address is one of the operator's own machines."""
        if all(self.nearby.has(target.host, target.port, each) for each in addresses):
            return True
        set_so = recipient.account_id is None and self.ours.has(target.host, target.port)
        return set_so and not any(outside(each) for each in addresses)


# Answers that depend on where the recipient is: an address of the operator's own needs no ground.
_WHERE: Final = frozenset(
    {"no_ground", "no_agreement", "not_eea", "not_adequate", "no_module", "not_assessed"}
)


async def _resolve(target: Target) -> tuple[Address, ...]:
    try:
        return (ip_address(target.host),)
    except ValueError:
        pass
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await asyncio.get_running_loop().getaddrinfo(
                target.host, target.port, type=socket.SOCK_STREAM
            )
    except (OSError, TimeoutError, UnicodeError):
        return ()
    return tuple(dict.fromkeys(ip_address(str(each[4][0]).partition("%")[0]) for each in found))
