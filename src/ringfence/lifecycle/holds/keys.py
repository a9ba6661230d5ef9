"""Calls' own keys under a hold: from the bucket of their day to one that hangs from the hold's epoch, and back.

What is sealed is not touched. Indexes of numbers and search tokens are made anew under the bucket to which the key goes: a held call is
found after its day as before it, and what finds it ends with the hold's epoch.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.terms import term_of
from ringfence.apps.calls.content import LOG, RECORDING, TRANSCRIPT, Place, unwrap, wrap
from ringfence.apps.keys.buckets import BucketGone, BucketKey, bucket_for, open_bucket, shelf_of
from ringfence.core.ids import new_id
from ringfence.policy import Part, Term
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import HOLD, hold_epoch
from ringfence.vault.vault import Vault
from ringfence.vault.wrap import new_bucket_key
from ringfence.work.aftercall.finding import find_numbers, find_words
from ringfence.work.live import periods_from
from ringfence.work.rows import chosen_days, kept_days

_LOCK: Final = """
SELECT id, ended_at, periods FROM calls_call
WHERE account_id = %s AND id = ANY(%s) AND being_erased_at IS NULL AND ended_at IS NOT NULL ORDER BY id FOR UPDATE
"""
_LOG_KEYS: Final = """
SELECT id, log_bucket_id, wrapped_key FROM calls_call WHERE account_id = %s AND id = ANY(%s) AND wrapped_key IS NOT NULL
"""
_PART_KEYS: Final = """
SELECT call_id, bucket_id, wrapped_key FROM {table} WHERE account_id = %s AND call_id = ANY(%s) AND state = 'kept'
"""
_NOT_OVER: Final = " AND (expires_at IS NULL OR expires_at > %s)"
_MOVE_LOG: Final = (
    "UPDATE calls_call SET log_bucket_id = %s, wrapped_key = %s WHERE account_id = %s AND id = %s"
)
_MOVE_PART: Final = (
    "UPDATE {table} SET bucket_id = %s, wrapped_key = %s WHERE account_id = %s AND call_id = %s"
)
# Part → its table, where its keys are read, how one of them is moved.
_KEYS: Final = {
    Part.LOG: (LOG, _LOG_KEYS, _MOVE_LOG),
    **{
        part: (table, _PART_KEYS.format(table=table), _MOVE_PART.format(table=table))
        for part, table in ((Part.RECORDING, RECORDING), (Part.TRANSCRIPT, TRANSCRIPT))
    },
}
_STOP_LOG: Final = """
UPDATE calls_call SET expires_at = NULL
WHERE account_id = %s AND id = ANY(%s) AND (expires_at IS NULL OR expires_at > %s)
"""
_STOP_PART: Final = """
UPDATE {table} SET expires_at = NULL
WHERE account_id = %s AND call_id = ANY(%s) AND state = 'kept' AND (expires_at IS NULL OR expires_at > %s)
"""
_STOP: Final = (_STOP_PART.format(table=RECORDING), _STOP_PART.format(table=TRANSCRIPT), _STOP_LOG)
_FIND: Final = "SELECT id FROM keys_bucket WHERE account_id = %s AND part = %s AND epoch = %s"
_EPOCH: Final = "SELECT epoch FROM keys_bucket WHERE account_id = %s AND id = %s"
_ALONE: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_MAKE: Final = """
INSERT INTO keys_bucket (id, account_id, part, day, epoch, shelf, wrapped, created_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
"""


@dataclass(slots=True)
class Moving:
    """One transaction of moves in an account; buckets are opened once."""

    cursor: Any
    vault: Vault
    account_id: UUID
    _open: dict[UUID, BucketKey | None] = field(default_factory=dict)
    _epochs: dict[UUID, str] = field(default_factory=dict)

    def stop_clock(self, ids: Sequence[UUID], since: datetime) -> None:
        """No end, for all parts that were still there at a moment."""
        for statement in _STOP:
            self.cursor.execute(statement, (self.account_id, list(ids), since))

    def to_hold(self, ids: Sequence[UUID], hold_id: UUID) -> None:
        """Keys under the hold's epoch. What another hold has already stays there; the key of a part that was over stays with its day,
        and goes with it.
        """
        calls = [row[0] for row in self._lock(ids)]
        now = self.vault.clock.now()
        for part in _KEYS:
            bucket: BucketKey | None = None
            for call_id, bucket_id, wrapped in self._wrapped(part, calls, since=now):
                if self._held(bucket_id):
                    continue
                bucket = bucket or self.hold_bucket(part, hold_id)
                self._move(part, call_id, bucket_id, wrapped, bucket)

    def to_other(self, ids: Sequence[UUID], hold_id: UUID, other: UUID) -> None:
        """From one hold to another that names the same calls."""
        calls = [row[0] for row in self._lock(ids)]
        for part in _KEYS:
            for call_id, bucket_id, wrapped in self._wrapped(part, calls):
                if self._held(bucket_id) == hold_id:
                    self._move(part, call_id, bucket_id, wrapped, self.hold_bucket(part, other))

    def to_days(self, ids: Sequence[UUID], hold_id: UUID) -> None:
        """Back to the day on which they end. What is over stays where the hold's epoch takes it."""
        rows = {row[0]: (row[1], row[2]) for row in self._lock(ids)}
        now, term = self.vault.clock.now(), term_of(self.cursor, self.account_id)
        for part in _KEYS:
            for call_id, bucket_id, wrapped in self._wrapped(part, list(rows)):
                if term is None or self._held(bucket_id) != hold_id:
                    continue
                bucket = self._day_bucket(part, *rows[call_id], term, now)
                if bucket is not None:
                    self._move(part, call_id, bucket_id, wrapped, bucket)

    def hold_bucket(self, part: Part, hold_id: UUID) -> BucketKey:
        """The bucket of a part under a hold, made if there is none."""
        epoch = hold_epoch(hold_id)
        self.cursor.execute(_ALONE, (f"hold/{hold_id}",))
        row = self.cursor.execute(_FIND, (self.account_id, part.value, epoch)).fetchone()
        if row is not None:
            return open_bucket(self.cursor, self.vault, self.account_id, row[0])
        fresh, now = new_id(self.vault.clock), self.vault.clock.now()
        shelf = shelf_of(self.cursor, self.account_id)
        key, wrapped = new_bucket_key(self.vault.keyring, self.account_id, fresh, epoch, shelf)
        self.cursor.execute(
            _MAKE, (fresh, self.account_id, part.value, now.date(), epoch, shelf, wrapped, now)
        )
        return BucketKey(fresh, now.date(), key)

    def _day_bucket(
        self, part: Part, ended_at: datetime, periods: Any, term: Term, now: datetime
    ) -> BucketKey | None:
        own, day = periods_from(periods), ended_at.astimezone(UTC).date()
        days = kept_days(part, term.on(now), own)
        try:
            return bucket_for(
                self.cursor, self.vault, self.account_id, part, day, days, chosen_days(part, own)
            )
        except EpochGone:
            return None  # its day is over: so is the part

    def _lock(self, ids: Sequence[UUID]) -> list[tuple[Any, ...]]:
        return list(self.cursor.execute(_LOCK, (self.account_id, list(ids))).fetchall())

    def _wrapped(
        self, part: Part, ids: Sequence[UUID], since: datetime | None = None
    ) -> list[tuple[UUID, UUID, bytes]]:
        """Calls of these with the part's bucket and wrapped key; with `since`, those whose part was not over then."""
        query, asked = _KEYS[part][1], (self.account_id, list(ids))
        if since is not None:
            return list(self.cursor.execute(query + _NOT_OVER, (*asked, since)).fetchall())
        return list(self.cursor.execute(query, asked).fetchall())

    def _move(self, part: Part, call_id: UUID, bucket_id: UUID, wrapped: bytes, to: BucketKey) -> None:
        table, _query, update = _KEYS[part]
        place, old = Place(self.account_id, call_id), self._opened(bucket_id)
        if old is not None:
            key = unwrap(old.key, bytes(wrapped), place, table)
            moved = wrap(to.key, key, place, table)
            self.cursor.execute(update, (to.id, moved, self.account_id, call_id))
            if part is Part.LOG:
                find_numbers(self.cursor, place, key, to)
            elif part is Part.TRANSCRIPT:
                find_words(self.cursor, self.vault, place, key, to)

    def _opened(self, bucket_id: UUID) -> BucketKey | None:
        if bucket_id not in self._open:
            try:
                self._open[bucket_id] = open_bucket(self.cursor, self.vault, self.account_id, bucket_id)
            except (BucketGone, EpochGone):
                self._open[bucket_id] = None
        return self._open[bucket_id]

    def _held(self, bucket_id: UUID) -> UUID | None:
        """The hold from which a bucket hangs, if it is one."""
        if bucket_id not in self._epochs:
            row = self.cursor.execute(_EPOCH, (self.account_id, bucket_id)).fetchone()
            self._epochs[bucket_id] = row[0] if row else ""
        kind, _, name = self._epochs[bucket_id].partition("/")
        return UUID(name) if kind == HOLD else None
