"""`/holds`: legal holds, for the account's owner and its privacy officer."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Status

from ringfence.lifecycle.holds.holds import LONGEST_REASON, Wanted
from ringfence.web.access import Action
from ringfence.web.api.idempotency import once
from ringfence.web.api.moments import Moment
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.api.shapes.base import Body
from ringfence.web.lives import hold_document, holds

router = Router(tags=["holds"])


class HoldIn(Body):
    """A hold names one thing: calls, an agent, a number, or everything. It has a reason, and may have an end."""

    reason: str = Field(min_length=1, max_length=LONGEST_REASON)
    ends_at: Moment | None = None
    calls: list[UUID] = Field(default=[], max_length=10_000)
    agent_id: UUID | None = None
    number: str | None = None
    everything: bool = False


@router.get("", summary="List legal holds, those in force first")
@needs(Action.SEE_HOLDS)
def index(request: HttpRequest) -> dict[str, Any]:
    return {
        "items": [hold_document(each) for each in holds().all(holder_of(request).account_id)],
        "next": None,
    }


@router.post("", response={201: dict[str, Any]}, summary="Set a legal hold")
@needs(Action.EDIT_HOLDS)
@once
def create(request: HttpRequest, body: HoldIn) -> Status[dict[str, Any]]:
    return Status(201, hold_document(holds().set(holder_of(request).account_id, Wanted(**body.dict()))))


@router.get("/{uuid:hold_id}", summary="One legal hold")
@needs(Action.SEE_HOLDS)
def show(request: HttpRequest, hold_id: UUID) -> dict[str, Any]:
    return hold_document(holds().one(holder_of(request).account_id, hold_id))


@router.delete("/{uuid:hold_id}", summary="Release a legal hold: its calls end where their own periods say")
@needs(Action.EDIT_HOLDS)
def release(request: HttpRequest, hold_id: UUID) -> dict[str, Any]:
    return hold_document(holds().release(holder_of(request).account_id, hold_id))
