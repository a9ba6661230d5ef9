"""`/consents`: what people were asked, told, and objected to; it outlives the calls."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema

from ringfence.apps.consents.records import consent_records
from ringfence.web.access import Action
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.clock import clock

router = Router(tags=["consents"])


class ConsentQuery(Schema):
    """Which records."""

    call: UUID | None = Field(default=None, description="Of this call alone, which may be gone.")
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=200)


@router.get("", summary="List records of consent and opt-out, newest first")
@needs(Action.SEE_AUDIT)
def index(request: HttpRequest, query: Query[ConsentQuery]) -> dict[str, Any]:
    found = consent_records(
        holder_of(request).account_id, clock(), call_id=query.call, cursor=query.cursor, limit=query.limit
    )
    return {"items": found.items, "next": found.next}
