"""What rests follows its account's plan.

Bucket keys first: a few rows, in the transaction that changes the plan, so that no key ends too soon or too late. Then the rows'
own ends, which the read gate and every list go by, soonest due first and in batches. No gate waits for them: what falls due within a
day of a change for the better follows in its transaction, and a lower plan is entered in the rows before it begins.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.terms import term_of
from ringfence.lifecycle.doors import Transactions
from ringfence.policy import AgentPeriods, Part, Plan, Term
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import HOLD, day_epoch, shelf_epoch
from ringfence.vault.vault import Vault
from ringfence.vault.wrap import open_bucket_key, wrap_bucket_key
from ringfence.work.rows import kept_days

AT_ONCE: Final = 2_000
SOON: Final = timedelta(days=1)
_NIL: Final = UUID(int=0)

_BUCKETS: Final = """
SELECT id, part, day, chosen_days, epoch, wrapped, shelf FROM keys_bucket
WHERE account_id = %s AND (expires_at IS NULL OR expires_at > %s) FOR UPDATE
"""
_REWRAP: Final = """
UPDATE keys_bucket SET period_days = %s, epoch = %s, expires_at = %s, wrapped = %s, shelf = %s
WHERE account_id = %s AND id = %s
"""
_UNHELD: Final = "NOT IN (SELECT lookup.held_calls(%(account)s))"
_DAYS: Final = (
    """LEAST((c.periods ->> %(part)s)::integer, (c.periods ->> 'log')::integer, {limit}::integer)"""
)
_ENDS: Final = f"""LEAST(
    c.ended_at + make_interval(hours => 24 * {_DAYS.format(limit="%(now_days)s")}),
    CASE WHEN {_DAYS.format(limit="%(then_days)s")} IS NOT NULL THEN GREATEST(%(then_at)s::timestamptz,
      c.ended_at + make_interval(hours => 24 * {_DAYS.format(limit="%(then_days)s")})) END)"""
_LOGS: Final = f"""
UPDATE calls_call c SET expires_at = {_ENDS}
WHERE c.account_id = %(account)s AND c.id = ANY(%(ids)s) AND c.ended_at IS NOT NULL AND c.id {_UNHELD}
  AND (c.expires_at IS NULL OR c.expires_at > %(since)s) AND c.expires_at IS DISTINCT FROM {_ENDS}
"""  # noqa: S608 - constants of ours
_PARTS: Final = f"""
UPDATE {{table}} p SET expires_at = {_ENDS} FROM calls_call c
WHERE p.account_id = %(account)s AND p.call_id = ANY(%(ids)s) AND c.id = p.call_id AND c.account_id = p.account_id
  AND p.state = 'kept' AND c.ended_at IS NOT NULL AND c.id {_UNHELD}
  AND (p.expires_at IS NULL OR p.expires_at > %(since)s) AND p.expires_at IS DISTINCT FROM {_ENDS}
"""  # noqa: S608 - constants of ours
_STATEMENTS: Final = (
    (Part.RECORDING, _PARTS.format(table="calls_recording")),
    (Part.TRANSCRIPT, _PARTS.format(table="calls_transcript")),
    (Part.LOG, _LOGS),
)
_SOON: Final = """
SELECT id FROM calls_call WHERE account_id = %(account)s AND expires_at > %(now)s AND expires_at <= %(soon)s
UNION SELECT call_id FROM calls_recording
WHERE account_id = %(account)s AND state = 'kept' AND expires_at > %(now)s AND expires_at <= %(soon)s
UNION SELECT call_id FROM calls_transcript
WHERE account_id = %(account)s AND state = 'kept' AND expires_at > %(now)s AND expires_at <= %(soon)s
"""
_LOCK: Final = "SELECT id FROM calls_call WHERE account_id = %s AND id = ANY(%s) ORDER BY id FOR UPDATE"
_NEXT: Final = """
SELECT started_at, id FROM calls_call WHERE account_id = %s AND (started_at, id) > (%s, %s)
ORDER BY started_at, id LIMIT %s
"""
_WANTED: Final = "SELECT follow_at, changed_at, shelf FROM accounts_account WHERE id = %s"
_FOLLOWED: Final = "UPDATE accounts_account SET follow_at = NULL WHERE id = %s AND follow_at = %s"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A change that rows follow: since when it stands, what was there already then, and the shelf it left behind."""

    follow_at: datetime
    since: datetime
    shelf: int


