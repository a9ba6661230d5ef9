"""Closing months: an invoice for each that is over, from the day the account was opened; and letting go of the oldest."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ringfence.apps.accounts.terms import Standing, standing
from ringfence.apps.billing.invoices import forget_old, make_invoice, newest_day
from ringfence.core.clock import Clock
from ringfence.lifecycle.doors import Transactions
from ringfence.lifecycle.plans.ending import paid_until

_DAY = timedelta(days=1)
_LATE = timedelta(hours=1)  # calls that are taken in a little after midnight belong to the day before


def bill(database: Transactions, clock: Clock, account_id: UUID) -> int:
    """Make the invoices of months that are over and have none; how many. A cancelled account gets its last one, too."""
    with database.transaction(account_id) as cursor:
        known = standing(cursor, account_id)
        return _close_months(cursor, clock, account_id, known, clock.now() - _LATE)


def last_bill(cursor: Any, clock: Clock, account_id: UUID, known: Standing) -> None:
    """What is left to bill of an account that goes: its last days, up to today."""
    _close_months(cursor, clock, account_id, known, clock.now())
    newest = newest_day(cursor, account_id)
    first = newest + _DAY if newest else known.created_at.astimezone(UTC).date()
    if first <= clock.now().date():
        make_invoice(cursor, clock, account_id, known.plan, first, clock.now().date())


def forget(database: Transactions, clock: Clock, account_id: UUID) -> None:
    """What the law has wanted long enough goes."""
    with database.transaction(account_id) as cursor:
        forget_old(cursor, account_id, clock.now())


def _close_months(cursor: Any, clock: Clock, account_id: UUID, known: Standing, now: datetime) -> int:
    newest = newest_day(cursor, account_id)
    begins = known.created_at.astimezone(UTC)
    first, count = newest + _DAY if newest else begins.date(), 0
    while True:
        at = datetime(first.year, first.month, first.day, tzinfo=UTC)
        end = paid_until(begins.replace(hour=0, minute=0, second=0, microsecond=0), at)
        if end > now:
            return count
        make_invoice(cursor, clock, account_id, known.plan, first, end.date() - _DAY)
        first, count = end.date(), count + 1
