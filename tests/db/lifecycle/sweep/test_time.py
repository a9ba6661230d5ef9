"""The clock jumps, both ways, over restarts and silences: what was refused stays refused, and nothing is destroyed in doubt."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.lifecycle.sweep.trust import Alarm
from ringfence.vault.errors import EpochGone
from tests.support.database import Database
from tests.support.sweeping import Broom, rows, sealed

EVERYTHING = {"calls_call", "calls_recording", "calls_transcript", "calls_searchtokens", "object"}


def jump(broom: Broom, **by: float) -> None:
    """Somebody sets the clock; no time passes."""
    broom.office.clock.moment += timedelta(**by)


def readable(broom: Broom, call_id: UUID) -> bool:
    try:
        call_document(broom.office.account_id, call_id, purpose=PROVIDING, clock=broom.steady)
    except NoSuchCall:
        return False
    return True


def refused(broom: Broom, why: Alarm) -> None:
    broom.later(seconds=1)  # no two sweeps begin in one moment
    before = {kind: broom.office.vault.keyring.list(kind) for kind in ("day", "live")}
    done = broom.sweep()
    assert (done.outcome, done.code, done.calls, done.epochs) == ("refused", why.value, 0, 0)
    assert {kind: broom.office.vault.keyring.list(kind) for kind in ("day", "live")} == before
    status = broom.status()
    assert (status.standing, status.alarm) == ("not_kept", why.value)


@pytest.mark.parametrize("restart", [False, True], ids=["while it runs", "over a restart"])
def test_set_ahead_it_destroys_nothing_and_goes_on_when_it_is_mended(
    broom: Broom, database: Database, restart: bool
) -> None:
    call_id = broom.office.call()
    broom.sweep()
    broom.later(minutes=10)
    jump(broom, days=40)
    if restart:
        broom.restart()
    assert not readable(broom, call_id)  # refused too early can be mended
    refused(broom, Alarm.AHEAD)
    jump(broom, days=-40)
    broom.later(minutes=1)
    assert readable(broom, call_id)
    assert broom.sweep().outcome == "done"
    assert sealed(database, broom.office, call_id) == EVERYTHING
    assert broom.status().standing == "kept"


@pytest.mark.parametrize("restart", [None, "one boot", "another"], ids=["running", "restart", "reboot"])
def test_set_back_it_brings_nothing_back(broom: Broom, database: Database, restart: str | None) -> None:
    call_id = broom.office.call()
    for _ in range(5):
        broom.later(days=6)
        broom.sweeper.look_at_clock()
    broom.later(minutes=5)
    broom.sweeper.look_at_clock()
    assert not readable(broom, call_id)
    jump(broom, days=-20)
    if restart:
        broom.restart(restart)
    assert not readable(broom, call_id)
    refused(broom, Alarm.SET_BACK)
    broom.later(hours=2)
    assert not readable(broom, call_id)
    jump(broom, days=20)
    assert broom.sweep().calls == 1
    assert rows(database, call_id) == set()


def test_set_back_no_destroyed_day_is_made_again(broom: Broom) -> None:
    office = broom.office
    office.call()
    for _ in range(5):
        broom.later(days=6)
        broom.sweep()
    broom.later(days=1)
    assert broom.sweep().last_epoch == "day/2026-01-31"
    jump(broom, days=-31)  # this vault asks a clock that believes everything: its day is the first again
    for day in ("day/2026-01-31", "live/2026-01-01"):
        with pytest.raises(EpochGone):
            office.vault.keyring.epoch(day, create=True)
    with pytest.raises(EpochGone):
        office.call()


@pytest.mark.parametrize("apart", [timedelta(hours=-3), timedelta(hours=3)])
def test_a_second_witness_that_disagrees_stops_it_after_a_start(
    broom: Broom, database: Database, apart: timedelta
) -> None:
    call_id = broom.office.call()
    for _ in range(4):
        broom.later(days=6)
        broom.sweep()
    broom.later(days=6, hours=1)
    broom.witnessed = apart
    broom.restart("another")
    refused(broom, Alarm.WITNESS)
    assert rows(database, call_id)
    broom.witnessed = timedelta(seconds=30)
    assert broom.sweep().calls == 1


def test_more_than_seven_days_of_silence_ask_for_a_person(broom: Broom, database: Database) -> None:
    call_id = broom.office.call()
    broom.sweep()
    broom.later(days=31)
    broom.restart("another")
    refused(broom, Alarm.SILENCE)
    assert not readable(broom, call_id)
    broom.sweeper.confirm_clock()
    done = broom.sweep()
    assert (done.outcome, done.calls) == ("done", 1)
    assert rows(database, call_id) == set()


def test_a_running_worker_takes_up_what_a_person_confirmed(broom: Broom, database: Database) -> None:
    call_id = broom.office.call()
    broom.sweep()
    jump(broom, days=31)  # a machine that slept without its ticks
    refused(broom, Alarm.AHEAD)
    worker = broom.sweeper
    broom.restart()
    broom.sweeper.confirm_clock()
    assert worker.run().outcome == "done"
    assert rows(database, call_id) == set()


def test_a_mark_that_was_far_ahead_can_be_put_back_by_a_person(broom: Broom) -> None:
    jump(broom, days=3000)
    broom.restart("another")
    broom.sweep()  # nobody could know better: the first start, and every clock agreed
    jump(broom, days=-3000)
    broom.restart("a third")
    refused(broom, Alarm.SET_BACK)
    broom.sweeper.confirm_clock()
    assert broom.steady.now() == broom.office.clock.moment
    assert broom.sweep().outcome == "done"


def test_one_record_says_since_when_the_clock_is_in_doubt(broom: Broom, database: Database) -> None:
    broom.sweep()
    broom.later(minutes=5)
    since = broom.steady.now()
    jump(broom, days=2)
    for _ in range(5):
        broom.sweep()
        broom.later(minutes=1)
    with database.superuser() as look:
        count = look.execute("SELECT count(*) FROM sweeps_sweep WHERE outcome = 'refused'").fetchone()
    assert count == (1,)
    assert broom.status().alarm_since == since


def test_the_worker_sweeps_when_it_is_time_and_marks_the_clock_in_between(broom: Broom) -> None:
    broom.office.clock.advance(12 * 3600)
    broom.restart()
    assert broom.sweeper.tick() is not None
    for _ in range(9):
        broom.later(minutes=1)
        assert broom.sweeper.tick() is None
    with broom.office.worker.transaction() as cursor:
        row = cursor.execute("SELECT moment FROM sweeps_clockmark").fetchone()
    assert row == (broom.office.clock.now(),)
    broom.later(minutes=1)
    assert broom.sweeper.tick() is not None
    broom.until(datetime(2026, 1, 1, 23, 59, 30, tzinfo=UTC))
    broom.sweeper.tick()
    broom.later(seconds=31)
    assert broom.sweeper.tick() is not None
