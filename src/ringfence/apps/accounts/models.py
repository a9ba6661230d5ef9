"""Accounts, the people who are members of them, and API keys.

Accounts and users are few and are looked up from everywhere: on a cluster they are reference tables, which is why
their unique columns need no account beside them. Every other unique constraint in the platform contains the account.
"""

from typing import ClassVar
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models

from ringfence.apps.keys.wiring import vault
from ringfence.apps.rows.base import Row
from ringfence.policy import Plan
from ringfence.vault.people import peppered


class Role(models.TextChoices):
    """What a member or a key may do; the table is in `access`."""

    OWNER = "owner"
    ADMIN = "admin"
    MANAGER = "manager"
    ANALYST = "analyst"
    BILLING = "billing"
    PRIVACY_OFFICER = "privacy_officer"


class Scope(models.TextChoices):
    """What a key is for: of all that its role may, what it may. The table is in `access`."""

    EVERYTHING = "everything"
    READING = "reading"  # what changes nothing
    CALLS = "calls"
    CALLS_READING = "calls-reading"
    AGENTS = "agents"  # and numbers
    AUDIT = "audit"  # who looked, and records of consent


class Account(Row):
    """A customer of the installation. Its fence is its own id.

    `then_*` is a lower plan that an owner confirmed (who, and how many calls they were shown), until it begins. `changed_at` is the
    last change of the plan; `follow_at` stands from then on until every row has followed it. From `cancelled_at` on the account
    is closed, and may come back before `erase_after`; with `erasing_at` it is gone, whatever is left of it.
    """

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    plan = models.CharField(max_length=12, choices=[(plan.value, plan.value) for plan in Plan])
    timezone = models.CharField(max_length=64, default="UTC")
    created_at = models.DateTimeField()
    shelf = models.PositiveIntegerField(db_default=1)
    then_plan = models.CharField(max_length=12, null=True, choices=[(p.value, p.value) for p in Plan])  # noqa: DJ001 - none is not an empty one
    then_at = models.DateTimeField(null=True)
    then_by = models.CharField(max_length=60, null=True)  # noqa: DJ001 - nobody is not an empty name
    then_shown = models.PositiveBigIntegerField(null=True)
    changed_at = models.DateTimeField(null=True)
    follow_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    cancelled_by = models.CharField(max_length=60, null=True)  # noqa: DJ001 - as above
    erase_after = models.DateTimeField(null=True)
    erasing_at = models.DateTimeField(null=True)


class UserManager(BaseUserManager["User"]):
    """Finds users by their address, whatever its letters' case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=normal_email(username or ""))


class User(AbstractBaseUser, Row):
    """A person who signs in. Stands outside accounts: one person may be a member of several."""

    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    def set_password(self, raw_password: str | None) -> None:
        """None makes it unusable. What is hashed is bound to this person and to a key outside of the database
        (`vault.people`): a hash that was written into the table by hand, or is another person's, lets nobody in.
        """
        super().set_password(None if raw_password is None else self._peppered(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return raw_password is not None and check_password(self._peppered(raw_password), self.password)

    def _peppered(self, password: str) -> str:
        whose: UUID | None = self.id  # nobody's, where Django hashes for an address that it does not know
        return peppered(vault().root, whose or UUID(int=0), password)


class Membership(Row):
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships", db_index=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "user"], name="accounts_membership_once")]


class ApiKey(Row):
    """`rf_<prefix>_<secret>`: the prefix finds the row, the secret's SHA-256 proves it. The secret is never stored.

    `created_by` is the member who made it, within whose role it stays; null for the operator's command line.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys", db_index=False)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=16, choices=Role)
    scope = models.CharField(max_length=16, choices=Scope, db_default=Scope.EVERYTHING.value)
    prefix = models.CharField(max_length=16)
    secret_sha256 = models.BinaryField(max_length=32)
    created_by = models.UUIDField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "prefix"], name="accounts_apikey_prefix_once")
        ]
        indexes = [models.Index(fields=["prefix"], name="accounts_apikey_prefix")]


class IdempotentWrite(Row):
    """A write that a client named with an idempotency key, so that sending it again does not do it again.

    `request_sha256` covers method, path and body; `body_sealed` is the answer that was given, null while it is made.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+", db_index=False)
    key_sha256 = models.BinaryField(max_length=32)
    request_sha256 = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    body_sealed = models.BinaryField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "key_sha256"], name="accounts_idempotentwrite_once")
        ]


def normal_email(address: str) -> str:
    """The form in which an address is stored and compared."""
    return address.strip().casefold()
