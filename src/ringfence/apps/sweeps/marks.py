"""Reading and writing the clock's mark and the record of sweeps, over any cursor."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.sweeps.models import Outcome
from ringfence.core.clock import Mark
from ringfence.core.ids import id_at

REMEMBERED: Final = timedelta(days=400)
_THE_ONE: Final = UUID(int=1)
_READ: Final = "SELECT moment, boot, ticks, confirmed_at FROM sweeps_clockmark WHERE id = %s"
_BELIEVE: Final = """
INSERT INTO sweeps_clockmark (id, moment, boot, ticks, confirmed_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET moment = excluded.moment, boot = excluded.boot, ticks = excluded.ticks, confirmed_at = COALESCE(excluded.confirmed_at, sweeps_clockmark.confirmed_at)
WHERE excluded.confirmed_at IS NOT NULL OR excluded.moment >= sweeps_clockmark.moment
"""
_WRITE: Final = """
INSERT INTO sweeps_sweep (id, began_at, ended_at, outcome, code, calls, recordings, transcripts, buckets, epochs,
  last_epoch) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_FORGET: Final = "DELETE FROM sweeps_sweep WHERE began_at < %s OR began_at > %s"
_LAST: Final = """
SELECT began_at, ended_at, outcome, code, calls, recordings, transcripts, buckets, epochs, last_epoch FROM sweeps_sweep
WHERE outcome = ANY(%s) ORDER BY began_at DESC, id DESC LIMIT 1
"""
_LAST_EPOCH: Final = """
SELECT last_epoch, ended_at FROM sweeps_sweep WHERE last_epoch <> '' ORDER BY began_at DESC, id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class KeptMark:
    """The mark as it rests."""

    mark: Mark
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepRecord:
    """What one sweep did. `code` says what went wrong, empty for nothing; `last_epoch` is empty if none was destroyed."""

    began_at: datetime
    ended_at: datetime
    outcome: str
    code: str = ""
    calls: int = 0
    recordings: int = 0
    transcripts: int = 0
    buckets: int = 0
    epochs: int = 0
    last_epoch: str = ""


def read_mark(cursor: Cursor) -> KeptMark | None:
    """The mark, or None before the first sweep."""
    cursor.execute(_READ, (_THE_ONE,))
    row = cursor.fetchone()
    return None if row is None else KeptMark(Mark(*row[:3]), row[3])


def believe(cursor: Cursor, mark: Mark, *, confirmed_at: datetime | None = None) -> None:
    """Keep a mark. It never goes back, unless a person vouched for it."""
    cursor.execute(_BELIEVE, (_THE_ONE, mark.moment, mark.boot, mark.ticks, confirmed_at))


def write_sweep(cursor: Cursor, done: SweepRecord) -> None:
    """Keep what a sweep did. Let go of those of more than a year ago, and of a time that a wrong clock made up."""
    values = (done.calls, done.recordings, done.transcripts, done.buckets, done.epochs, done.last_epoch)
    times = (id_at(done.ended_at, secrets.randbits(74)), done.began_at, done.ended_at)
    cursor.execute(_WRITE, (*times, done.outcome, done.code, *values))
    cursor.execute(_FORGET, (done.began_at - REMEMBERED, done.ended_at))


def last_sweep(cursor: Cursor, *, whole: bool = False) -> SweepRecord | None:
    """The newest sweep; with `whole`, the newest that left nothing undone."""
    wanted = [Outcome.DONE.value] if whole else [each.value for each in Outcome]
    cursor.execute(_LAST, (wanted,))
    row = cursor.fetchone()
    names = (
        "began_at",
        "ended_at",
        "outcome",
        "code",
        "calls",
        "recordings",
        "transcripts",
        "buckets",
        "epochs",
    )
    return None if row is None else SweepRecord(**dict(zip((*names, "last_epoch"), row, strict=True)))


def last_destroyed(cursor: Cursor) -> tuple[str, datetime] | None:
    """The newest epoch that a sweep destroyed, and when."""
    cursor.execute(_LAST_EPOCH)
    row = cursor.fetchone()
    return None if row is None else (row[0], row[1])
