"""How an invoice is paid: a port, and the one way that is built, by transfer after an invoice.

Another way is another class with the same face: what it asks of a customer, said when an invoice is shown.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Protocol

from ringfence.apps.billing.invoices import InvoiceFacts
from ringfence.apps.billing.terms import Terms


@dataclass(frozen=True, slots=True)
class Asked:
    """What a customer is asked to do, in words; `to` are lines of the operator's own."""

    how: str
    due: date | None
    to: tuple[str, ...]
    reference: str


class Payment(Protocol):
    """A way of being paid."""

    name: str

    def ask(self, invoice: InvoiceFacts) -> Asked: ...


class ByInvoice:
    """The customer transfers the amount; nobody's card or account is known to the platform."""

    name = "By invoice"

    def __init__(self, terms: Terms) -> None:
        self._terms = terms

    def ask(self, invoice: InvoiceFacts) -> Asked:
        if invoice.total is None:
            return Asked("As agreed.", None, self._terms.pay_to, invoice.number)
        if not invoice.total:
            return Asked("Nothing is due.", None, (), invoice.number)
        due = invoice.issued_at.date() + timedelta(days=self._terms.due_days)
        return Asked("By transfer, with the invoice's number.", due, self._terms.pay_to, invoice.number)


_WAYS: Final = {"invoice": ByInvoice}


def payment(terms: Terms) -> Payment:
    """The way that the operator chose."""
    return _WAYS[terms.payment](terms)
