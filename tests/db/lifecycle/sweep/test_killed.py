"""A sweep that is killed before any statement, deletion or commit, fails on a full disk, or meets a store that is away: nothing
readable comes of it, nothing is forgotten, and the next sweep finishes.
"""

import resource
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from structlog.testing import capture_logs

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall, NotStored
from ringfence.apps.calls.objects import Objects, object_name
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.core.errors import Unavailable
from ringfence.policy import AgentPeriods
from ringfence.vault.stores import FolderStore, KeyringStore
from ringfence.work.database import Database as Pool
from tests.support.database import Database
from tests.support.dying import DyingObjects, DyingPool, DyingStore, Fate, Killed
from tests.support.office import Office
from tests.support.sweeping import Broom, rows, sealed

SPREAD = 7


class DiskFull(psycopg.errors.DiskFull):
    """What PostgreSQL says then."""


@contextmanager
def fated(broom: Broom, left: int, strike: Callable[[], BaseException]) -> Iterator[Fate]:
    """Within it, everything that the sweep touches counts its steps."""
    fate, office, sweeper = Fate(left, strike), broom.office, broom.another()
    real, copy = office.vault.keyring.store, broom.copy
    sweeper.database = cast("Pool", DyingPool(office.worker, fate))
    sweeper.objects = cast("Objects", DyingObjects(office.objects, fate))
    sweeper.copy = cast("KeyringStore", DyingStore(copy, fate)) if copy else None
    office.vault.keyring.store = cast("KeyringStore", DyingStore(real, fate))
    before, broom.sweeper = broom.sweeper, sweeper
    try:
        yield fate
    finally:
        office.vault.keyring.store, broom.sweeper = real, before


@dataclass
class Scene:
    """Two calls that are over, one whose recording is over, and the copy of the keyring beside them."""

    broom: Broom
    database: Database
    over: tuple[UUID, UUID]
    shortened: UUID

    @classmethod
    def set(cls, broom: Broom, database: Database) -> "Scene":
        office = broom.office
        over = (office.call(), office.call(run_after=False))
        for days in (6, 6, 6, 6):
            broom.later(days=days)
            broom.sweep()
        shortened = office.call(agent="shortened")
        broom.later(days=6)
        broom.sweeper.look_at_clock()
        broom.later(hours=25)
        return cls(broom, database, over, shortened)

    def nothing_opens(self) -> None:
        office = self.broom.office
        for call_id in self.over:
            with pytest.raises(NoSuchCall):
                call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
        told = call_document(office.account_id, self.shortened, purpose=PROVIDING, clock=office.clock)
        assert told["recording"] == {"available": False, "reason": "expired"}
        assert told["transcript"]["available"]

    def nothing_is_forgotten(self) -> None:
        """An object that is still there has a row that leads to it."""
        office = self.broom.office
        for call_id in (*self.over, self.shortened):
            if office.objects.exists(object_name(office.account_id, call_id)):
                assert "calls_recording" in sealed(self.database, office, call_id)

    def all_is_done(self) -> None:
        office = self.broom.office
        assert [rows(self.database, call_id) for call_id in self.over] == [set(), set()]
        left = sealed(self.database, office, self.shortened)
        assert left == {"calls_call", "calls_transcript", "calls_searchtokens"}
        assert self.broom.status().standing == "kept"
        today = office.clock.now().date()
        assert not office.vault.keyring.passed("day", today)
        assert not office.vault.keyring.passed("live", today)
        assert self.broom.copy is not None
        assert self.broom.copy.list("day") == office.vault.keyring.list("day")


@pytest.fixture
def broom(office: Office, tmp_path: Path) -> Broom:
    office.agent("shortened", periods=AgentPeriods(recording=6))
    return Broom(office, copy=FolderStore(tmp_path / "copy"))


def steps_of_a_sweep(broom: Broom, database: Database) -> int:
    scene = Scene.set(broom, database)
    with fated(broom, -1, Killed) as fate:
        broom.sweep()
    scene.all_is_done()
    return fate.steps


