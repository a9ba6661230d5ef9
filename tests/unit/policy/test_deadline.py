"""The month in which a person must have an answer."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from ringfence.policy.deadline import answer_by, one_month


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (date(2026, 1, 31), date(2026, 3, 2)),  # the month has no 31st, its last day is a Saturday
        (date(2026, 11, 23), date(2026, 12, 23)),
        (date(2024, 1, 31), date(2024, 2, 29)),
        (date(2024, 2, 29), date(2024, 3, 29)),
        (date(2026, 12, 31), date(2027, 2, 1)),  # over the year's end, a Sunday
        (date(2026, 7, 15), date(2026, 8, 17)),  # a Saturday
        (date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_a_month_ends_on_the_same_date_or_the_last_day_and_never_on_a_weekend(asked: date, due: date) -> None:
    assert one_month(asked) == due


def test_holidays_move_it_further() -> None:
    christmas = {date(2026, 12, 25), date(2026, 12, 26)}
    assert one_month(date(2026, 11, 25), christmas) == date(2026, 12, 28)


def test_the_moment_is_the_end_of_the_day_counted_in_utc() -> None:
    late_in_lisbon = datetime(2026, 2, 1, 0, 30, tzinfo=timezone(timedelta(hours=1)))  # 31 January in UTC
    assert answer_by(late_in_lisbon) == datetime(2026, 3, 3, tzinfo=UTC)
