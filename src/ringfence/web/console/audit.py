"""Privacy → Who looked: the account's trail, the proof of each event, and an export that verifies offline."""

from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act
from ringfence.apps.audit.buckets import period
from ringfence.apps.audit.models import SHOWN_ALWAYS
from ringfence.apps.audit.record import record
from ringfence.core.config import current
from ringfence.lifecycle.audit.export import MEDIA_TYPE, export_trail
from ringfence.lifecycle.audit.ledger import open_ledger
from ringfence.lifecycle.audit.trail import TrailEvent, TrailFilters, one_event, proof_of, read_trail
from ringfence.web import streams, trail
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.viewer import Viewer, needs, viewer_of

PAGE = 50


@require_GET
@needs(Action.SEE_AUDIT)
def index(request: HttpRequest) -> HttpResponse:
    """Who did what, newest first. Plans without an audit log see what the operator's side did."""
    viewer = viewer_of(request)
    filters, wrong = trail.read_filters(request.GET, viewer.account.plan)
    before = trail.read_cursor(request.GET.get("cursor"))
    found = read_trail(viewer.account_id, filters, clock=clock(), before=before, limit=PAGE)
    names = trail.Names.of(viewer.account_id)
    query = request.GET.copy()
    query.pop("cursor", None)
    context = {
        "rows": [_line(each, names) for each in found.events], "next": found.next, "address": query.urlencode(),
        "wrong": wrong, "asked": request.GET, "people": names.people.items(), "acts": trail.all_acts(),
        "promised": trail.promised(viewer.account.plan), "days": period(viewer.account.plan),
        "filtered": filters != TrailFilters(staff_only=filters.staff_only),
    }  # fmt: skip
    return render(request, "audit/index.html", context, status=400 if wrong else 200)


@require_GET
@needs(Action.SEE_AUDIT)
def show(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """One event with what proves it."""
    viewer = viewer_of(request)
    event = _visible(viewer, event_id)
    proof = None
    if event.sealed_at is not None and not event.changed:
        proof = proof_of(viewer.account_id, event_id, clock=clock())
    line = _line(event, trail.Names.of(viewer.account_id))
    return render(request, "audit/show.html", {"row": line, "event": event, "proof": proof})


@require_GET
@needs(Action.SEE_AUDIT)
def proof(request: HttpRequest, event_id: UUID) -> HttpResponse:
    """The proof as a file: keep it, and it holds when the event is long gone."""
    viewer = viewer_of(request)
    _visible(viewer, event_id)
    body = orjson.dumps(proof_of(viewer.account_id, event_id, clock=clock()))
    response = HttpResponse(body, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="event-{event_id}.proof.json"'
    return response


@require_POST
@needs(Action.SEE_AUDIT)
@streams.placed
def export(request: HttpRequest) -> HttpResponseBase:
    """The whole log with its proofs. That it was exported stands in it, too."""
    viewer = viewer_of(request)
    trail.demand_promise(viewer.account.plan)
    with tenant(viewer.account_id):
        record(viewer.account_id, Act.TRAIL_EXPORTED)
    lines = export_trail(viewer.account_id, ledger=open_ledger(current().ledger_url), clock=clock())
    response = StreamingHttpResponse(streams.guarded(request, lines, clock()), content_type=MEDIA_TYPE)
    name = f"audit-{viewer.account.slug}-{clock().now():%Y-%m-%d}.jsonl"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _visible(viewer: Viewer, event_id: UUID) -> TrailEvent:
    """An event that this account's plan shows. Raises NoSuchEvent, NotAllowed."""
    event = one_event(viewer.account_id, event_id, clock=clock())
    if event.actor_kind not in SHOWN_ALWAYS:
        trail.demand_promise(viewer.account.plan)
    return event


def _line(event: TrailEvent, names: trail.Names) -> dict[str, object]:
    """A row: names for ids, and where the thing can be looked at."""
    thing = names.things.get(event.thing_id or "")
    address = {
        "call": "/learn/calls/{}/", "agent": "/agents/{}/", "support_request": "/support/{}/",
        "support_ask": "/support/approvals/{}/",
    }.get(event.thing_kind or "")  # fmt: skip
    return {
        "event": event, "who": names.who(event), "words": trail.words(event), "thing": thing,
        "address": address.format(event.thing_id) if address else None,
    }  # fmt: skip
