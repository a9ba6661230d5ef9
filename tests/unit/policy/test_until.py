"""When what is not a call must be gone: every line, every plan, to the second."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ringfence import policy
from ringfence.core.errors import BadInput
from ringfence.policy import NoPeriod, Plan

SINCE = datetime(2026, 11, 23, 17, 4, 5, 678_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)

# Written out, not read from the file. Days per plan; None is without limit.
DAYS = [
    ("audit", Plan.STARTER, 30), ("audit", Plan.GROWTH, 90), ("audit", Plan.ENTERPRISE, None),
    *(("account", plan, 30) for plan in Plan), *(("contact", plan, 30) for plan in Plan),
    *(("usage", plan, 30) for plan in Plan), *(("backups", plan, 7) for plan in Plan),
]  # fmt: skip
YEARS = [("billing", False, 7), ("billing", True, 7), ("compliance", False, 5), ("compliance", True, 6)]


def test_every_line_is_tried_here() -> None:
    tried = {line for line, _, _ in DAYS} | {line for line, _, _ in YEARS} | {"receipts", "operator"}
    assert {line.id for line in policy.load().kept} == tried


@pytest.mark.parametrize(("line", "plan", "days"), DAYS)
def test_days_are_of_twenty_four_hours(line: str, plan: Plan, days: int | None) -> None:
    gone = policy.until(line, plan, SINCE)
    if days is None:
        assert gone is None
        return
    assert gone == SINCE + timedelta(seconds=days * 86_400)
    assert gone - SECOND < SINCE + days * DAY <= gone


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize(("line", "under_hipaa", "years"), YEARS)
def test_years_are_of_the_calendar(line: str, plan: Plan, under_hipaa: bool, years: int) -> None:
    gone = policy.until(line, plan, SINCE, under_hipaa=under_hipaa)
    assert gone == SINCE.replace(year=2026 + years)


@pytest.mark.parametrize(
    ("since", "gone"),
    [
        (datetime(2028, 2, 29, 10, tzinfo=UTC), datetime(2035, 3, 1, 10, tzinfo=UTC)),
        (datetime(2028, 2, 28, 10, tzinfo=UTC), datetime(2035, 2, 28, 10, tzinfo=UTC)),
        (datetime(2025, 2, 28, 10, tzinfo=UTC), datetime(2032, 2, 28, 10, tzinfo=UTC)),
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2033, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_nothing_goes_early_because_of_a_leap_day(since: datetime, gone: datetime) -> None:
    assert policy.until("billing", Plan.STARTER, since) == gone


@pytest.mark.parametrize("plan", Plan)
def test_receipts_outlive_the_last_backup_by_a_year(plan: Plan) -> None:
    assert policy.until("receipts", plan, SINCE) == (SINCE + 7 * DAY).replace(year=2027)
    assert policy.until("receipts", plan, datetime(2027, 12, 28, tzinfo=UTC)) == datetime(
        2029, 1, 4, tzinfo=UTC
    )


def test_the_clock_is_utc() -> None:
    in_tokyo = datetime(2026, 12, 1, 3, 0, tzinfo=timezone(timedelta(hours=9)))
    gone = policy.until("backups", Plan.STARTER, in_tokyo)
    assert gone == datetime(2026, 12, 7, 18, 0, tzinfo=UTC)
    assert gone is not None
    assert gone.tzinfo is UTC


@pytest.mark.parametrize("line", ["operator", "recording", "nothing", ""])
def test_where_the_policy_names_no_period_none_is_answered(line: str) -> None:
    """None would read as `without limit`."""
    with pytest.raises(NoPeriod):
        policy.until(line, Plan.ENTERPRISE, SINCE)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(BadInput):
        policy.until("audit", Plan.STARTER, datetime(2026, 1, 1))  # noqa: DTZ001 - the point of the test
