"""How destruction stands: for `ringfence sweep`, for the trust page, and for the alert.

    with database.transaction() as cursor:
        facts = read_facts(cursor, vault.keyring, clock.now())
    status = sweep_status(facts)

`sweep_status` is pure; what it says can be tried for any moment.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final

from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.sweeps.marks import SweepRecord, last_destroyed, last_sweep
from ringfence.apps.sweeps.models import Outcome
from ringfence.lifecycle.sweep.trust import SENTENCES, Alarm
from ringfence.vault.keyring import DAY, Keyring, day_of

LIMIT: Final = timedelta(hours=1)  # rows and objects after their moment, and a day's key after its midnight
_OLDEST: Final = "SELECT lookup.oldest_overdue(%s)"


class Standing(StrEnum):
    """Three answers; only the first says that the promise is kept."""

    KEPT = "kept"
    NOT_KEPT = "not_kept"
    GAP = "gap"  # nothing was measured yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What was read. `oldest_overdue` is the moment at which the oldest thing that still stands fell due; `oldest_day` the oldest
    UTC day that has passed and whose key still stands. None: there is no such thing.
    """

    now: datetime
    last: SweepRecord | None = None
    last_whole: SweepRecord | None = None
    oldest_overdue: datetime | None = None
    oldest_day: date | None = None
    destroyed: tuple[str, datetime] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepStatus:
    """`problems` are sentences for people, empty where all is well; `alarm` is the code of what is wrong with the clock.

    `oldest_overdue_s` is the gauge: for how long the oldest overdue thing stands past its moment; 0 for none.
    """

    standing: Standing
    problems: tuple[str, ...]
    measured_at: datetime
    last_sweep_at: datetime | None
    last_whole_sweep_at: datetime | None
    oldest_overdue_s: float
    oldest_key_s: float
    limit_s: float
    last_destroyed_epoch: str | None
    last_destroyed_at: datetime | None
    alarm: str | None
    alarm_since: datetime | None


def read_facts(cursor: Cursor, keyring: Keyring, now: datetime) -> Facts:
    """Look, as rf_web or rf_worker, in a transaction of no account. Raises StoreFailed if the keyring is away."""
    cursor.execute(_OLDEST, (now,))
    overdue = cursor.fetchone()[0]
    passed = [day for name in keyring.passed(DAY, now.date()) if (day := day_of(name)) is not None]
    return Facts(
        now=now, last=last_sweep(cursor), last_whole=last_sweep(cursor, whole=True), oldest_overdue=overdue,
        oldest_day=min(passed, default=None), destroyed=last_destroyed(cursor),
    )  # fmt: skip


def sweep_status(facts: Facts) -> SweepStatus:
    """What the facts amount to."""
    overdue = _age(facts.now, facts.oldest_overdue)
    key = _age(facts.now, _midnight_after(facts.oldest_day))
    alarm = _alarm(facts.last)
    problems = tuple(_problems(facts, overdue, key, alarm))
    standing = Standing.NOT_KEPT if problems else Standing.KEPT
    if facts.last is None and not problems:
        standing = Standing.GAP
    epoch, at = facts.destroyed or (None, None)
    return SweepStatus(
        standing=standing, problems=problems, measured_at=facts.now,
        last_sweep_at=facts.last.ended_at if facts.last else None,
        last_whole_sweep_at=facts.last_whole.ended_at if facts.last_whole else None,
        oldest_overdue_s=overdue.total_seconds(), oldest_key_s=key.total_seconds(), limit_s=LIMIT.total_seconds(),
        last_destroyed_epoch=epoch, last_destroyed_at=at, alarm=alarm.value if alarm else None,
        alarm_since=facts.last.began_at if alarm and facts.last else None,
    )  # fmt: skip


def _problems(facts: Facts, overdue: timedelta, key: timedelta, alarm: Alarm | None) -> list[str]:
    found = []
    if alarm is not None:
        found.append(f"Nothing is destroyed. {SENTENCES[alarm]}")
    if overdue > LIMIT:
        found.append(f"Something stands {_hours(overdue)} past its moment; the limit is an hour.")
    if key > LIMIT:
        found.append(f"The key of {facts.oldest_day} stands {_hours(key)} past the end of its day.")
    seen = facts.last_whole or facts.last
    if seen is not None and facts.now - seen.ended_at > LIMIT:
        found.append(f"The last sweep that left nothing undone was {_hours(facts.now - seen.ended_at)} ago.")
    return found


def _alarm(last: SweepRecord | None) -> Alarm | None:
    return Alarm(last.code) if last is not None and last.outcome == Outcome.REFUSED.value else None


def _age(now: datetime, since: datetime | None) -> timedelta:
    return max(now - since, timedelta()) if since else timedelta()


def _midnight_after(day: date | None) -> datetime | None:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC) if day else None


def _hours(age: timedelta) -> str:
    hours = age.total_seconds() / 3600
    return f"{hours:.0f} hours" if hours >= 2 else f"{age.total_seconds() / 60:.0f} minutes"  # noqa: PLR2004 - reads better
