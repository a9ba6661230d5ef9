"""Settings → Billing: plan, the running month, how it is paid, and invoices."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.apps.billing.invoices import invoices
from ringfence.apps.billing.payment import payment
from ringfence.apps.billing.sheet import minutes
from ringfence.apps.people.details import details
from ringfence.web.access import Action
from ringfence.web.bills import as_pdf, in_words, known_terms, running
from ringfence.web.viewer import needs, viewer_of


@require_GET
@needs(Action.SEE_PLAN)
def show(request: HttpRequest) -> HttpResponse:
    """How it stands, and every invoice there is."""
    account_id, known = viewer_of(request).account_id, known_terms()
    month = running(account_id)
    context = {
        "month": month, "minutes": minutes(month.seconds), "terms": known, "way": payment(known).name,
        "bills": invoices(account_id), "said": details(account_id),
    }  # fmt: skip
    return render(request, "settings/billing.html", context)


@require_GET
@needs(Action.SEE_PLAN)
def one(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """An invoice as a page: what its PDF says, for every reader."""
    found, words = in_words(viewer_of(request).account_id, invoice_id)
    return render(request, "settings/invoice.html", {"bill": found, "words": words})


@require_GET
@needs(Action.SEE_PLAN)
def download(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    """The PDF."""
    return as_pdf(viewer_of(request).account_id, invoice_id)
