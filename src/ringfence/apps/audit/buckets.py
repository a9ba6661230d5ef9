"""The keys of events: one per account, UTC day and period, wrapped under the day on which the last of them ends.

Deriving them needs the account's plan and a row; both are remembered for a minute, so that an event costs one insert. A
row that was made moments ago is not: its transaction may still be rolled back.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from threading import Lock
from typing import Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.core.ids import new_id
from ringfence.policy import Plan, load
from ringfence.vault.audit.entry import Writer
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import day_epoch
from ringfence.vault.vault import Vault
from ringfence.vault.wrap import new_bucket_key, open_bucket_key

REMEMBERED_S: Final = 60.0
SETTLED: Final = timedelta(minutes=2)
KEPT: Final = "audit"
_PLAN: Final = "SELECT plan FROM accounts_account WHERE id = %s"
_FIND: Final = """
SELECT id, epoch, wrapped, created_at FROM audit_bucket
WHERE account_id = %s AND day = %s AND period_days IS NOT DISTINCT FROM %s::integer
ORDER BY id DESC LIMIT 1
"""
_MAKE: Final = """
INSERT INTO audit_bucket (id, account_id, day, period_days, epoch, wrapped, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_ALL: Final = """
SELECT id, epoch, wrapped, day, period_days FROM audit_bucket
WHERE account_id = %s AND (period_days IS NULL OR day + period_days >= %s)
  AND day >= COALESCE(%s::date, day) AND day <= COALESCE(%s::date, day) ORDER BY day DESC, id DESC
"""


@dataclass(frozen=True, slots=True)
class OpenBucket:
    """A bucket whose events can be written and read. `period_days` of None is without end."""

    id: UUID
    day: date
    period_days: int | None
    writer: Writer


def period(plan: Plan) -> int | None:
    """For how many days an event is kept; None is without limit. From the policy's line `audit`."""
    return next(line.days[plan] for line in load().kept if line.id == KEPT)


def epoch_of(day: date, period_days: int | None) -> str | None:
    """The epoch of the UTC day on which the last event of a bucket ends."""
    return None if period_days is None else day_epoch(day + timedelta(days=period_days))


class _Memory:
    """The open buckets of today, for the vault of this process."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._vault: Vault | None = None
        self._found: dict[tuple[UUID, date], tuple[OpenBucket, float]] = {}

    def get(self, vault: Vault, account_id: UUID, day: date) -> OpenBucket | None:
        with self._lock:
            if self._vault is not vault:
                self._vault, self._found = vault, {}
            found = self._found.get((account_id, day))
        return found[0] if found and found[1] > vault.clock.monotonic() else None

    def keep(self, vault: Vault, account_id: UUID, bucket: OpenBucket) -> None:
        until = vault.clock.monotonic() + REMEMBERED_S
        with self._lock:
            if len(self._found) > 10_000:  # noqa: PLR2004 - accounts of one day; begin anew rather than grow
                self._found.clear()
            self._found[account_id, bucket.day] = (bucket, until)


_memory: Final = _Memory()


def bucket_of_today(cursor: Cursor, vault: Vault, account_id: UUID) -> OpenBucket:
    """Where this account's events of the present UTC day go."""
    now = vault.clock.now()
    day = now.date()
    known = _memory.get(vault, account_id, day)
    if known is not None:
        return known
    cursor.execute(_PLAN, (account_id,))
    row = cursor.fetchone()
    days = period(Plan(row[0])) if row else period(Plan.STARTER)
    cursor.execute(_FIND, (account_id, day, days))
    found = cursor.fetchone()
    bucket = _opened(vault, account_id, (*found[:3], day, days)) if found else None
    if found is None or bucket is None:
        # The first event of the day; or the clock ran ahead, and a day that is still to come was destroyed.
        return _make(cursor, vault, account_id, day, days)
    if now - found[3] > SETTLED:
        _memory.keep(vault, account_id, bucket)
    return bucket


def live_buckets(
    cursor: Cursor, vault: Vault, account_id: UUID, first_day: date | None = None, last_day: date | None = None
) -> list[OpenBucket]:  # fmt: skip
    """Every bucket with something in it that may still be read, newest day first."""
    cursor.execute(_ALL, (account_id, vault.clock.now().date(), first_day, last_day))
    found = [_opened(vault, account_id, row) for row in cursor.fetchall()]
    return [bucket for bucket in found if bucket is not None]


def _make(cursor: Cursor, vault: Vault, account_id: UUID, day: date, days: int | None) -> OpenBucket:
    epoch, bucket_id = epoch_of(day, days), new_id(vault.clock)
    try:
        key, wrapped = new_bucket_key(vault.keyring, account_id, bucket_id, epoch)
    except (
        EpochGone
    ):  # destroyed days are not made anew: the account's own key has it, and pruning ends it on time
        epoch = None
        key, wrapped = new_bucket_key(vault.keyring, account_id, bucket_id, epoch)
    cursor.execute(_MAKE, (bucket_id, account_id, day, days, epoch or "", wrapped, vault.clock.now()))
    return OpenBucket(bucket_id, day, days, Writer(key))


def _opened(
    vault: Vault, account_id: UUID, row: tuple[UUID, str, bytes, date, int | None]
) -> OpenBucket | None:
    """None once its day was destroyed."""
    bucket_id, epoch, wrapped, day, days = row
    try:
        key = open_bucket_key(vault.keyring, account_id, bucket_id, epoch or None, bytes(wrapped))
    except EpochGone:
        return None
    return OpenBucket(bucket_id, day, days, Writer(key))
