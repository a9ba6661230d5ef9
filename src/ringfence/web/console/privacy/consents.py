"""Privacy → Consent: what people were asked, told, and objected to; it outlives the calls."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.apps.consents.records import consent_records
from ringfence.core.errors import BadInput
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.console.receipts import call_named
from ringfence.web.viewer import needs, viewer_of


@require_GET
@needs(Action.SEE_AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """The records, newest first; of one call with `call`."""
    asked, error = request.GET.get("call", "").strip(), ""
    try:
        call_id = call_named(asked)
    except BadInput as refused:
        call_id, error = None, str(refused)
    found = consent_records(
        viewer_of(request).account_id, clock(), call_id=call_id, cursor=request.GET.get("cursor") or None
    )
    context = {"rows": found.items, "next": found.next, "call_id": call_id, "asked": asked, "error": error}
    return render(request, "privacy/consents.html", context, status=400 if error else 200)
