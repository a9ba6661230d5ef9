"""API keys: shown once, kept as a hash, found by prefix, compared in constant time."""

import hmac
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.errors import KeyRefused, NoSuchKey
from ringfence.apps.accounts.models import ApiKey, Role
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

USE_NOTED_EVERY: Final = timedelta(minutes=1)
SECRET_BYTES: Final = 32
PREFIX_BYTES: Final = 6
_LONGEST_TOKEN: Final = 100
_NOBODYS: Final = sha256(b"").digest()
_BY_PREFIX: Final = """
SELECT id, account_id, role, secret_sha256, expires_at, revoked_at, last_used_at FROM lookup.api_key_by_prefix(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A new key. `token` is shown now and never again."""

    id: UUID
    prefix: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyHolder:
    """Who a request with a valid key speaks for."""

    key_id: UUID
    account_id: UUID
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A key as the console lists it."""

    id: UUID
    name: str
    role: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


def issue(
    account_id: UUID,
    *,
    name: str,
    role: Role,
    clock: Clock,
    expires_at: datetime | None = None,
    created_by: UUID | None = None,
) -> IssuedKey:
    """Make a key. `expires_at` of None is until it is revoked."""
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    key_id = new_id(clock)
    with tenant(account_id):
        ApiKey.objects.create(
            id=key_id,
            account_id=account_id,
            name=name,
            role=role,
            prefix=prefix,
            secret_sha256=sha256(secret.encode()).digest(),
            created_by=created_by,
            created_at=clock.now(),
            expires_at=expires_at,
        )
        record(account_id, Act.KEY_ISSUED, Thing("key", str(key_id)))
    return IssuedKey(id=key_id, prefix=prefix, token=f"rf_{prefix}_{secret}")


def verify(token: str, clock: Clock) -> KeyHolder:
    """Whom a token speaks for. Raises `KeyRefused`, which never says why: unknown, wrong, expired and revoked are one."""
    prefix, secret = _parts(token)
    given = sha256(secret.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(_BY_PREFIX, [prefix])
        rows = cursor.fetchall() or [(None, None, None, _NOBODYS, None, None, None)]
    for key_id, account_id, role, expected, expires_at, revoked_at, used_at in rows:
        same = hmac.compare_digest(bytes(expected), given)
        over = revoked_at is not None or (expires_at is not None and expires_at <= clock.now())
        if same and key_id is not None and not over:
            _note_use(account_id, key_id, used_at, clock.now())
            return KeyHolder(key_id=key_id, account_id=account_id, role=Role(role))
    raise KeyRefused("This API key is not valid.")


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
    fields = ("id", "name", "role", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at")
    with tenant(account_id):
        rows = list(ApiKey.objects.filter(account_id=account_id).order_by("-id").values(*fields))
    return tuple(KeyFacts(**row) for row in rows)


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