def strike_everywhere(
    broom: Broom, database: Database, every: int, strike: Callable[[], BaseException]
) -> None:
    total = steps_of_a_sweep(broom, database)
    assert total > 40
    for left in range(0, total, every):
        scene = Scene.set(broom, database)
        with fated(broom, left, strike), struck():
            broom.sweep()
        scene.nothing_opens()
        scene.nothing_is_forgotten()
        broom.restart()
        broom.sweep()
        scene.nothing_opens()
        scene.all_is_done()


def struck() -> AbstractContextManager[Any]:
    return pytest.raises((Killed, Unavailable, DiskFull))


def test_killed_between_any_two_steps_of_a_spread(broom: Broom, database: Database) -> None:
    strike_everywhere(broom, database, SPREAD, Killed)


@pytest.mark.long
def test_killed_between_any_two_steps(broom: Broom, database: Database) -> None:
    strike_everywhere(broom, database, 1, Killed)


@pytest.mark.long
def test_a_full_disk_at_any_step(broom: Broom, database: Database) -> None:
    strike_everywhere(broom, database, 1, lambda: DiskFull("no space left on device"))


def test_a_full_disk_at_a_spread_of_steps(broom: Broom, database: Database) -> None:
    strike_everywhere(broom, database, 2 * SPREAD, lambda: DiskFull("no space left on device"))


def test_a_disk_on_which_nothing_can_be_written_saves_no_key(broom: Broom, database: Database) -> None:
    """The keys go though their marks cannot be written; the marks of days need none, since a passed day gets no key."""
    scene = Scene.set(broom, database)
    today = broom.office.clock.now().date()
    assert broom.office.vault.keyring.passed("day", today)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        with capture_logs() as said:  # standard output may be a file, too
            done = broom.sweep()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert {line["code"] for line in said if line["log_level"] == "error"} == {"keyring_unavailable"}
    assert (done.outcome, done.code) == ("partly", "keyring_unavailable")
    assert not broom.office.vault.keyring.passed("day", today)
    scene.nothing_opens()
    broom.sweep()
    scene.all_is_done()


def test_an_object_store_that_is_away_is_tried_again(
    broom: Broom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = Scene.set(broom, database)

    def away(_names: Sequence[str]) -> None:
        raise NotStored("away")

    with monkeypatch.context() as patch:
        patch.setattr(broom.office.objects, "delete", away)
        done = broom.sweep()
    assert (done.outcome, done.code, done.calls) == ("partly", "object_store", 0)
    scene.nothing_opens()
    scene.nothing_is_forgotten()
    assert broom.status().oldest_overdue_s > 3600
    assert broom.status().standing == "not_kept"
    broom.sweep()
    scene.all_is_done()


def test_one_object_that_will_not_go_keeps_no_other(broom: Broom, database: Database) -> None:
    scene = Scene.set(broom, database)
    office = broom.office
    assert office.objects._folder is not None
    stuck = office.objects._folder / object_name(office.account_id, scene.over[0])
    stuck.unlink()
    (stuck / "a folder in its place").mkdir(parents=True)
    done = broom.sweep()
    assert (done.outcome, done.calls) == ("partly", 1)
    assert rows(database, scene.over[1]) == set()
    assert "calls_recording" in rows(database, scene.over[0])
    shutil.rmtree(stuck)
    broom.sweep()
    scene.all_is_done()


def test_a_copy_of_the_keyring_that_is_away_keeps_nothing_else(
    broom: Broom, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ringfence.vault.errors import StoreFailed

    scene = Scene.set(broom, database)

    def away(*_asked: object) -> None:
        raise StoreFailed("away")

    with monkeypatch.context() as patch:
        patch.setattr(broom.copy, "kinds", away)
        done = broom.sweep()
    assert (done.outcome, done.code, done.calls) == ("partly", "keyring_copy", 2)
    broom.sweep()
    scene.all_is_done()


def test_asked_to_stop_it_ends_after_the_batch_in_hand(broom: Broom, database: Database) -> None:
    scene = Scene.set(broom, database)
    broom.sweeper.stop.set()
    done = broom.sweep()
    assert (done.outcome, done.code, done.calls) == ("partly", "stopped", 0)
    broom.restart()
    broom.sweep()
    scene.all_is_done()
    assert broom.office.clock.now() - done.ended_at < timedelta(minutes=1)
