"""What an invoice says, line by line: the page and the PDF show the same. Pure."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from ringfence.apps.billing.invoices import InvoiceFacts
from ringfence.apps.billing.payment import payment
from ringfence.apps.billing.terms import Terms
from ringfence.policy import load

AS_AGREED: Final = "as agreed"
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """What was used, how much of it, and what it costs."""

    what: str
    quantity: str
    amount: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """An invoice in words. `sums` are the lines under the table, the last of them the one to pay."""

    number: str
    issuer: tuple[str, ...]
    customer: tuple[str, ...]
    issued: str
    period: str
    lines: tuple[Line, ...]
    sums: tuple[tuple[str, str], ...]
    pay: tuple[str, ...]


def sheet(invoice: InvoiceFacts, terms: Terms) -> Sheet:
    """The whole of it."""
    asked = payment(terms).ask(invoice)
    due = [f"Payable by {asked.due:%d %B %Y}."] if asked.due else []
    pay = (*due, asked.how, *asked.to, f"Reference: {asked.reference}")
    vat = (f"VAT id {terms.vat_id}",) if terms.vat_id else ()
    buyer = [each for each in invoice.buyer.splitlines() if each != invoice.customer]
    return Sheet(
        number=invoice.number, issuer=(*terms.issuer, *vat), customer=(invoice.customer, *buyer),
        issued=f"{invoice.issued_at:%d %B %Y}", period=f"{invoice.first_day:%d %B %Y} to {invoice.last_day:%d %B %Y} (UTC)",
        lines=_lines(invoice), sums=_sums(invoice), pay=pay,
    )  # fmt: skip


def minutes(seconds: int) -> str:
    """Minutes and seconds, as 12:07."""
    return f"{seconds // _MINUTE_S}:{seconds % _MINUTE_S:02}"


def _lines(invoice: InvoiceFacts) -> tuple[Line, ...]:
    plan = next(name for each, name in load().plans.items() if each.value == invoice.plan)
    agreed = invoice.total is None
    free = AS_AGREED if agreed else "–"
    return (
        Line(f"{plan} plan", "1 month" if invoice.month is not None else "–", _money(invoice, invoice.month) or free),
        Line(f"Calls ({invoice.calls})", f"{minutes(invoice.seconds)} minutes", _money(invoice, invoice.minutes) or free),
    )  # fmt: skip


def _sums(invoice: InvoiceFacts) -> tuple[tuple[str, str], ...]:
    if invoice.total is None:
        return (("Total", f"price {AS_AGREED}"),)
    if invoice.tax_percent is None:
        return (("Total", _money(invoice, invoice.total)),)
    return (
        ("Net", _money(invoice, invoice.net)),
        (f"VAT {invoice.tax_percent.normalize():f} %", _money(invoice, invoice.tax)),
        ("Total", _money(invoice, invoice.total)),
    )


def _money(invoice: InvoiceFacts, amount: Decimal | None) -> str:
    return "" if amount is None else f"{amount:,.2f} {invoice.currency}"
