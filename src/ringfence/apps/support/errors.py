"""What can go wrong with support.

SupportError
├── NoSuchRequest    this account has no such support request
├── NoSuchAsk        nobody asked for this
├── BadRequest       a field of a request or of what is asked cannot be used; `field` says which
├── NotPending       it was decided, withdrawn or lapsed already
├── ChangedSince     what is asked is not what was shown
├── NotReleased      nothing of the customer's opens this: never released, at its end, or withdrawn
├── TooMany          one approval opens no more calls than its limit
├── SamePerson       the one who asks to break the glass cannot be the one who confirms it
└── RequestClosed    the request was closed
"""

from ringfence.core.errors import BadInput, Conflict, NotAllowed, NotFound, RingfenceError


class SupportError(RingfenceError):
    code = "support"


class NoSuchRequest(SupportError, NotFound):
    code = "no_such_request"


class NoSuchAsk(SupportError, NotFound):
    code = "no_such_ask"


class BadRequest(SupportError, BadInput):
    code = "bad_support_request"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class NotPending(SupportError, Conflict):
    code = "not_pending"


class ChangedSince(SupportError, Conflict):
    code = "changed_since"


class NotReleased(SupportError, NotAllowed):
    code = "not_released"


class TooMany(SupportError, BadInput):
    code = "too_many_calls"


class SamePerson(SupportError, NotAllowed):
    code = "same_person"


class RequestClosed(SupportError, Conflict):
    code = "request_closed"
