"""What can go wrong with what calls leave.

CallsError
├── NoSuchCall    this account has no such call
├── PartGone      the part was deleted, is being erased, or its time has passed; `reason` says which
├── CallTaken     the carrier told of this call before, and it was answered since
├── NeverKept     the part was never written
├── BadCursor     a cursor that is not one of ours
├── BadFilter     a filter that no call could pass
└── NotStored     the object store did not answer
"""

from ringfence.core.errors import BadInput, Conflict, Gone, NotFound, RingfenceError, Unavailable


class CallsError(RingfenceError):
    code = "calls"


class NoSuchCall(CallsError, NotFound):
    code = "no_such_call"


class PartGone(CallsError, Gone):
    code = "part_gone"

    def __init__(self, reason: str) -> None:
        super().__init__(_WORDS[reason])
        self.reason = reason


class CallTaken(CallsError, Conflict):
    code = "call_taken"


class NeverKept(CallsError, NotFound):
    code = "never_kept"


class BadCursor(CallsError, BadInput):
    code = "bad_cursor"


class BadFilter(CallsError, BadInput):
    code = "bad_filter"


class NotStored(CallsError, Unavailable):
    code = "object_store"


_WORDS = {
    "deleted": "This was deleted.",
    "being_erased": "This is being erased.",
    "expired": "The time for which this was kept has passed.",
    "pending": "This is not ready yet. Try again in a moment.",
}
