"""What can go wrong with accounts and those who act for them.

AccountsError
├── NoTenant        code touched an account's rows without saying whose: a mistake of ours
├── OtherTenant     code opened one account inside another: a mistake of ours
├── NoSuchAccount   no account has this id or short name
├── NoSuchMember    this person is not a member
├── NoSuchKey       the account has no such API key
├── SlugTaken       another account has this short name
├── IsStaff         this person is of the operator's, and belongs to no account
├── AlreadyMember   this person is a member already
├── BadAccount      a short name or a time zone that is none
├── BadAddress      an e-mail address that is none
├── RoleTooHigh     nobody gives a role, to a person or a key, that may more than their own
├── LastOwner       an account keeps at least one owner
├── AccountClosed   the account is cancelled, and opens nothing until its owner comes back
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


class NoSuchMember(AccountsError, NotFound):
    code = "no_such_member"


class NoSuchKey(AccountsError, NotFound):
    code = "no_such_key"


class SlugTaken(AccountsError, Conflict):
    code = "slug_taken"


class AlreadyMember(AccountsError, Conflict):
    code = "already_member"


class IsStaff(AccountsError, Conflict):
    code = "is_staff"


class BadAccount(AccountsError, BadInput):
    code = "bad_account"


class BadAddress(AccountsError, BadInput):
    code = "bad_address"


class RoleTooHigh(AccountsError, NotAllowed):
    code = "role_too_high"


class LastOwner(AccountsError, BadInput):
    code = "last_owner"


class AccountClosed(AccountsError, NotAllowed):
    code = "account_closed"


class KeyRefused(AccountsError, NotAllowed):
    code = "key_refused"
