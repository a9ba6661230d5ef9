"""Bucket keys, made when they are first needed and opened while their day lasts.

    bucket = bucket_for(cursor, vault, account_id, Part.RECORDING, ended_at.date(), 30)

The day is the UTC day on which the calls ended. A bucket of 30 days hangs from the epoch of the UTC day 30 days later,
the one in which the last of its calls falls due; a bucket without a period hangs from the account alone.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.core.errors import BadInput, Gone
from ringfence.core.ids import new_id
from ringfence.policy import Part
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import HOLD, day_epoch
from ringfence.vault.vault import Vault
from ringfence.vault.wrap import new_bucket_key, open_bucket_key


class BucketGone(Gone):
    """The bucket's row is gone, or was never this account's."""

    code = "bucket_gone"


@dataclass(frozen=True, slots=True)
class BucketKey:
    """An open bucket. `key` is 32 bytes and stays in memory. A hold's bucket has calls of any day."""

    id: UUID
    day: date
    key: bytes = field(repr=False)
    held: bool = False


def expiry(day: date, period_days: int | None) -> tuple[str | None, datetime | None]:
    """The epoch, and the midnight after the last call falls due. Both None where there is no period."""
    if period_days is None:
        return None, None
    if period_days < 1:
        raise BadInput("A part that is kept for no day is never written; it needs no bucket.")
    last = day + timedelta(days=period_days)
    return day_epoch(last), datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)


_FIND: Final = """
SELECT id, epoch, wrapped, shelf FROM keys_bucket
WHERE account_id = %s AND part = %s AND day = %s AND period_days IS NOT DISTINCT FROM %s::integer
  AND chosen_days IS NOT DISTINCT FROM %s::integer AND epoch = %s
ORDER BY id LIMIT 1
"""
_MAKE: Final = """
INSERT INTO keys_bucket
  (id, account_id, part, day, period_days, chosen_days, epoch, shelf, expires_at, wrapped, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_SHELF: Final = "SELECT shelf FROM accounts_account WHERE id = %s"


def bucket_for(
    cursor: Cursor, vault: Vault, account_id: UUID, part: Part, day: date, period_days: int | None,
    chosen_days: int | None = None,
) -> BucketKey:  # fmt: skip
    """The bucket of this account, part, day and period; made if there is none. Two who make it at once get the same.

    `chosen_days` is the agent's own period, None where the plan alone says. Raises `EpochGone` if the day on which it ends was
    destroyed, BadInput for a period below one day.
    """
    epoch, expires_at = expiry(day, period_days)
    place = (account_id, part.value, day, period_days, chosen_days)
    wanted = (*place, epoch or "")
    cursor.execute(_FIND, wanted)
    row = cursor.fetchone()
    if row is None:
        cursor.execute(_ONE_AT_A_TIME, (f"bucket/{account_id}",))
        cursor.execute(_FIND, wanted)
        row = cursor.fetchone()
    if row is not None:
        bucket_id, found, wrapped, shelf = row
        return BucketKey(bucket_id, day, _open(vault, account_id, bucket_id, found, wrapped, shelf))
    fresh, shelf = new_id(vault.clock), shelf_of(cursor, account_id)
    key, wrapped = new_bucket_key(vault.keyring, account_id, fresh, epoch, shelf)
    cursor.execute(_MAKE, (fresh, *wanted, shelf, expires_at, wrapped, vault.clock.now()))
    return BucketKey(fresh, day, key)


def shelf_of(cursor: Cursor, account_id: UUID) -> int:
    """The number of the account's present shelf."""
    cursor.execute(_SHELF, (account_id,))
    row = cursor.fetchone()
    return row[0] if row else 1


_ONE: Final = "SELECT id, day, epoch, wrapped, shelf FROM keys_bucket WHERE account_id = %s AND id = %s"
_LIVE: Final = """
SELECT id, day, epoch, wrapped, shelf FROM keys_bucket
WHERE account_id = %s AND part = %s AND (expires_at IS NULL OR expires_at > %s)
  AND (epoch LIKE 'hold/%%' OR (day >= COALESCE(%s::date, day) AND day <= COALESCE(%s::date, day)))
ORDER BY day DESC, id DESC
"""


def open_bucket(cursor: Cursor, vault: Vault, account_id: UUID, bucket_id: UUID) -> BucketKey:
    """One bucket by its id. Raises `BucketGone` without a row, `EpochGone` once its day is destroyed."""
    cursor.execute(_ONE, (account_id, bucket_id))
    row = cursor.fetchone()
    if row is None:
        raise BucketGone("This was kept for a time that has passed.")
    found, day, epoch, wrapped, shelf = row
    return BucketKey(found, day, _open(vault, account_id, found, epoch, wrapped, shelf))


def open_buckets(
    cursor: Cursor,
    vault: Vault,
    account_id: UUID,
    part: Part,
    *,
    first_day: date | None = None,
    last_day: date | None = None,
) -> list[BucketKey]:
    """All buckets of a part whose time has not passed, newest day first; a query hashes once for each of them.

    Days bound when the calls ended, both included; buckets of holds are always among them. What falls due today is still here:
    calls have exact moments. A bucket whose day was destroyed is left out, whatever its row and the clock of this machine say:
    nothing is found through it.
    """
    cursor.execute(_LIVE, (account_id, part.value, vault.clock.now(), first_day, last_day))
    found: list[BucketKey] = []
    for bucket_id, day, epoch, wrapped, shelf in cursor.fetchall():
        with suppress(EpochGone):
            key = _open(vault, account_id, bucket_id, epoch, wrapped, shelf)
            found.append(BucketKey(bucket_id, day, key, (epoch or "").startswith(f"{HOLD}/")))
    return found


def _open(vault: Vault, account_id: UUID, bucket_id: UUID, epoch: str, wrapped: bytes, shelf: int) -> bytes:
    return open_bucket_key(vault.keyring, account_id, bucket_id, epoch or None, bytes(wrapped), shelf)
