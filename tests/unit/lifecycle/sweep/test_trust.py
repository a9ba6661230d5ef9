"""When the clock is believed by somebody who destroys, and when a sweep is due."""

from datetime import UTC, datetime, timedelta

import pytest

from ringfence.apps.sweeps.marks import SweepRecord
from ringfence.core.clock import ManualClock, SteadyClock
from ringfence.lifecycle.sweep.sweeper import wanted
from ringfence.lifecycle.sweep.trust import APART_AT_MOST, SENTENCES, Alarm, doubt

NOON = datetime(2026, 3, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def clock(strayed: timedelta = timedelta()) -> SteadyClock:
    source = ManualClock(NOON)
    made = SteadyClock(lambda: source.moment, lambda: source.elapsed)
    source.moment += strayed
    return made


def alarm(
    strayed: timedelta = timedelta(), *witnesses: datetime, marked: datetime | None = None
) -> Alarm | None:
    found = doubt(clock(strayed), witnesses, marked)
    return found.alarm if found else None


def test_clocks_that_agree_are_believed() -> None:
    assert alarm() is None
    assert alarm(timedelta(seconds=4), NOON, NOON + APART_AT_MOST / 2, marked=NOON) is None


@pytest.mark.parametrize(
    ("strayed", "why"),
    [
        (timedelta(seconds=6), Alarm.AHEAD), (timedelta(days=31), Alarm.AHEAD),
        (-timedelta(seconds=6), Alarm.SET_BACK), (-timedelta(days=31), Alarm.SET_BACK),
    ],
)  # fmt: skip
def test_a_jump_is_not(strayed: timedelta, why: Alarm) -> None:
    assert alarm(strayed, NOON + strayed) is why


@pytest.mark.parametrize("apart", [APART_AT_MOST, -APART_AT_MOST])
def test_one_witness_that_differs_is_enough(apart: timedelta) -> None:
    assert alarm(timedelta(), NOON, NOON + apart) is None
    beyond = apart + (SECOND if apart > timedelta() else -SECOND)
    assert alarm(timedelta(), NOON, NOON + beyond) is Alarm.WITNESS


def test_seven_days_of_silence_are_believed_and_a_second_more_is_not() -> None:
    assert alarm(marked=NOON - timedelta(days=7)) is None
    assert alarm(marked=NOON - timedelta(days=7) - SECOND) is Alarm.SILENCE


def test_every_alarm_has_a_sentence() -> None:
    assert set(SENTENCES) == set(Alarm)


def record(began: datetime, outcome: str = "done") -> SweepRecord:
    return SweepRecord(began_at=began, ended_at=began + timedelta(seconds=20), outcome=outcome)


def test_a_sweep_is_due_at_the_start_every_ten_minutes_after_midnight_and_soon_after_trouble() -> None:
    assert wanted(None, NOON)
    last = record(NOON)
    assert not wanted(last, last.ended_at + timedelta(minutes=9, seconds=59))
    assert wanted(last, last.ended_at + timedelta(minutes=10))
    for outcome in ("partly", "refused"):
        troubled = record(NOON, outcome)
        assert not wanted(troubled, troubled.ended_at + timedelta(seconds=59))
        assert wanted(troubled, troubled.ended_at + timedelta(minutes=1))
    late = record(datetime(2026, 3, 29, 23, 59, tzinfo=UTC))
    assert not wanted(late, late.ended_at)
    assert wanted(late, datetime(2026, 3, 30, tzinfo=UTC))
    assert wanted(last, NOON - timedelta(days=2))  # the clock was set back and confirmed
