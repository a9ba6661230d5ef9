"""What a sweep does. Each function is one step: killed before it, in it or after it, the next sweep finishes the work.

A batch is one transaction: the calls' rows are locked, their objects go, the rows go. Locked first, so that whatever moves an end (a plan, a
hold) or erases comes wholly before or wholly after; objects before rows, so that no object is ever forgotten by all rows. Calls that
somebody else holds are skipped, parts and all, which is what lets two sweeps run beside each other.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog

from ringfence.apps.calls.objects import Objects, object_name
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.dropping import drop_rows, drop_tokens
from ringfence.lifecycle.sweep.ground import Ground, Swept
from ringfence.policy import Part, Plan, due
from ringfence.vault.copies import refresh
from ringfence.vault.errors import StoreFailed
from ringfence.vault.keyring import DAY, LIVE
from ringfence.work.live import periods_from

AT_ONCE: Final = 500
GIVE_UP_AFTER: Final = 3
LATE_STARTS: Final = timedelta(minutes=10)  # for hosts whose clocks differ a little at midnight
ABANDONED_AFTER: Final = timedelta(days=1)  # no call lasts a day

_NOT_HELD: Final = "NOT IN (SELECT lookup.held_calls(%(account)s))"
_CALLS: Final = f"""
SELECT c.id FROM calls_call c
WHERE c.account_id = %(account)s AND c.expires_at <= %(now)s AND c.id <> ALL(%(kept)s) AND c.id {_NOT_HELD}
ORDER BY c.expires_at LIMIT %(most)s FOR UPDATE OF c SKIP LOCKED
"""  # noqa: S608 - a constant of ours
_PARTS: Final = """
SELECT p.call_id FROM {table} p JOIN calls_call c ON c.id = p.call_id AND c.account_id = p.account_id
WHERE p.account_id = %(account)s AND p.state = 'kept' AND p.expires_at <= %(now)s AND p.call_id <> ALL(%(kept)s)
  AND p.call_id NOT IN (SELECT lookup.unreached_calls(%(account)s))
ORDER BY p.expires_at LIMIT %(most)s FOR UPDATE OF c, p SKIP LOCKED
"""
_RECORDINGS: Final = _PARTS.format(table="calls_recording")
_TRANSCRIPTS: Final = _PARTS.format(table="calls_transcript")
_BLANK_RECORDINGS: Final = """
UPDATE calls_recording SET state = 'expired', wrapped_key = NULL, bucket_id = NULL, waveform_sealed = NULL,
  object_name = '', bytes = 0
WHERE account_id = %s AND call_id = ANY(%s)
"""
_BLANK_TRANSCRIPTS: Final = """
UPDATE calls_transcript SET state = 'expired', wrapped_key = NULL, bucket_id = NULL, turns_sealed = NULL,
  summary_sealed = NULL, variables_sealed = NULL
WHERE account_id = %s AND call_id = ANY(%s)
"""
_DROP_BUCKETS: Final = "DELETE FROM keys_bucket WHERE account_id = %s AND expires_at <= %s"
_ABANDONED: Final = f"""
SELECT c.id, c.plan, c.periods, COALESCE(c.seen_at, c.started_at) FROM calls_call c
WHERE c.account_id = %(account)s AND c.status IN ('ringing', 'in_progress')
  AND COALESCE(c.seen_at, c.started_at) < %(before)s AND c.id {_NOT_HELD}
FOR UPDATE OF c SKIP LOCKED
"""  # noqa: S608 - a constant of ours
_OPEN_DAYS: Final = "SELECT * FROM lookup.days_of_open_calls()"


def destroy_days(ground: Ground, swept: Swept) -> None:
    """The epochs of days that have passed: in no time, however many calls hang from them, in every copy of the database."""
    for name in _passed(ground, swept, DAY, ground.today):
        _destroy(ground, swept, name)


def destroy_live_days(ground: Ground, swept: Swept) -> None:
    """Live days of which no call is open any more."""
    before = (ground.now - LATE_STARTS).date()
    with ground.database.transaction() as cursor:
        open_days = {row[0] for row in cursor.execute(_OPEN_DAYS).fetchall()}
    for name in _passed(ground, swept, LIVE, before, open_days):
        _destroy(ground, swept, name)


def refresh_copy(ground: Ground, swept: Swept) -> None:
    """The keyring's copy lets go of what was destroyed, and learns what is new."""
    if ground.copy is None:
        return
    try:
        copied = refresh(ground.vault.keyring.store, ground.copy, ground.today)
    except StoreFailed as error:
        structlog.get_logger().error("the keyring's copy was not refreshed", code=error.code)
        swept.trouble("keyring_copy")
        return
    if copied.missing:
        structlog.get_logger().error("the keyring lacks keys that its copy has", count=len(copied.missing))
        swept.trouble("keys_missing")


def drop_calls(ground: Ground, swept: Swept, account_id: UUID, kept: set[UUID]) -> int:
    """A batch of call logs whose own time has passed, with everything that hangs from them. `kept` collects the calls whose
    objects would not go. Returns how many were looked at: 0 when there is no more.
    """
    with ground.database.transaction(account_id) as cursor:
        ids = _batch(cursor, _CALLS, ground.now, account_id, kept)
        gone = _without_objects(ground, swept, account_id, ids, kept)
        _drop(cursor, account_id, gone)
    swept.calls += len(gone)
    ground.progress(len(gone))
    return len(ids)


