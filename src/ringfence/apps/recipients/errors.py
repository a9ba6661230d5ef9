"""What can go wrong with recipients.

RecipientsError
├── NoSuchRecipient   the account has no such recipient
└── BadTerms          what was said of a recipient cannot be; `field` says which of it
"""

from ringfence.core.errors import BadInput, NotFound, RingfenceError


class RecipientsError(RingfenceError):
    code = "recipients"


class NoSuchRecipient(RecipientsError, NotFound):
    code = "no_such_recipient"


class BadTerms(RecipientsError, BadInput):
    code = "bad_terms"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
