"""What can go wrong with people and how they come in.

PeopleError
├── LinkOver         a link was used already, is too old, was revoked, or never was ours; which of these is not said
├── SomebodyElses    the link is for another person than the one who is signed in
├── NoSuchSession    this person has no such session
├── NoSuchInvitation the account has no such invitation
├── NoSuchFactor     this person has no such passkey or second factor
├── NoSuchSignOn     no account has this identity provider
├── BadDetails       something that was entered cannot be used; says which, and how to write it
├── BadSignOn        an identity provider that cannot be used
├── SignOnRefused    the identity provider's answer lets nobody in here
├── SignUpClosed     nobody opens an account here by themselves
└── CannotMail       the mail server did not take a mail; it is tried again
"""

from ringfence.core.errors import BadInput, NotAllowed, NotFound, RingfenceError, Unavailable


class PeopleError(RingfenceError):
    code = "people"


class LinkOver(PeopleError, BadInput):
    code = "link_over"

    def __init__(self) -> None:
        super().__init__("This link was used already, or is too old. Ask for a new one.")


class SomebodyElses(PeopleError, NotAllowed):
    code = "somebody_elses"


class NoSuchSession(PeopleError, NotFound):
    code = "no_such_session"


class NoSuchInvitation(PeopleError, NotFound):
    code = "no_such_invitation"


class NoSuchFactor(PeopleError, NotFound):
    code = "no_such_factor"


class NoSuchSignOn(PeopleError, NotFound):
    code = "no_such_sign_on"


class BadDetails(PeopleError, BadInput):
    """`field` names what has to be entered differently."""

    code = "bad_details"

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


class BadSignOn(PeopleError, BadInput):
    code = "bad_sign_on"


class SignOnRefused(PeopleError, NotAllowed):
    code = "sign_on_refused"


class SignUpClosed(PeopleError, NotAllowed):
    code = "sign_up_closed"


class CannotMail(PeopleError, Unavailable):
    code = "cannot_mail"
