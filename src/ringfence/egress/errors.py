"""What can go wrong on the way out.

EgressError
├── Refused      it may not leave; `reason` is a code of `decide.REASONS`, written down as evidence
│   └── NoWay    there is a way, and it leads nowhere now: the gate or the other side does not answer; later it may
├── BadTarget    an address that nothing can be sent to: not https, credentials in it, no host
└── BadNearby    RINGFENCE_NEARBY has an entry that is none
"""

from typing import ClassVar

from ringfence.core.errors import BadInput, NotAllowed, RingfenceError, Unavailable


class EgressError(RingfenceError):
    code = "egress"


class Refused(EgressError, NotAllowed):
    """`reason` says why, as one of a closed list; the message says it to people."""

    code: ClassVar[str] = "leaving_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class NoWay(Refused, Unavailable):
    code = "no_way_out"
    retry = True


class BadTarget(EgressError, BadInput):
    code = "bad_target"


class BadNearby(EgressError, BadInput):
    code = "bad_nearby"
