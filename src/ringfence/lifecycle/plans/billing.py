"""Closing months: an invoice for each that is over, from the day the account was opened; and letting go of the oldest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from ringfence.apps.accounts.terms import Standing, standing
from ringfence.apps.billing.invoices import Month, forget_old, make_invoice, newest_day
from ringfence.apps.billing.terms import terms
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.details import billed_to
from ringfence.core.clock import Clock
from ringfence.core.config import current
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
    first = next_day(cursor, account_id, known)
    if first <= clock.now().date():
        _make(cursor, clock, account_id, known, first, clock.now().date(), whole=False)


def forget(database: Transactions, clock: Clock, account_id: UUID) -> None:
    """What the law has wanted long enough goes."""
    with database.transaction(account_id) as cursor:
        forget_old(cursor, account_id, clock.now())


def next_day(cursor: Any, account_id: UUID, known: Standing) -> date:
    """The first day that no invoice covers yet."""
    newest = newest_day(cursor, account_id)
    return newest + _DAY if newest else known.created_at.astimezone(UTC).date()


def month_end(known: Standing, first: date) -> datetime:
    """The end of the month that begins on `first`."""
    at = datetime(first.year, first.month, first.day, tzinfo=UTC)
    begins = known.created_at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return paid_until(begins, at)


def _close_months(cursor: Any, clock: Clock, account_id: UUID, known: Standing, now: datetime) -> int:
    first, count = next_day(cursor, account_id, known), 0
    while (end := month_end(known, first)) <= now:
        left = known.cancelled_at is not None and known.cancelled_at.astimezone(UTC).date() < end.date()
        _make(cursor, clock, account_id, known, first, end.date() - _DAY, whole=not left)
        first, count = end.date(), count + 1
    return count


def _make(
    cursor: Any, clock: Clock, account_id: UUID, known: Standing, first: date, last: date, *, whole: bool
) -> None:
    """A month in which the account was left is not charged as a month; its minutes are."""
    month = Month(plan=known.plan, first=first, last=last, whole=whole)
    buyer = billed_to(cursor, vault(), account_id)
    make_invoice(
        cursor, clock, account_id, month, terms=terms(current().billing_file), buyer=buyer
    )  # fmt: skip
