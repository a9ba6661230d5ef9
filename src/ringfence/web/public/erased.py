"""The receipt of an account that is gone, for whoever knows the account's id: nobody can sign in to ask for it any more.

It names ids, places and moments, and nobody. An account that is there answers as one that never was.
"""

from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ringfence.lifecycle.receipts.receipts import receipt_of_account
from ringfence.web.clock import clock
from ringfence.web.viewer import anyone


@require_safe
@anyone
def show(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Place by place, as of now."""
    signed = receipt_of_account(account_id, clock=clock())
    return render(
        request, "public/erased.html", {"receipt": signed["receipt"], "signature": signed["signature"]}
    )


@require_safe
@anyone
def download(_request: HttpRequest, account_id: UUID) -> HttpResponse:
    """The receipt as a file that `ringfence verify` checks."""
    signed = receipt_of_account(account_id, clock=clock())
    response = HttpResponse(orjson.dumps(signed, option=orjson.OPT_INDENT_2), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="receipt-{signed["receipt"]["id"]}.json"'
    return response
