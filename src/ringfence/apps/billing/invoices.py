"""Invoices: a month of an account in counts, made when the month is over, kept as long as tax law asks, and no longer."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.billing.models import Invoice
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.policy import Plan, until
from ringfence.policy.values import KeptLine

_MAKE: Final = """
INSERT INTO billing_invoice
  (id, account_id, number, customer, plan, first_day, last_day, calls, seconds, issued_at, until)
SELECT %s, a.id, %s, a.name, %s, d.first, d.last, COALESCE(sum(u.calls), 0), COALESCE(sum(u.seconds), 0), %s, %s
FROM accounts_account a CROSS JOIN (SELECT %s::date AS first, %s::date AS last) d
LEFT JOIN billing_usage u ON u.account_id = a.id AND u.day BETWEEN d.first AND d.last
WHERE a.id = %s GROUP BY a.id, a.name, d.first, d.last
ON CONFLICT (account_id, first_day) DO NOTHING
"""
_NEWEST: Final = "SELECT max(last_day) FROM billing_invoice WHERE account_id = %s"
_FORGET_USAGE: Final = """
DELETE FROM billing_usage u USING billing_invoice i
WHERE u.account_id = %s AND i.account_id = u.account_id AND i.until <= %s AND u.day BETWEEN i.first_day AND i.last_day
"""
_FORGET: Final = "DELETE FROM billing_invoice WHERE account_id = %s AND until <= %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceFacts:
    """A month. `until` is when the invoice itself must be gone."""

    number: str
    plan: str
    first_day: date
    last_day: date
    calls: int
    seconds: int
    issued_at: datetime
    until: datetime

    def document(self) -> dict[str, Any]:
        return {
            "number": self.number, "plan": self.plan, "first_day": self.first_day.isoformat(),
            "last_day": self.last_day.isoformat(), "calls": self.calls, "seconds": self.seconds,
            "issued_at": self.issued_at, "kept_until": self.until,
        }  # fmt: skip


def invoices(account_id: UUID) -> list[InvoiceFacts]:
    """All of an account, newest first."""
    fields = ("number", "plan", "first_day", "last_day", "calls", "seconds", "issued_at", "until")
    with tenant(account_id):
        rows = list(Invoice.objects.filter(account_id=account_id).order_by("-first_day").values(*fields))
    return [InvoiceFacts(**row) for row in rows]


def newest_day(cursor: Cursor, account_id: UUID) -> date | None:
    """The last day that an invoice covers."""
    cursor.execute(_NEWEST, (account_id,))
    row = cursor.fetchone()
    return row[0] if row else None


def make_invoice(cursor: Cursor, clock: Clock, account_id: UUID, plan: Plan, first: date, last: date) -> None:
    """One for the days from `first` to `last`; again makes none."""
    now = clock.now()
    number = f"{first:%Y%m%d}-{str(account_id)[-12:]}"
    ends = until(KeptLine.BILLING, plan, now)
    values = (new_id(clock), number, plan.value, now, ends, first, last, account_id)
    cursor.execute(_MAKE, values)


def forget_old(cursor: Cursor, account_id: UUID, now: datetime) -> None:
    """Let go of invoices whose years have passed, and of the usage that they cover."""
    cursor.execute(_FORGET_USAGE, (account_id, now))
    cursor.execute(_FORGET, (account_id, now))
