"""Privacy → Receipts: what was deleted, and what became of it in every place."""

from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.core.errors import BadInput
from ringfence.lifecycle.receipts.receipts import list_receipts, signed_receipt
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.viewer import needs, viewer_of

MEDIA_TYPE = "application/json"


@require_GET
@needs(Action.SEE_CALLS)
def index(request: HttpRequest) -> HttpResponse:
    """What was deleted, newest first; of one call with `call`."""
    call_id = call_named(request.GET.get("call", ""))
    found = list_receipts(
        viewer_of(request).account_id, clock=clock(), cursor=request.GET.get("cursor") or None, call_id=call_id
    )  # fmt: skip
    context = {"rows": found.items, "next": found.next, "call_id": call_id}
    return render(request, "receipts/index.html", context)


@require_GET
@needs(Action.SEE_CALLS)
def show(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """One receipt, place by place."""
    signed = signed_receipt(viewer_of(request).account_id, receipt_id, clock=clock())
    return render(
        request, "receipts/show.html", {"receipt": signed["receipt"], "signature": signed["signature"]}
    )


@require_GET
@needs(Action.SEE_CALLS)
def download(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """The receipt as a file that `ringfence verify` checks."""
    signed = signed_receipt(viewer_of(request).account_id, receipt_id, clock=clock())
    response = HttpResponse(orjson.dumps(signed, option=orjson.OPT_INDENT_2), content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="receipt-{receipt_id}.json"'
    return response


def call_named(text: str) -> UUID | None:
    """The id of a call in a query; None for an empty one. Raises BadInput."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadInput("`call` is not the id of a call. Clear it to see every one.") from None
