"""Privacy → Who received what: the recipients of the account's data, what each was given, and what was refused."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from ringfence.apps.recipients.errors import BadTerms
from ringfence.apps.recipients.received import houses, one_received, refusals, who_received
from ringfence.apps.recipients.register import checked, end, say
from ringfence.egress.recipients import Ground
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.received import received_document, recipient_document, refusal_document
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import needs, viewer_of


@require_GET
@needs(Action.SEE_RECIPIENTS)
def index(request: HttpRequest) -> HttpResponse:
    account_id = viewer_of(request).account_id
    context = {
        "recipients": [received_document(each) for each in who_received(account_id)],
        "houses": [recipient_document(each) for each in houses()],
        "refusals": [refusal_document(each) for each in refusals(account_id)],
    }
    return render(request, "privacy/recipients.html", context)


@require_http_methods(["GET", "POST"])
@needs(Action.SEE_RECIPIENTS, post=Action.EDIT_RECIPIENTS)
def show(request: HttpRequest, recipient_id: UUID) -> HttpResponse:
    """One recipient by day; sent, what is said of it, or that it ends."""
    viewer = viewer_of(request)
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        demand_fresh(request)
        if request.POST.get("do") == "end":
            end(viewer.account_id, recipient_id, clock())
            return redirect("recipients")
        try:
            say(viewer.account_id, recipient_id, checked(request.POST.dict(), clock().now().date()), clock())
            return redirect("recipient", recipient_id=recipient_id)
        except BadTerms as error:
            context, status = {"wrong": {error.field: str(error)}, "said": request.POST.dict()}, 400
    found = received_document(*one_received(viewer.account_id, recipient_id))
    context = {"r": found, "said": found, "grounds": list(Ground)} | context
    return render(request, "privacy/recipient.html", context, status=status)
