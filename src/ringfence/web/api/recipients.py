"""`/recipients`: who receives what of the account, where they are and on what ground, and what was refused."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router

from ringfence.apps.recipients.received import houses, one_received, refusals, who_received
from ringfence.apps.recipients.register import LONGEST_AGREEMENT, end, say
from ringfence.egress.recipients import Ground, Terms
from ringfence.web.access import Action
from ringfence.web.api.idempotency import once
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.api.shapes.base import Body
from ringfence.web.clock import clock
from ringfence.web.received import received_document, recipient_document, refusal_document

router = Router(tags=["recipients"])


class TermsIn(Body):
    """Where a recipient is, and on what ground data may go there. `module` (1 to 4) and `assessed_on` belong to `scc`; for `adequacy`
    of the United States, `assessed_on` is the day of the look at the certification.
    """

    ground: Ground
    country: str = Field(min_length=2, max_length=2, description="ISO 3166-1, two letters.")
    agreement: str = Field(min_length=1, max_length=LONGEST_AGREEMENT)
    module: int | None = Field(default=None, ge=1, le=4)
    assessed_on: date | None = None


@router.get("", summary="Who received what: every recipient, with counts and no content")
@needs(Action.SEE_RECIPIENTS)
def index(request: HttpRequest) -> dict[str, Any]:
    own = [received_document(each) for each in who_received(holder_of(request).account_id)]
    return {"items": own, "installation": [recipient_document(each) for each in houses()], "next": None}


@router.get("/refusals", summary="What did not leave, and why, newest first")
@needs(Action.SEE_RECIPIENTS)
def refused(request: HttpRequest) -> dict[str, Any]:
    return {
        "items": [refusal_document(each) for each in refusals(holder_of(request).account_id)],
        "next": None,
    }


@router.get("/{uuid:recipient_id}", summary="One recipient, day by day")
@needs(Action.SEE_RECIPIENTS)
def show(request: HttpRequest, recipient_id: UUID) -> dict[str, Any]:
    return received_document(*one_received(holder_of(request).account_id, recipient_id))


@router.put("/{uuid:recipient_id}", summary="Say where it is, and on what ground it may receive")
@needs(Action.EDIT_RECIPIENTS)
@once
def change(request: HttpRequest, recipient_id: UUID, body: TermsIn) -> dict[str, Any]:
    account_id = holder_of(request).account_id
    say(account_id, recipient_id, Terms(**body.dict() | {"country": body.country.upper()}), clock())
    return received_document(*one_received(account_id, recipient_id))


@router.delete("/{uuid:recipient_id}", response={204: None}, summary="End it: it receives nothing more")
@needs(Action.EDIT_RECIPIENTS)
def remove(request: HttpRequest, recipient_id: UUID) -> HttpResponse:
    end(holder_of(request).account_id, recipient_id, clock())
    return HttpResponse(status=204)