def blank_recordings(ground: Ground, swept: Swept, account_id: UUID, kept: set[UUID]) -> int:
    """A batch of recordings whose time has passed before their call log's: the log still says that they expired."""
    with ground.database.transaction(account_id) as cursor:
        ids = _batch(cursor, _RECORDINGS, ground.now, account_id, kept)
        gone = _without_objects(ground, swept, account_id, ids, kept)
        if gone:
            cursor.execute(_BLANK_RECORDINGS, (account_id, gone))
    swept.recordings += len(gone)
    ground.progress(len(gone))
    return len(ids)


def blank_transcripts(ground: Ground, swept: Swept, account_id: UUID, kept: set[UUID]) -> int:
    """A batch of transcripts, with summaries, variables and search tokens."""
    with ground.database.transaction(account_id) as cursor:
        ids = _batch(cursor, _TRANSCRIPTS, ground.now, account_id, kept)
        if ids:
            drop_tokens(cursor, account_id, ids)
            cursor.execute(_BLANK_TRANSCRIPTS, (account_id, ids))
    swept.transcripts += len(ids)
    ground.progress(len(ids))
    return len(ids)


def drop_buckets(ground: Ground, swept: Swept, account_id: UUID) -> None:
    """Bucket rows whose day has passed. Their epoch is gone, so they open nothing."""
    with ground.database.transaction(account_id) as cursor:
        swept.buckets += cursor.execute(_DROP_BUCKETS, (account_id, ground.now)).rowcount


def drop_abandoned(ground: Ground, swept: Swept, account_id: UUID) -> None:
    """Calls that were never taken in and by their last sign of life are past their time: a worker could not close them.

    Their journals go with recovery's own tidying, which finds that nobody waits for them.
    """
    with ground.database.transaction(account_id) as cursor:
        asked = {"account": account_id, "before": ground.now - ABANDONED_AFTER}
        rows = cursor.execute(_ABANDONED, asked).fetchall()
        ids = [call_id for call_id, plan, periods, seen in rows if _overdue(ground.now, plan, periods, seen)]
        gone = _without_objects(ground, swept, account_id, ids, set())
        _drop(cursor, account_id, gone)
    swept.calls += len(gone)


def _passed(
    ground: Ground, swept: Swept, kind: str, before: date, spare: Collection[date] = ()
) -> Sequence[str]:
    """A keyring that is away keeps no row and no object."""
    try:
        return ground.vault.keyring.passed(kind, before, spare)
    except StoreFailed as error:
        structlog.get_logger().error("the keyring does not answer a sweep", code=error.code)
        swept.trouble(error.code)
        return ()


def _destroy(ground: Ground, swept: Swept, name: str) -> None:
    """What will not go now keeps nothing else, and is tried again by the next sweep."""
    try:
        ground.vault.keyring.destroy(name)
    except StoreFailed as error:
        structlog.get_logger().error("an epoch was not destroyed as it should be", code=error.code)
        swept.trouble(error.code)
        return
    swept.epochs.append(name)


def _batch(cursor: Any, query: str, now: datetime, account_id: UUID, kept: set[UUID]) -> list[UUID]:
    asked = {"account": account_id, "now": now, "kept": list(kept), "most": AT_ONCE}
    return [row[0] for row in cursor.execute(query, asked).fetchall()]


def _without_objects(
    ground: Ground, swept: Swept, account_id: UUID, ids: Sequence[UUID], kept: set[UUID]
) -> list[UUID]:
    """Remove the objects of these calls, each where it is or where a late writer would have put it; whose are gone."""
    if not ids:
        return []
    names = {object_name(account_id, call_id): call_id for call_id in ids}
    try:
        ground.objects.delete(list(names))
        left: set[UUID] = set()
    except Unavailable as error:
        left = _one_by_one(ground.objects, names)
        structlog.get_logger().warning(
            "recordings wait for the object store", code=error.code, count=len(left)
        )
        swept.trouble(error.code)
    kept |= left
    return [call_id for call_id in ids if call_id not in left]


def _one_by_one(store: Objects, names: dict[str, UUID]) -> set[UUID]:
    """One object that will not go keeps no other; a store that is away is asked a few times, not for each."""
    left: set[UUID] = set()
    in_a_row = 0
    for name, call_id in names.items():
        try:
            if in_a_row < GIVE_UP_AFTER:
                store.delete([name])
                in_a_row = 0
                continue
        except Unavailable:
            in_a_row += 1
        left.add(call_id)
    return left


def _drop(cursor: Any, account_id: UUID, ids: Sequence[UUID]) -> None:
    if ids:
        drop_tokens(cursor, account_id, ids)
        drop_rows(cursor, account_id, ids)


def _overdue(now: datetime, plan: str, periods: Any, seen: datetime) -> bool:
    end = due(Part.LOG, Plan(plan), periods_from(periods), seen)
    return end is not None and end <= now
