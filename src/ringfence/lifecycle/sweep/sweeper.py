"""The order of a sweep: keys first, since they are what every copy hangs from; then calls, parts and buckets, account by account.

    swept = Sweeper(database, vault, objects, machine()).run()

Two sweeps beside each other do the same work once: rows that one has locked the other skips, and everything else is safe to repeat.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Final
from uuid import UUID

import structlog

from ringfence.apps.calls.objects import Objects
from ringfence.apps.sweeps.marks import KeptMark, SweepRecord, believe, last_sweep, read_mark, write_sweep
from ringfence.apps.sweeps.models import Outcome
from ringfence.core.clock import SteadyClock
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.sweep import steps
from ringfence.lifecycle.sweep.ground import Ground, Progress, Swept, Witness, unseen
from ringfence.lifecycle.sweep.trust import Doubt, doubt
from ringfence.vault.stores import KeyringStore
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_overdue_parts(%s)"
_SILENT: Final = "SELECT * FROM lookup.accounts_with_silent_calls(%s)"
_COUNT: Final = "SELECT lookup.count_overdue(%s)"
_DATABASE_TIME: Final = "SELECT clock_timestamp()"
Batch = Callable[[Ground, Swept, UUID, set[UUID]], int]
EVERY: Final = timedelta(minutes=10)
AGAIN_AFTER: Final = timedelta(minutes=1)
BATCHES: Final[tuple[str, ...]] = ("drop_calls", "blank_recordings", "blank_transcripts")


@dataclass(slots=True)
class Sweeper:
    """Runs as the login rf_worker. `copy` is the keyring's own backup, where one is configured."""

    database: Database
    vault: Vault
    objects: Objects
    clock: SteadyClock
    copy: KeyringStore | None = None
    witnesses: Sequence[Witness] | None = None
    stop: Event = field(default_factory=Event)
    last: SweepRecord | None = None
    _confirmed: KeptMark | None = None

    def tick(self) -> SweepRecord | None:
        """Sweep if it is time to, and look at the clock in any case. A worker does this once a minute."""
        if not wanted(self.last, self.clock.now()):
            self.look_at_clock()
            return None
        return self.run()

    def look_at_clock(self) -> Doubt | None:
        """Whether the clock may be believed; if so, the mark moves on."""
        witnesses = [witness() for witness in self._witnesses()]
        with self.database.transaction() as cursor:
            kept = read_mark(cursor)
            self._follow(kept)
            found = doubt(self.clock, witnesses, kept.mark.moment if kept else None)
            if found is None:
                believe(cursor, self.clock.mark())
        if found is not None:
            structlog.get_logger().error(
                "nothing is destroyed: the clock is not believed",
                code=found.alarm.value, seconds=round(found.apart.total_seconds()),
            )  # fmt: skip
        return found

    def confirm_clock(self) -> None:
        """A person says that the clock is right as it stands: it is believed from here on, and the mark put where it is."""
        self.clock.believe()
        with self.database.transaction() as cursor:
            believe(cursor, self.clock.mark(), confirmed_at=self.clock.now())

    def overdue(self) -> int:
        """How many calls and parts a sweep would take now."""
        with self.database.transaction() as cursor:
            row = cursor.execute(_COUNT, (self.clock.now(),)).fetchone()
        return row[0] if row else 0

    def run(self, progress: Progress = unseen) -> SweepRecord:
        """Destroy what is overdue, and write down what was done. Raises Unavailable when the database goes away."""
        found = self.look_at_clock()
        began = (
            self.clock.mark().moment
        )  # by the ticks: a record of a time that never was would hide all later ones
        if found is not None:
            return self._record(began, Swept(), Outcome.REFUSED, found.alarm.value)
        swept = Swept()
        self._sweep(
            Ground(
                database=self.database, vault=self.vault, objects=self.objects, now=began, copy=self.copy,
                progress=progress, stop=self.stop,
            ),
            swept,
        )  # fmt: skip
        if self.stop.is_set():
            swept.trouble("stopped")
        code = swept.troubles[0] if swept.troubles else ""
        return self._record(began, swept, Outcome.PARTLY if code else Outcome.DONE, code)

    def _sweep(self, ground: Ground, swept: Swept) -> None:
        steps.destroy_days(ground, swept)
        for account_id in self._accounts(_ACCOUNTS, ground.now):
            for name in BATCHES:
                batch: Batch = getattr(steps, name)
                kept: set[UUID] = set()
                while not ground.stop.is_set() and batch(ground, swept, account_id, kept):
                    pass
            if ground.stop.is_set():
                return
            steps.drop_buckets(ground, swept, account_id)
        for account_id in self._accounts(_SILENT, ground.now - steps.ABANDONED_AFTER):
            steps.drop_abandoned(ground, swept, account_id)
        steps.destroy_live_days(ground, swept)
        steps.refresh_copy(ground, swept)

    def _accounts(self, query: str, moment: datetime) -> list[UUID]:
        with self.database.transaction() as cursor:
            return [row[0] for row in cursor.execute(query, (moment,)).fetchall()]

    def _record(self, began: datetime, swept: Swept, outcome: Outcome, code: str) -> SweepRecord:
        done = SweepRecord(
            began_at=began, ended_at=self.clock.mark().moment, outcome=outcome.value, code=code, calls=swept.calls,
            recordings=swept.recordings, transcripts=swept.transcripts, buckets=swept.buckets,
            epochs=len(swept.epochs), last_epoch=swept.last_epoch,
        )  # fmt: skip
        self.last = done
        with self.database.transaction() as cursor:
            if not _said_already(last_sweep(cursor), done):
                write_sweep(cursor, done)
        if swept.things:
            structlog.get_logger().info(
                "overdue things were destroyed", calls=swept.calls, count=swept.things,
                seconds=round((done.ended_at - began).total_seconds(), 3),
            )  # fmt: skip
        return done

    def _follow(self, kept: KeptMark | None) -> None:
        """Take up what a person confirmed in another process while this one ran."""
        before, self._confirmed = self._confirmed, kept
        if before is not None and kept is not None and kept.confirmed_at != before.confirmed_at:
            self.clock.believe()

    def _witnesses(self) -> Sequence[Witness]:
        return (self._database_time, self._store_time) if self.witnesses is None else self.witnesses

    def _database_time(self) -> datetime:
        with self.database.transaction() as cursor:
            row = cursor.execute(_DATABASE_TIME).fetchone()
        assert row is not None  # noqa: S101 - a SELECT without FROM has one row
        moment: datetime = row[0]
        return moment

    def _store_time(self) -> datetime:
        """A store that is away bears no witness; that it is away is noticed by the sweep itself."""
        try:
            return self.objects.moment()
        except Unavailable:
            return self.clock.now()


def wanted(last: SweepRecord | None, now: datetime) -> bool:
    """Whether it is time to sweep: at the start, every ten minutes, soon after a day ended, and soon after trouble."""
    if last is None or now.date() != last.began_at.date():
        return True
    every = EVERY if last.outcome == Outcome.DONE.value else AGAIN_AFTER
    return now - last.ended_at >= every or now < last.began_at


def _said_already(before: SweepRecord | None, done: SweepRecord) -> bool:
    """A clock in doubt is looked at every minute; one record says since when."""
    refused = Outcome.REFUSED.value
    return before is not None and (before.outcome, before.code, done.outcome) == (refused, done.code, refused)
