"""`/receipts`: what was deleted, and what became of it in every place, signed."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ringfence.lifecycle.receipts.receipts import list_receipts, signed_receipt
from ringfence.web.access import Action
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.clock import clock

router = Router(tags=["receipts"])


class ReceiptQuery(Schema):
    """Which receipts."""

    call: UUID | None = Field(default=None, description="Of this call alone.")
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=200)


@router.get("", summary="List what was deleted, newest first")
@needs(Action.SEE_CALLS)
def index(request: HttpRequest, query: Query[ReceiptQuery]) -> dict[str, Any]:
    found = list_receipts(
        holder_of(request).account_id, clock=clock(), cursor=query.cursor, limit=query.limit, call_id=query.call
    )  # fmt: skip
    return {"items": found.items, "next": found.next}


@router.get("/{uuid:receipt_id}", summary="One receipt, signed now; `ringfence verify` checks it offline")
@needs(Action.SEE_CALLS)
def show(request: HttpRequest, receipt_id: UUID) -> dict[str, Any]:
    return signed_receipt(holder_of(request).account_id, receipt_id, clock=clock())
