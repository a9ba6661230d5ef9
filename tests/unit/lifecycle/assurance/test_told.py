"""A line for every promise; gaps and old measurements are never counted as kept."""

from datetime import UTC, datetime, timedelta

import pytest

from ringfence.apps.assurance.measurements import LOOK, TRIAL, Measured
from ringfence.lifecycle.assurance.gaps import GAPS
from ringfence.lifecycle.assurance.looks import LOOKS
from ringfence.lifecycle.assurance.told import LOOK_LIVES, TRIAL_LIVES, tell
from ringfence.lifecycle.assurance.trials import TRIED
from ringfence.lifecycle.assurance.values import State
from ringfence.policy import load

NOW = datetime(2026, 3, 1, tzinfo=UTC)
PROMISE = "keep.delete"


def measured(state: State, source: str = LOOK, age: timedelta = timedelta()) -> Measured:
    moment = NOW - age
    return Measured(
        promise=PROMISE,
        source=source,
        state=state.value,
        says=source,
        facts=(),
        measured_at=moment,
        since=moment,
    )


def state(*found: Measured) -> State:
    return next(line.state for line in tell(load(), list(found), NOW) if line.promise == PROMISE)


def test_every_promise_has_a_look_or_a_trial_or_is_a_gap_and_nothing_else_does() -> None:
    assert set(LOOKS) | set(TRIED) | set(GAPS) == set(load().promises)
    assert not set(GAPS) & (set(LOOKS) | set(TRIED))


def test_there_is_a_line_for_each_promise_in_the_policys_order() -> None:
    lines = tell(load(), [], NOW)
    assert [line.promise for line in lines] == list(load().promises)
    assert {line.state for line in lines} == {State.GAP}
    assert all(line.says and line.measured_at is None for line in lines)


@pytest.mark.parametrize(
    ("look", "trial", "told"),
    [
        (State.KEPT, State.KEPT, State.KEPT),
        (State.KEPT, State.NOT_KEPT, State.NOT_KEPT),
        (State.NOT_KEPT, State.KEPT, State.NOT_KEPT),
        (State.GAP, State.KEPT, State.GAP),
        (State.GAP, State.NOT_KEPT, State.NOT_KEPT),
        (State.NOT_APPLICABLE, State.KEPT, State.KEPT),
    ],
)
def test_the_worse_of_two_measurements_counts(look: State, trial: State, told: State) -> None:
    assert state(measured(look), measured(trial, TRIAL)) is told


@pytest.mark.parametrize(("source", "lives"), [(LOOK, LOOK_LIVES), (TRIAL, TRIAL_LIVES)])
def test_what_was_measured_too_long_ago_counts_as_not_measured(source: str, lives: timedelta) -> None:
    assert state(measured(State.KEPT, source, lives)) is State.KEPT
    assert state(measured(State.KEPT, source, lives + timedelta(seconds=1))) is State.GAP
