"""What can go wrong with accounts and those who act for them.

AccountsError
├── NoTenant        code touched an account's rows without saying whose: a mistake of ours
├── OtherTenant     code opened one account inside another: a mistake of ours
├── NoSuchAccount   no account has this slug
├── SlugTaken       another account has this slug
├── AlreadyMember   this person is a member already
├── LastOwner       an account keeps at least one owner
└── KeyRefused      an API key that is unknown, wrong, expired or revoked; which of these is not said
"""

from ringfence.core.errors import BadInput, Conflict, NotAllowed, NotFound, RingfenceError


class AccountsError(RingfenceError):
    code = "accounts"


class NoTenant(AccountsError):
    code = "no_tenant"


class OtherTenant(AccountsError):
    code = "other_tenant"


class NoSuchAccount(AccountsError, NotFound):
    code = "no_such_account"


class SlugTaken(AccountsError, Conflict):
    code = "slug_taken"


class AlreadyMember(AccountsError, Conflict):
    code = "already_member"


class LastOwner(AccountsError, BadInput):
    code = "last_owner"


class KeyRefused(AccountsError, NotAllowed):
    code = "key_refused"
