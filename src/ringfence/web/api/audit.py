"""`/audit`: who did what, the proof of each event, and the whole log with its proofs."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from ninja import Field, Query, Router, Schema

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act
from ringfence.apps.audit.models import SHOWN_ALWAYS
from ringfence.apps.audit.record import record
from ringfence.core.config import current
from ringfence.core.errors import BadInput
from ringfence.lifecycle.audit.export import MEDIA_TYPE, export_trail
from ringfence.lifecycle.audit.ledger import open_ledger
from ringfence.lifecycle.audit.trail import LONGEST_PAGE, TrailEvent, one_event, proof_of, read_trail
from ringfence.web import streams, trail
from ringfence.web.access import Action
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.clock import clock

router = Router(tags=["audit"])


class AuditQuery(Schema):
    """Filters of the list; all of them must fit."""

    who: str = Field(
        default="", max_length=60, description="`member:ID`, `api_key:ID`, `system` or `operator`."
    )
    act: str = Field(default="", max_length=40)
    object: str = Field(default="", max_length=60, description="Id of what was acted on.")
    since: str = Field(default="", max_length=10, description="From this UTC day on, as 2026-11-23.")
    until: str = Field(default="", max_length=10, description="Up to the end of this UTC day.")
    cursor: str | None = None
    limit: int = Field(default=50, ge=1, le=LONGEST_PAGE)


@router.get("", summary="List events, newest first; without an audit log in the plan, the operator's alone")
@needs(Action.SEE_AUDIT)
def index(request: HttpRequest, query: Query[AuditQuery]) -> dict[str, Any]:
    account_id = holder_of(request).account_id
    filters, wrong = trail.read_filters(
        query.dict(include={"who", "act", "object", "since", "until"}), trail.plan_of(account_id)
    )
    if wrong:
        raise BadInput(" ".join(wrong.values()))
    before = trail.read_cursor(query.cursor)
    found = read_trail(account_id, filters, clock=clock(), before=before, limit=query.limit)
    return {"items": [_line(each) for each in found.events], "next": str(found.next) if found.next else None}


@router.get("/export", summary="The whole log as JSON lines that `ringfence verify` checks offline")
@needs(Action.SEE_AUDIT)
@streams.placed
def export(request: HttpRequest) -> HttpResponseBase:
    account_id = holder_of(request).account_id
    trail.demand_promise(trail.plan_of(account_id))
    with tenant(account_id):
        record(account_id, Act.TRAIL_EXPORTED)
    lines = export_trail(account_id, ledger=open_ledger(current().ledger_url), clock=clock())
    return StreamingHttpResponse(streams.guarded(request, lines, clock()), content_type=MEDIA_TYPE)


@router.get("/{uuid:event_id}", summary="One event")
@needs(Action.SEE_AUDIT)
def show(request: HttpRequest, event_id: UUID) -> dict[str, Any]:
    return _line(_visible(request, event_id))


@router.get("/{uuid:event_id}/proof", summary="The event with the way to a signed head; holds after pruning")
@needs(Action.SEE_AUDIT)
def proof(request: HttpRequest, event_id: UUID) -> dict[str, Any]:
    _visible(request, event_id)
    return proof_of(holder_of(request).account_id, event_id, clock=clock())


def _visible(request: HttpRequest, event_id: UUID) -> TrailEvent:
    account_id = holder_of(request).account_id
    event = one_event(account_id, event_id, clock=clock())
    if event.actor_kind not in SHOWN_ALWAYS:
        trail.demand_promise(trail.plan_of(account_id))
    return event


def _line(event: TrailEvent) -> dict[str, Any]:
    return {
        "id": str(event.id), "at": event.at,
        "actor": {"kind": event.actor_kind, "id": str(event.actor_id) if event.actor_id else None},
        "act": event.act, "object": {"kind": event.thing_kind, "id": event.thing_id} if event.thing_id else None,
        "purpose": event.purpose, "source": event.source, "calls": list(event.calls),
        "under": {"kind": event.under[0], "id": event.under[1]} if event.under else None,
        "batch": event.batch, "sealed_at": event.sealed_at, "changed": event.changed,
    }  # fmt: skip
