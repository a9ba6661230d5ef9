"""`/account`: plan, cancellation and invoices."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from ringfence.apps.analytics.usage import LONGEST, forget_features, usage
from ringfence.apps.audit.acting import actor
from ringfence.apps.audit.record import actor_name
from ringfence.apps.billing.invoices import invoices
from ringfence.core.errors import BadInput
from ringfence.lifecycle.plans.cancellation import cancel, come_back
from ringfence.lifecycle.plans.changing import ORDER
from ringfence.policy import Plan
from ringfence.web.access import Action
from ringfence.web.api.idempotency import once
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.api.shapes.base import Body
from ringfence.web.bills import as_pdf
from ringfence.web.clock import clock
from ringfence.web.lives import plans, preview_document, standing_document

router = Router(tags=["account"])


class PlanIn(Body):
    """Another plan. A higher one begins at once; a lower one at the end of the paid month, once `confirmed_calls` says how many calls
    you were told that it destroys.
    """

    plan: Plan
    confirmed_calls: int | None = Field(default=None, ge=0)


class Which(Schema):
    plan: Plan


class Span(Schema):
    days: int = Field(default=30, ge=1, le=LONGEST, description="How many UTC days, today included.")


@router.get("/plan", summary="The plan, what follows it, and whether the account is cancelled")
@needs(Action.SEE_PLAN)
def plan(request: HttpRequest) -> dict[str, Any]:
    return standing_document(plans().standing(holder_of(request).account_id))


@router.get("/plan/preview", summary="What a lower plan would destroy, and when")
@needs(Action.SEE_PLAN)
def preview(request: HttpRequest, query: Query[Which]) -> dict[str, Any]:
    return preview_document(plans().look(holder_of(request).account_id, query.plan))


@router.put("/plan", summary="Raise the plan now, or confirm a lower one")
@needs(Action.EDIT_PLAN)
@once
def change(request: HttpRequest, body: PlanIn) -> dict[str, Any]:
    account_id, lever = holder_of(request).account_id, plans()
    if ORDER.index(body.plan) > ORDER.index(lever.standing(account_id).term.on(clock().now())):
        return standing_document(lever.raise_to(account_id, body.plan))
    if body.confirmed_calls is None:
        lever.look(account_id, body.plan)  # which says so first, where it is no lower plan
        raise BadInput(
            "Ask /account/plan/preview what this destroys, and send that number as `confirmed_calls`."
        )
    return standing_document(
        lever.confirm_lower(account_id, body.plan, shown=body.confirmed_calls, by=_who())
    )


@router.delete("/plan/next", summary="Keep the plan: the lower one that was confirmed does not begin")
@needs(Action.EDIT_PLAN)
def withdraw(request: HttpRequest) -> dict[str, Any]:
    return standing_document(plans().withdraw(holder_of(request).account_id))


@router.post("/cancellation", summary="Cancel the account: closed now, erased after the days of grace")
@needs(Action.EDIT_PLAN)
@once
def leave(request: HttpRequest) -> dict[str, Any]:
    return standing_document(cancel(holder_of(request).account_id, by=_who(), clock=clock()))


@router.delete("/cancellation", summary="Come back: everything is there whose own period has not passed")
@needs(Action.EDIT_PLAN)
def stay(request: HttpRequest) -> dict[str, Any]:
    return standing_document(come_back(holder_of(request).account_id, clock=clock()))


@router.get("/invoices", summary="Months that were used, newest first")
@needs(Action.SEE_PLAN)
def bills(request: HttpRequest) -> dict[str, Any]:
    return {"items": [each.document() for each in invoices(holder_of(request).account_id)], "next": None}


@router.get("/invoices/{uuid:invoice_id}.pdf", summary="An invoice as PDF")
@needs(Action.SEE_PLAN)
def bill_file(request: HttpRequest, invoice_id: UUID) -> HttpResponse:
    return as_pdf(holder_of(request).account_id, invoice_id)


@router.get("/usage", summary="What the account used, by UTC day: calls, minutes, agents made, features")
@needs(Action.SEE_PLAN)
def used(request: HttpRequest, query: Query[Span]) -> dict[str, Any]:
    return usage(holder_of(request).account_id, days=query.days, now=clock().now()).document()


@router.delete("/usage", response={204: None}, summary="Delete which features were used")
@needs(Action.EDIT_PLAN)
def forget(request: HttpRequest) -> HttpResponse:
    forget_features(holder_of(request).account_id)
    return HttpResponse(status=204)


def _who() -> str:
    return actor_name(actor().kind.value, actor().id)
