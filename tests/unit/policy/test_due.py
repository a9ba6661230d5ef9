"""When a part of a call must be gone: every plan and part, at the boundary."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ringfence import policy
from ringfence.core.errors import BadInput
from ringfence.policy import NO_PERIODS, AgentPeriods, Part, Plan

ENDED = datetime(2026, 11, 23, 17, 4, 5, 678_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)

# Written out, not read from the file: a changed number has to be changed here as well, knowingly.
PERIODS = [
    (Part.RECORDING, Plan.STARTER, 30),
    (Part.RECORDING, Plan.GROWTH, 90),
    (Part.RECORDING, Plan.ENTERPRISE, None),
    (Part.TRANSCRIPT, Plan.STARTER, 30),
    (Part.TRANSCRIPT, Plan.GROWTH, 90),
    (Part.TRANSCRIPT, Plan.ENTERPRISE, None),
    (Part.LOG, Plan.STARTER, 30),
    (Part.LOG, Plan.GROWTH, 90),
    (Part.LOG, Plan.ENTERPRISE, None),
]


def test_the_table_has_every_cell() -> None:
    assert {(part, plan) for part, plan, _ in PERIODS} == {(part, plan) for part in Part for plan in Plan}


@pytest.mark.parametrize(("part", "plan", "days"), PERIODS)
def test_due_is_exactly_so_many_days_after_the_end(part: Part, plan: Plan, days: int | None) -> None:
    due = policy.due(part, plan, NO_PERIODS, ENDED)
    if days is None:
        assert due is None
        return
    assert due is not None
    assert due == ENDED + timedelta(seconds=days * 86_400)
    assert due - SECOND < ENDED + timedelta(days=days) <= due


@pytest.mark.parametrize(("part", "plan", "days"), PERIODS)
@pytest.mark.parametrize("chosen", [1, 29, 30, 31, 89, 90, 91, 4000])
def test_an_agent_shortens_and_never_lengthens(part: Part, plan: Plan, days: int | None, chosen: int) -> None:
    periods = AgentPeriods(**{part.value: chosen})
    expected = chosen if days is None else min(chosen, days)
    assert policy.days(part, plan, periods) == expected
    assert policy.due(part, plan, periods, ENDED) == ENDED + timedelta(days=expected)


@pytest.mark.parametrize("part", Part)
def test_a_period_of_one_part_says_nothing_about_another(part: Part) -> None:
    periods = AgentPeriods(**{part.value: 1})
    for other in set(Part) - {part}:
        assert policy.days(other, Plan.GROWTH, periods) == 90


def test_zero_means_never_written_and_is_due_at_once() -> None:
    periods = AgentPeriods(recording=0)
    assert policy.days(Part.RECORDING, Plan.ENTERPRISE, periods) == 0
    assert policy.due(Part.RECORDING, Plan.ENTERPRISE, periods, ENDED) == ENDED


@pytest.mark.parametrize(
    ("ended", "due"),
    [
        (datetime(2028, 1, 30, 23, 59, 59, tzinfo=UTC), datetime(2028, 2, 29, 23, 59, 59, tzinfo=UTC)),
        (datetime(2028, 2, 29, 0, 0, 0, tzinfo=UTC), datetime(2028, 3, 30, 0, 0, 0, tzinfo=UTC)),
        (datetime(2027, 1, 30, 12, 0, 0, tzinfo=UTC), datetime(2027, 3, 1, 12, 0, 0, tzinfo=UTC)),
        (datetime(2026, 12, 15, 12, 0, 0, tzinfo=UTC), datetime(2027, 1, 14, 12, 0, 0, tzinfo=UTC)),
    ],
)
def test_leap_days_and_turns_of_the_year(ended: datetime, due: datetime) -> None:
    assert policy.due(Part.LOG, Plan.STARTER, NO_PERIODS, ended) == due


def test_the_clock_is_utc_wherever_the_moment_was_written_down() -> None:
    """A day in which somewhere the clocks change has 24 hours all the same."""
    in_berlin = datetime(2026, 10, 20, 1, 30, tzinfo=timezone(timedelta(hours=2)))
    due = policy.due(Part.LOG, Plan.STARTER, NO_PERIODS, in_berlin)
    assert due == datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
    assert due.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(BadInput):
        policy.due(Part.LOG, Plan.STARTER, NO_PERIODS, datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test


def test_a_negative_period_is_refused() -> None:
    with pytest.raises(BadInput):
        policy.days(Part.LOG, Plan.STARTER, AgentPeriods(log=-1))
