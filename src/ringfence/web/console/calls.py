"""Learn → Call Logs: a call, and deleting."""

from datetime import datetime, timedelta
from http import HTTPStatus
from itertools import chain
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from ringfence.apps.agents.agents import AgentFacts, agent_by_slug
from ringfence.apps.agents.errors import NoSuchAgent
from ringfence.apps.audit.acting import part_of_one_act
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.listing import is_live, name_calls
from ringfence.apps.calls.reveal import PROVIDING, open_recording, open_waveform
from ringfence.apps.requests.spoken import requests_of_call
from ringfence.core.errors import BadInput
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.lifecycle.export import MEDIA_TYPE, vcon_stream
from ringfence.lifecycle.receipts.receipts import list_receipts
from ringfence.web import ranges, streams
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.console import drawing
from ringfence.web.console.listing import LIVE, names_of
from ringfence.web.viewer import Viewer, needs, viewer_of

MOST_AT_ONCE = 200
NAMED = 10
ERASED = ("deleted", "being_erased")
FOLLOWED = timedelta(seconds=30)


@require_GET
@needs(Action.SEE_CALLS)
def going(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Asked again and again by the page of a call in progress, which loads anew when the call is over."""
    if is_live(viewer_of(request).account_id, call_id):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_GET
@needs(Action.SEE_CALLS)
def show(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """One call: what was said and kept, how it went, and until when it is here."""
    viewer = viewer_of(request)
    reading = viewer.may(Action.READ_CALLS)
    try:
        call = call_document(viewer.account_id, call_id, purpose=PROVIDING, clock=clock(), unmask=reading)
    except NoSuchCall:
        return _gone(request, viewer, call_id)
    with part_of_one_act():
        wave = _wave(viewer.account_id, call_id, call) if viewer.may(Action.HEAR_CALLS) else None
    live = call["status"] in LIVE
    context: dict[str, Any] = {
        "call": call, "agent": _agent(viewer, call["agent"]["slug"]), "live": live, "wave": wave,
        "turns": drawing.turns(call), "latencies": drawing.latencies(call), "follow": live or _unfinished(call),
        "unrecorded": drawing.unrecorded(call),
        "requests": requests_of_call(viewer.account_id, call_id),
        "deleted": any(call[part].get("reason") in ERASED for part in ("recording", "transcript")),
    }  # fmt: skip
    return render(request, "calls/show.html", context)


@require_GET
@needs(Action.HEAR_CALLS)
@streams.placed
def recording(request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    """The audio, whole or in ranges."""
    opened = open_recording(viewer_of(request).account_id, call_id, purpose=PROVIDING, clock=clock())
    return ranges.serve(request, opened, clock())


@require_GET
@needs(Action.EXPORT_CALLS)
@streams.placed
def vcon(request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    """The call as vCon, with its audio."""
    pieces = vcon_stream(viewer_of(request).account_id, call_id, clock=clock())
    first = next(pieces)  # a call that is not there is an error page, not a broken download
    whole = streams.guarded(request, chain([first], pieces), clock())
    response = StreamingHttpResponse(whole, content_type=MEDIA_TYPE)
    response["Content-Disposition"] = f'attachment; filename="call-{call_id}.vcon.json"'
    return response


@require_http_methods(["GET", "POST"])
@needs(Action.DELETE_CALLS)
def delete(request: HttpRequest) -> HttpResponse:
    """Asks once, saying what will go; then it goes, at once and for good."""
    values = request.POST if request.method == "POST" else request.GET
    ids, part = _chosen(values.getlist("id")), _part(values.get("part", "call"))
    viewer = viewer_of(request)
    if request.method == "GET":
        return _ask(request, viewer, ids, part)
    outcome = delete_parts(viewer.account_id, ids, part, actor=str(viewer.user_id), clock=clock())
    if len(ids) == 1 and part is not Part.CALL:
        return redirect("call", call_id=ids[0])
    waiting = f"&waiting={len(outcome.open)}" if outcome.open else ""
    return redirect(f"/learn/calls/?deleted={len(outcome.done)}{waiting}")


def _gone(request: HttpRequest, viewer: Viewer, call_id: UUID) -> HttpResponse:
    """A call that was deleted leads to its receipts; one that never was is not found."""
    found = list_receipts(viewer.account_id, clock=clock(), call_id=call_id)
    if not any(each["part"] == Part.CALL.value for each in found.items):
        raise NoSuchCall("There is no such call.")
    return render(request, "calls/gone.html", {"rows": found.items}, status=HTTPStatus.GONE)


def _ask(request: HttpRequest, viewer: Viewer, ids: list[UUID], part: Part) -> HttpResponse:
    """Names what will go. Of what was chosen only calls that there are can be deleted."""
    chosen = name_calls(viewer.account_id, ids, clock=clock())
    if not chosen:
        raise NoSuchCall("There is no such call.")
    names = names_of(viewer.account_id)
    lines = [(call_id, at, names.get(slug, slug)) for call_id, at, slug in chosen]
    context = {
        "calls": lines, "shown": lines[:NAMED], "part": part.value, "count": len(lines),
        "back": f"/learn/calls/{lines[0][0]}/" if len(ids) == 1 else "/learn/calls/",
    }  # fmt: skip
    return render(request, "calls/delete.html", context)


def _agent(viewer: Viewer, slug: str) -> AgentFacts | None:
    """For its name and its page; None where it is no more."""
    try:
        return agent_by_slug(viewer.account_id, slug)
    except NoSuchAgent:
        return None


def _unfinished(call: dict[str, Any]) -> bool:
    """Whether the work after the call is still to be done: soon after its end, or something is stuck."""
    parts = (call["summary"], call["recording"], call["transcript"])
    if call["ended_at"] is None or not any(part.get("reason") == "pending" for part in parts):
        return False
    return clock().now() - datetime.fromisoformat(call["ended_at"]) < FOLLOWED


def _wave(account_id: UUID, call_id: UUID, call: dict[str, Any]) -> drawing.Wave | None:
    if not call["recording"]["available"]:
        return None
    try:
        data = open_waveform(account_id, call_id, purpose=PROVIDING, clock=clock())
    except (PartGone, NeverKept):
        return None
    return drawing.wave(data, call["recording"]["duration_s"]) if data else None


def _chosen(texts: list[str]) -> list[UUID]:
    try:
        ids = [UUID(text) for text in texts]
    except ValueError:
        raise BadInput("One of the chosen calls has no proper id. Choose again from the list.") from None
    if not ids:
        raise BadInput("No call is chosen. Choose at least one in the list.")
    if len(ids) > MOST_AT_ONCE:
        raise BadInput(f"At most {MOST_AT_ONCE} calls can be deleted at once.")
    return ids


def _part(text: str) -> Part:
    try:
        return Part(text)
    except ValueError:
        raise BadInput("A recording, a transcript or a call can be deleted, nothing else.") from None
