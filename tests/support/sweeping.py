"""A sweeper for tests: over an office, with a clock whose wall and ticks the test moves, and witnesses that agree unless told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from ringfence.apps.calls.objects import object_name
from ringfence.apps.sweeps.marks import SweepRecord
from ringfence.core.clock import SteadyClock
from ringfence.lifecycle.sweep.status import SweepStatus, read_facts, sweep_status
from ringfence.lifecycle.sweep.sweeper import Sweeper
from ringfence.vault.stores import KeyringStore
from tests.support.database import Database
from tests.support.office import Office

COLUMNS = (
    ("calls_call", "id"), ("calls_recording", "call_id"), ("calls_transcript", "call_id"),
    ("calls_searchtokens", "call_id"), ("calls_ticket", "call_id"),
)  # fmt: skip
SEALED = {
    "calls_call": "num_nonnulls(wrapped_key, numbers_sealed, from_index, to_index, live_keys) > 0",
    "calls_recording": "num_nonnulls(wrapped_key, waveform_sealed, bucket_id) > 0 OR object_name <> ''",
    "calls_transcript": "num_nonnulls(wrapped_key, turns_sealed, summary_sealed, variables_sealed, bucket_id) > 0",
    "calls_searchtokens": "true",
}


@dataclass
class Broom:
    """`sweep()` is what the worker does; `later()` lets time pass as it should."""

    office: Office
    steady: SteadyClock = field(init=False)
    copy: KeyringStore | None = None
    witnessed: timedelta = timedelta()
    boot: str = "one boot"

    def __post_init__(self) -> None:
        self.restart()

    def restart(self, boot: str | None = None) -> None:
        """A new process, which takes up the mark as a worker does at its start."""
        from ringfence.apps.sweeps.marks import read_mark

        clock = self.office.clock
        self.boot = boot or self.boot
        with self.office.worker.transaction() as cursor:
            kept = read_mark(cursor)
        mark = kept.mark if kept else None
        self.steady = SteadyClock(lambda: clock.moment, lambda: clock.elapsed, self.boot, mark)
        self.sweeper = self.another()

    def another(self) -> Sweeper:
        """A sweeper beside the one that is here."""
        office = self.office
        return Sweeper(
            office.worker, office.vault, office.objects, self.steady, self.copy,
            witnesses=(lambda: office.clock.moment + self.witnessed,),
        )  # fmt: skip

    def later(self, **by: float) -> None:
        self.office.clock.advance(timedelta(**by).total_seconds())

    def until(self, moment: datetime) -> None:
        self.office.clock.advance((moment - self.office.clock.moment).total_seconds())

    def sweep(self) -> SweepRecord:
        return self.sweeper.run()

    def status(self) -> SweepStatus:
        with self.office.worker.transaction() as cursor:
            return sweep_status(read_facts(cursor, self.office.vault.keyring, self.steady.now()))


def rows(database: Database, call_id: UUID) -> set[str]:
    """The tables in which a call has rows."""
    with database.superuser() as look:
        return {
            table
            for table, column in COLUMNS
            if look.execute(f"SELECT 1 FROM {table} WHERE {column} = %s", [call_id]).fetchone()  # noqa: S608 - our tables
        }


def sealed(database: Database, office: Office, call_id: UUID) -> set[str]:
    """Where anything of a call's content is, as somebody sees it who may see everything."""
    columns = dict(COLUMNS)
    with database.superuser() as look:
        found = {
            table
            for table, some in SEALED.items()
            if look.execute(
                f"SELECT 1 FROM {table} WHERE {columns[table]} = %s AND ({some})",  # noqa: S608 - our tables
                [call_id],
            ).fetchone()
        }
    return found | ({"object"} if office.objects.exists(object_name(office.account_id, call_id)) else set())
