"""By when a request of a person must be answered [GDPR 12(3); Regulation (EEC, Euratom) 1182/71, Article 3]."""

import calendar
from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

SATURDAY: Final = 5


def one_month(asked_on: date, holidays: Collection[date] = ()) -> date:
    """The last day of a period of one calendar month from the day of an event.

    It has the event's date in the next month, or is that month's last day where there is none [3(2)(c)]; on a Saturday,
    a Sunday or one of `holidays`, those of where the answer is owed, it moves to the next working day [3(4)].
    """
    year, month = asked_on.year + asked_on.month // 12, asked_on.month % 12 + 1
    day = date(year, month, min(asked_on.day, calendar.monthrange(year, month)[1]))
    while day.weekday() >= SATURDAY or day in holidays:
        day += timedelta(days=1)
    return day


def answer_by(asked_at: datetime) -> datetime:
    """The moment at which that day is over, in UTC. Holidays are left out: the day comes early rather than late."""
    day = one_month(asked_at.astimezone(UTC).date())
    return datetime.combine(day + timedelta(days=1), time.min, UTC)
