"""Invoices: a month of an account in counts, made when the month is over, kept as long as tax law asks, and no longer."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.billing.amounts import amounts
from ringfence.apps.billing.models import Invoice
from ringfence.apps.billing.terms import Terms
from ringfence.apps.billing.usage import BILLING
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.rows.purpose import reading_for
from ringfence.core.clock import Clock
from ringfence.core.errors import NotFound
from ringfence.core.ids import new_id
from ringfence.policy import Plan, until
from ringfence.policy.values import KeptLine

_USED: Final = """
SELECT a.name, COALESCE(sum(u.calls), 0), COALESCE(sum(u.seconds), 0)
FROM accounts_account a LEFT JOIN billing_usage u ON u.account_id = a.id AND u.day BETWEEN %s AND %s
WHERE a.id = %s GROUP BY a.name
"""
_MAKE: Final = """
INSERT INTO billing_invoice
  (id, account_id, number, customer, buyer, plan, first_day, last_day, calls, seconds, currency, month, minutes, net,
   tax_percent, tax, total, issued_at, until)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (account_id, first_day) DO NOTHING
"""
_NEWEST: Final = "SELECT max(last_day) FROM billing_invoice WHERE account_id = %s"
_SINCE: Final = """
SELECT COALESCE(sum(u.calls), 0), COALESCE(sum(u.seconds), 0) FROM billing_usage u WHERE u.account_id = %s AND u.day >= %s
"""
_FORGET_USAGE: Final = """
DELETE FROM billing_usage u USING billing_invoice i
WHERE u.account_id = %s AND i.account_id = u.account_id AND i.until <= %s AND u.day BETWEEN i.first_day AND i.last_day
"""
_FORGET: Final = "DELETE FROM billing_invoice WHERE account_id = %s AND until <= %s"
_FIELDS: Final = (
    "id", "number", "customer", "buyer", "plan", "first_day", "last_day", "calls", "seconds", "currency", "month", "minutes",
    "net", "tax_percent", "tax", "total", "issued_at", "until",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """A month. `until` is when the invoice itself must be gone. Without a `total`, the price is as agreed."""

    id: UUID
    number: str
    customer: str
    buyer: str
    plan: str
    first_day: date
    last_day: date
    calls: int
    seconds: int
    currency: str
    month: Decimal | None
    minutes: Decimal | None
    net: Decimal | None
    tax_percent: Decimal | None
    tax: Decimal | None
    total: Decimal | None
    issued_at: datetime
    until: datetime

    def document(self) -> dict[str, Any]:
        return {
            "id": str(self.id), "number": self.number, "plan": self.plan, "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(), "calls": self.calls, "seconds": self.seconds,
            "currency": self.currency or None, "net": _said(self.net), "tax": _said(self.tax), "total": _said(self.total),
            "issued_at": self.issued_at, "kept_until": self.until,
        }  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """What an invoice is made for. `whole` is whether it is a month that is charged as one."""

    plan: Plan
    first: date
    last: date
    whole: bool


def invoices(account_id: UUID) -> list[InvoiceFacts]:
    """All of an account, newest first."""
    with reading_for(BILLING), tenant(account_id):
        rows = list(Invoice.objects.filter(account_id=account_id).order_by("-first_day").values(*_FIELDS))
    return [InvoiceFacts(**row) for row in rows]


def invoice(account_id: UUID, invoice_id: UUID) -> InvoiceFacts:
    """One. Raises NotFound, for another account's as for one that never was."""
    with reading_for(BILLING), tenant(account_id):
        row = Invoice.objects.filter(account_id=account_id, id=invoice_id).values(*_FIELDS).first()
    if row is None:
        raise NotFound("There is no such invoice. Look under Billing for those that there are.")
    return InvoiceFacts(**row)


def used_since(cursor: Cursor, account_id: UUID, first: date) -> tuple[int, int]:
    """Calls and seconds that no invoice covers yet."""
    with reading_for(BILLING):
        cursor.execute(_SINCE, (account_id, first))
    calls, seconds = cursor.fetchone()
    return int(calls), int(seconds)


def newest_day(cursor: Cursor, account_id: UUID) -> date | None:
    """The last day that an invoice covers."""
    with reading_for(BILLING):
        cursor.execute(_NEWEST, (account_id,))
    row = cursor.fetchone()
    return row[0] if row else None


def make_invoice(
    cursor: Cursor, clock: Clock, account_id: UUID, month: Month, *, terms: Terms, buyer: str
) -> None:
    """One for these days, at the prices of today; again makes none."""
    with reading_for(BILLING):
        cursor.execute(_USED, (month.first, month.last, account_id))
    row = cursor.fetchone()
    if row is None:
        return
    name, calls, seconds = row
    cost, now = amounts(terms, month.plan, int(seconds), whole_month=month.whole), clock.now()
    charged: tuple[Any, ...] = ("", *[None] * 6)
    if cost is not None:
        charged = (
            cost.currency, cost.month, cost.minutes, cost.net, cost.tax_percent, cost.tax, cost.total,
        )  # fmt: skip
    number = f"{month.first:%Y%m%d}-{str(account_id)[-12:]}"
    values = (
        new_id(clock), account_id, number, name, buyer, month.plan.value, month.first, month.last, calls, seconds, *charged,
        now, until(KeptLine.BILLING, month.plan, now),
    )  # fmt: skip
    with reading_for(BILLING):
        cursor.execute(_MAKE, values)


def forget_old(cursor: Cursor, account_id: UUID, now: datetime) -> None:
    """Let go of invoices whose years have passed, and of the usage that they cover."""
    with reading_for(BILLING):
        cursor.execute(_FORGET_USAGE, (account_id, now))
        cursor.execute(_FORGET, (account_id, now))


def _said(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"
