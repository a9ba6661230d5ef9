"""What can go wrong with plans and lives.

PlanError
├── NotThisPlan    the account has this plan already, or it is no higher (or lower) one
├── NotShown       what was confirmed is not what would be destroyed: look again
├── NothingToCome  no lower plan was confirmed
├── IsCancelled    the account is cancelled already
├── NotCancelled   the account is open
├── StillHeld      a legal hold names something of the account
└── GraceIsOver    the account is being erased, or was
"""

from ringfence.core.errors import Conflict, Gone, RingfenceError


class PlanError(RingfenceError):
    code = "plan"


class NotThisPlan(PlanError, Conflict):
    code = "not_this_plan"


class NotShown(PlanError, Conflict):
    code = "not_shown"


class NothingToCome(PlanError, Conflict):
    code = "nothing_to_come"


class IsCancelled(PlanError, Conflict):
    code = "is_cancelled"


class NotCancelled(PlanError, Conflict):
    code = "not_cancelled"


class StillHeld(PlanError, Conflict):
    code = "still_held"


class GraceIsOver(PlanError, Gone):
    code = "grace_is_over"