def rewrap(cursor: Any, vault: Vault, account_id: UUID, plan: Plan, now: datetime, shelf: int) -> int:
    """Every bucket of the account that is not over, wrapped for another plan; how many. Holds keep their own epoch.

    Nothing ends before today: what a lower plan has over already ends with today's key.
    """
    moved = 0
    rows = cursor.execute(_BUCKETS, (account_id, now)).fetchall()
    for bucket_id, part, day, chosen, epoch, wrapped, old_shelf in rows:
        try:
            key = open_bucket_key(
                vault.keyring, account_id, bucket_id, epoch or None, bytes(wrapped), old_shelf
            )
        except EpochGone:
            continue  # its day is over, whatever its row says
        days, later, ends = None, epoch, None
        if not epoch.startswith(f"{HOLD}/"):
            days = kept_days(Part(part), plan, AgentPeriods(log=chosen))
            later, ends = _end(day, days, now.date())
        fresh = wrap_bucket_key(vault.keyring, account_id, bucket_id, later or None, key, shelf)
        cursor.execute(_REWRAP, (days, later, ends, fresh, shelf, account_id, bucket_id))
        moved += 1
    return moved


def follow_soon(cursor: Any, account_id: UUID, term: Term, now: datetime) -> int:
    """The rows that would fall due within a day; how many calls. In the transaction of the change itself."""
    asked = {"account": account_id, "now": now, "soon": now + SOON}
    ids = [row[0] for row in cursor.execute(_SOON, asked).fetchall()]
    for start in range(0, len(ids), AT_ONCE):
        follow_calls(cursor, account_id, ids[start : start + AT_ONCE], term, now)
    return len(ids)


def follow(database: Transactions, vault: Vault, account_id: UUID, until: float | None = None) -> bool:
    """Bring every row to where the account's plan has it; whether all have come. `until` is a moment of the monotonic clock at
    which somebody else goes on. Killed anywhere, it is begun anew: a row that has followed is not touched again.
    """
    wanted = _wanted(database, account_id)
    if wanted is None:
        return True
    for shelf in range(1, wanted.shelf):  # left behind: old copies of what now ends sooner open no more
        vault.keyring.destroy(shelf_epoch(account_id, shelf))
    at: tuple[datetime, UUID] | None = (datetime.min.replace(tzinfo=UTC), _NIL)
    while at is not None:
        if until is not None and vault.clock.monotonic() >= until:
            return False
        with database.transaction(account_id) as cursor:
            term = term_of(cursor, account_id)
            at = None if term is None else _batch(cursor, account_id, term, wanted, at)
    with database.transaction(account_id) as cursor:
        cursor.execute(_FOLLOWED, (account_id, wanted.follow_at))
    return True


def _wanted(database: Transactions, account_id: UUID) -> Wanted | None:
    with database.transaction(account_id) as cursor:
        row = cursor.execute(_WANTED, (account_id,)).fetchone()
    return None if row is None or row[0] is None else Wanted(row[0], row[1] or row[0], row[2])


def _batch(
    cursor: Any, account_id: UUID, term: Term, wanted: Wanted, at: tuple[datetime, UUID]
) -> tuple[datetime, UUID] | None:
    """One batch; where the next begins, None if there is none."""
    rows = cursor.execute(_NEXT, (account_id, *at, AT_ONCE)).fetchall()
    if not rows:
        return None
    follow_calls(cursor, account_id, [row[1] for row in rows], term, wanted.since)
    return rows[-1][0], rows[-1][1]


def follow_calls(cursor: Any, account_id: UUID, ids: Sequence[UUID], term: Term, since: datetime) -> None:
    """What was not over at `since` ends where the term has it; what was over stays over."""
    cursor.execute(_LOCK, (account_id, list(ids)))
    change = term.changes()
    for part, statement in _STATEMENTS:
        cursor.execute(
            statement,
            {
                "account": account_id, "ids": list(ids), "since": since, "part": part.value,
                "now_days": kept_days(part, term.plan, AgentPeriods()),
                "then_days": kept_days(part, change[0], AgentPeriods()) if change else None,
                "then_at": change[1] if change else None,
            },
        )  # fmt: skip


def _end(day: date, days: int | None, today: date) -> tuple[str, datetime | None]:
    if days is None:
        return "", None
    last = max(day + timedelta(days=days), today)
    return day_epoch(last), datetime.combine(last + timedelta(days=1), time(), tzinfo=UTC)
