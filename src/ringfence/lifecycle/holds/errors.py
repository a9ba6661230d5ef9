"""What can go wrong with legal holds.

HoldError
├── NoSuchHold   this account has no such hold
├── BadHold      it names nothing, gives no reason, or ends in the past
└── NotTheirs    only the customer's owner or privacy officer sets and releases holds
"""

from ringfence.core.errors import BadInput, NotAllowed, NotFound, RingfenceError


class HoldError(RingfenceError):
    code = "hold"


class NoSuchHold(HoldError, NotFound):
    code = "no_such_hold"


class BadHold(HoldError, BadInput):
    code = "bad_hold"


class NotTheirs(HoldError, NotAllowed):
    code = "not_theirs"
