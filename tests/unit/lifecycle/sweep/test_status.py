"""What the facts about destruction amount to."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from ringfence.apps.sweeps.marks import SweepRecord
from ringfence.lifecycle.sweep.status import LIMIT, Facts, Standing, sweep_status

NOW = datetime(2026, 3, 29, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def swept(ago: timedelta, outcome: str = "done", code: str = "") -> SweepRecord:
    return SweepRecord(began_at=NOW - ago - SECOND, ended_at=NOW - ago, outcome=outcome, code=code)


FRESH = swept(timedelta(minutes=5))
GOOD = Facts(now=NOW, last=FRESH, last_whole=FRESH, destroyed=("day/2026-03-28", NOW - timedelta(hours=12)))


def test_all_is_well() -> None:
    found = sweep_status(GOOD)
    assert (found.standing, found.problems, found.alarm) == (Standing.KEPT, (), None)
    assert (found.last_sweep_at, found.last_whole_sweep_at) == (FRESH.ended_at, FRESH.ended_at)
    assert (found.last_destroyed_epoch, found.oldest_overdue_s, found.limit_s) == ("day/2026-03-28", 0, 3600)


def test_before_the_first_sweep_nobody_knows() -> None:
    assert sweep_status(Facts(now=NOW)).standing is Standing.GAP


@pytest.mark.parametrize(
    ("at_the_limit", "beyond"),
    [
        ({"oldest_overdue": NOW - LIMIT}, {"oldest_overdue": NOW - LIMIT - SECOND}),
        ({"last_whole": swept(LIMIT)}, {"last_whole": swept(LIMIT + SECOND)}),
    ],
)
def test_an_hour_is_kept_and_a_second_more_is_not(
    at_the_limit: dict[str, datetime], beyond: dict[str, datetime]
) -> None:
    assert sweep_status(replace(GOOD, **at_the_limit)).standing is Standing.KEPT  # type: ignore[arg-type] # by name
    late = sweep_status(replace(GOOD, **beyond))  # type: ignore[arg-type] # by name
    assert late.standing is Standing.NOT_KEPT
    assert len(late.problems) == 1


def test_a_days_key_has_an_hour_after_its_midnight() -> None:
    at_one = datetime(2026, 3, 29, 1, tzinfo=UTC)
    facts = replace(GOOD, now=at_one, last=None, last_whole=None, oldest_day=date(2026, 3, 28))
    assert sweep_status(facts).oldest_key_s == 3600
    assert not sweep_status(facts).problems
    late = sweep_status(replace(facts, now=at_one + SECOND))
    assert late.standing is Standing.NOT_KEPT
    assert "2026-03-28" in late.problems[0]


def test_the_gauge_is_the_age_of_the_oldest() -> None:
    assert sweep_status(replace(GOOD, oldest_overdue=NOW - timedelta(days=3))).oldest_overdue_s == 3 * 86_400


def test_an_alarm_is_said_with_its_reason_and_since_when() -> None:
    refused = swept(timedelta(minutes=30), "refused", "clock_ahead")
    found = sweep_status(replace(GOOD, last=refused))
    assert (found.standing, found.alarm, found.alarm_since) == (
        Standing.NOT_KEPT,
        "clock_ahead",
        refused.began_at,
    )
    assert found.problems[0].startswith("Nothing is destroyed. The clock was set ahead")


def test_sweeps_that_always_leave_something_undone_are_told() -> None:
    partly = swept(timedelta(minutes=1), "partly", "object_store")
    assert sweep_status(replace(GOOD, last=partly)).standing is Standing.KEPT
    assert sweep_status(replace(GOOD, last=partly, last_whole=swept(timedelta(hours=3)))).problems == (
        "The last sweep that left nothing undone was 3 hours ago.",
    )
