"""When things end that a plan or a cancellation ends. Pure."""

import calendar
from datetime import datetime, timedelta
from typing import Final

from ringfence.policy import Plan, until
from ringfence.policy.values import KeptLine

NOTICE: Final = timedelta(days=1)  # what destroys begins a day after it was confirmed at the earliest


def paid_until(created_at: datetime, now: datetime, notice: timedelta = timedelta()) -> datetime:
    """The end of the month that is paid, counted from the moment the account was opened; the first with `notice` before it.

    A month that has no such day ends on its last one, and the next counts from the first day again: 31 January, 28 February, 31 March.
    """
    months = max(0, (now.year - created_at.year) * 12 + now.month - created_at.month)
    while (end := _months_on(created_at, months)) <= now + notice:
        months += 1
    return end


def grace_ends(cancelled_at: datetime, plan: Plan) -> datetime:
    """The moment at which an account that was cancelled then is erased: the policy's line for account data."""
    end = until(KeptLine.ACCOUNT, plan, cancelled_at)
    if end is None:
        raise ValueError("the policy has no end for account data")
    return end


def _months_on(moment: datetime, months: int) -> datetime:
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)
