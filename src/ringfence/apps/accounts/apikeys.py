"""API keys: shown once, kept as a hash, found by prefix, compared in constant time.

A key may what its role may, within its scope, and never more than the role that its maker has now. It ends with its time, when it
is revoked, and with its maker's membership.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.access import Action, actions_of, may_give
from ringfence.apps.accounts.errors import KeyRefused, NoSuchKey, RoleTooHigh
from ringfence.apps.accounts.models import ApiKey, Membership, Role, Scope
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

USE_NOTED_EVERY: Final = timedelta(minutes=1)
LIVES: Final = timedelta(days=90)
LONGEST: Final = timedelta(days=3650)
SECRET_BYTES: Final = 32
PREFIX_BYTES: Final = 6
_LONGEST_TOKEN: Final = 100
_NOBODYS: Final = sha256(b"").digest()
_BY_PREFIX: Final = """
SELECT id, account_id, role, scope, maker_role, secret_sha256, expires_at, revoked_at, last_used_at
FROM lookup.api_key_by_prefix(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A new key. `token` is shown now and never again."""

    id: UUID
    prefix: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Who a request with a valid key speaks for. `actions` are all that it may: its role's, within its scope and its maker's role."""

    key_id: UUID
    account_id: UUID
    role: Role
    scope: Scope
    actions: frozenset[Action]
    prefix: str

    def may(self, action: Action) -> bool:
        return action in self.actions


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A key as the console lists it."""

    id: UUID
    name: str
    role: Role
    scope: Scope
    prefix: str
    created_by: UUID | None
    created_at: datetime
    expires_at: datetime | None  # null on keys that were made before every key had an end
    last_used_at: datetime | None
    revoked_at: datetime | None


def issue(
    account_id: UUID,
    *,
    name: str,
    role: Role,
    clock: Clock,
    scope: Scope = Scope.EVERYTHING,
    expires_at: datetime | None = None,
    created_by: UUID | None = None,
) -> IssuedKey:
    """Make a key. Without `expires_at` it ends after `LIVES`; there is none without an end.

    `created_by` is the member who makes it; None is the operator, at the command line. Raises `RoleTooHigh` where the key would
    have a role that may more than theirs.
    """
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    key_id = new_id(clock)
    with tenant(account_id):
        if created_by is not None:
            _demand_within(account_id, created_by, role)
        ApiKey.objects.create(
            id=key_id,
            account_id=account_id,
            name=name,
            role=role,
            scope=scope,
            prefix=prefix,
            secret_sha256=sha256(secret.encode()).digest(),
            created_by=created_by,
            created_at=clock.now(),
            expires_at=expires_at or clock.now() + LIVES,
        )
        record(account_id, Act.KEY_ISSUED, Thing("key", str(key_id)))
    return IssuedKey(id=key_id, prefix=prefix, token=f"rf_{prefix}_{secret}")


def verify(token: str, clock: Clock) -> KeyHolder:
    """Whom a token speaks for. Raises `KeyRefused`, which never says why: unknown, wrong, expired and revoked are one."""
    prefix, secret = _parts(token)
    given = sha256(secret.encode()).digest()
    for key_id, account_id, role, scope, maker, expected, expires_at, revoked_at, used_at in _rows(prefix):
        same = hmac.compare_digest(bytes(expected), given)
        if same and key_id is not None and not _over(expires_at, revoked_at, clock):
            _note_use(account_id, key_id, used_at, clock.now())
            return KeyHolder(
                key_id=key_id, account_id=account_id, role=Role(role), scope=Scope(scope), prefix=prefix,
                actions=actions_of(Role(role), Scope(scope), Role(maker) if maker else None),
            )  # fmt: skip
    raise KeyRefused("This API key is not valid.")


def still_may(holder: KeyHolder, action: Action, clock: Clock) -> bool:
    """Whether a key that was verified a while ago may still do this: not over, and its maker's role not taken away."""
    for key_id, _, role, scope, maker, _, expires_at, revoked_at, _ in _rows(holder.prefix):
        if key_id == holder.key_id:
            over = _over(expires_at, revoked_at, clock)
            return not over and action in actions_of(Role(role), Scope(scope), Role(maker) if maker else None)
    return False


def revoke(account_id: UUID, key_id: UUID, clock: Clock) -> None:
    """End a key now; again changes nothing. Raises `NoSuchKey`."""
    with tenant(account_id):
        keys = ApiKey.objects.filter(account_id=account_id, id=key_id)
        if not keys.exists():
            raise NoSuchKey("There is no such key.")
        if keys.filter(revoked_at=None).update(revoked_at=clock.now()):
            record(account_id, Act.KEY_REVOKED, Thing("key", str(key_id)))


def keys(account_id: UUID) -> tuple[KeyFacts, ...]:
    """All keys of an account, newest first, the revoked ones too."""
    fields = (
        "id", "name", "role", "scope", "prefix", "created_by", "created_at", "expires_at", "last_used_at", "revoked_at",
    )  # fmt: skip
    with tenant(account_id):
        rows = list(ApiKey.objects.filter(account_id=account_id).order_by("-id").values(*fields))
    return tuple(KeyFacts(**row | {"role": Role(row["role"]), "scope": Scope(row["scope"])}) for row in rows)


def revoke_keys_of(account_id: UUID, user_id: UUID, at: datetime) -> None:
    """End what a member made, inside `tenant`: they are no member any more, and what they made does not outlive that."""
    mine = ApiKey.objects.filter(account_id=account_id, created_by=user_id, revoked_at=None)
    for key_id in mine.values_list("id", flat=True):
        record(account_id, Act.KEY_REVOKED, Thing("key", str(key_id)))
    mine.update(revoked_at=at)


def _demand_within(account_id: UUID, maker: UUID, role: Role) -> None:
    own = (
        Membership.objects.filter(account_id=account_id, user_id=maker).values_list("role", flat=True).first()
    )
    if own is None or not may_give(Role(own), role):
        raise RoleTooHigh("A key may nothing that you may not. Choose a role within your own.")


def _rows(prefix: str) -> list[tuple[Any, ...]]:
    """Those with this prefix; nobody's where there is none, so that looking takes the same steps."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_PREFIX, [prefix])
        return cursor.fetchall() or [(None, None, None, None, None, _NOBODYS, None, None, None)]


def _over(expires_at: datetime | None, revoked_at: datetime | None, clock: Clock) -> bool:
    return revoked_at is not None or (expires_at is not None and expires_at <= clock.now())


def _parts(token: str) -> tuple[str, str]:
    kind, _, rest = token[:_LONGEST_TOKEN].partition("_")
    prefix, _, secret = rest.partition("_")
    if kind != "rf" or not prefix.isalnum() or not prefix.isascii() or not secret:
        raise KeyRefused("This API key is not valid.")
    return prefix, secret


def _note_use(account_id: UUID, key_id: UUID, used_at: datetime | None, now: datetime) -> None:
    if used_at is not None and now - used_at < USE_NOTED_EVERY:
        return
    with tenant(account_id):
        ApiKey.objects.filter(account_id=account_id, id=key_id).update(last_used_at=now)
