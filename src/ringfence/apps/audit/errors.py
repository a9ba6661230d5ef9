"""What can go wrong with the trail.

AuditError
├── NoTransaction  an event was to be written outside of the transaction of what it tells: a mistake of ours
└── NoSuchEvent    no event has this id, or its time has passed
"""

from ringfence.core.errors import NotFound, RingfenceError


class AuditError(RingfenceError):
    code = "audit"


class NoTransaction(AuditError):
    code = "audit_without_transaction"


class NoSuchEvent(AuditError, NotFound):
    code = "no_such_event"
