"""Billing for pages and the API alike: how the running month stands, what a plan costs, and an invoice to show or to keep."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import connection
from django.http import HttpResponse

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.accounts.terms import standing
from ringfence.apps.billing.invoices import InvoiceFacts, invoice, used_since
from ringfence.apps.billing.pdf import pdf
from ringfence.apps.billing.sheet import Sheet, sheet
from ringfence.apps.billing.terms import Price, Terms, terms
from ringfence.core.config import current
from ringfence.lifecycle.plans.billing import month_end, next_day
from ringfence.policy import Plan


@dataclass(frozen=True, slots=True)
class Running:
    """The days that no invoice covers yet, `last` being when this month ends; what was used in them so far."""

    plan: Plan
    first: date
    last: date
    calls: int
    seconds: int
    price: Price | None


def known_terms() -> Terms:
    return terms(current().billing_file)


def running(account_id: UUID) -> Running:
    """The running month."""
    with tenant(account_id), connection.cursor() as cursor:
        known = standing(cursor, account_id)
        first = next_day(cursor, account_id, known)
        calls, seconds = used_since(cursor, account_id, first)
    last = month_end(known, first).date() - timedelta(days=1)
    return Running(known.plan, first, last, calls, seconds, known_terms().prices.get(known.plan))


def in_words(account_id: UUID, invoice_id: UUID) -> tuple[InvoiceFacts, Sheet]:
    """An invoice, and what it says. Raises NotFound."""
    found = invoice(account_id, invoice_id)
    return found, sheet(found, known_terms())


def as_pdf(account_id: UUID, invoice_id: UUID) -> HttpResponse:
    """An invoice to keep. Raises NotFound."""
    found, words = in_words(account_id, invoice_id)
    response = HttpResponse(pdf(words), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="invoice-{found.number}.pdf"'
    return response
