"""Learn → Call Logs: the list, a call, and deleting."""

from http import HTTPStatus
from itertools import chain
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from ringfence.apps.agents.agents import agents
from ringfence.apps.audit.acting import part_of_one_act
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.listing import CallFilters, CallRow, list_calls
from ringfence.apps.calls.reveal import PROVIDING, open_recording, open_waveform
from ringfence.core.call import Channel, Outcome, Status
from ringfence.core.errors import BadInput
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.lifecycle.export import MEDIA_TYPE, vcon_stream
from ringfence.lifecycle.receipts.receipts import list_receipts
from ringfence.web import ranges
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.console import drawing, filters
from ringfence.web.viewer import Viewer, needs, viewer_of

PAGE = 50
MOST_AT_ONCE = 200
ERASED = ("deleted", "being_erased")
LIVE = (Status.RINGING.value, Status.IN_PROGRESS.value)


@require_GET
@needs(Action.SEE_CALLS)
def index(request: HttpRequest) -> HttpResponse:
    """The list; with HTMX, the table alone."""
    viewer = viewer_of(request)
    asked, wrong = filters.read(request.GET)
    if not viewer.may(Action.READ_CALLS) and (asked.words or asked.variable or asked.number):
        wrong["q"] = "Your role may not search in what was said."
        asked = CallFilters()
    found = list_calls(
        viewer.account_id, asked, clock=clock(), cursor=request.GET.get("cursor") or None, limit=PAGE,
        unmask=viewer.may(Action.READ_CALLS),
    )  # fmt: skip
    query = request.GET.copy()
    query.pop("cursor", None)
    context: dict[str, Any] = {
        "rows": found.rows, "next": found.next, "query": query, "address": query.urlencode(), "wrong": wrong,
        "columns": filters.columns(request.GET), "all_columns": filters.COLUMNS,
        "filtered": filters.active(request.GET), "searching": bool(asked.words),
        "agents": agents(viewer.account_id), "channels": [c.value for c in Channel],
        "outcomes": [o.value for o in Outcome], "first_page": not request.GET.get("cursor"),
    }  # fmt: skip
    if context["first_page"] and not context["filtered"] and not asked.words:
        with part_of_one_act():  # in the page from the start, so that nothing jumps while it loads
            context["live"] = _live_rows(viewer)
    return render(request, "calls/index.html", context, status=400 if wrong else 200)


@require_GET
@needs(Action.SEE_CALLS)
def live(request: HttpRequest) -> HttpResponse:
    """Calls in progress, asked for again and again by the list."""
    return render(request, "calls/_live.html", {"live": _live_rows(viewer_of(request))})


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
    if not reading:
        for part in ("transcript", "summary", "variables", "recording"):
            call[part] = {"available": False, "reason": "your_role"}
    with part_of_one_act():
        wave = _wave(viewer.account_id, call_id, call) if reading else None
    context: dict[str, Any] = {
        "call": call, "turns": drawing.turns(call), "timings": drawing.timings(call),
        "live": call["status"] in LIVE, "wave": wave,
        "deleted": any(call[part].get("reason") in ERASED for part in ("recording", "transcript")),
    }  # fmt: skip
    return render(request, "calls/show.html", context)


@require_GET
@needs(Action.READ_CALLS)
def recording(request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    """The audio, whole or in ranges."""
    opened = open_recording(viewer_of(request).account_id, call_id, purpose=PROVIDING, clock=clock())
    return ranges.serve(request, opened, clock())


@require_GET
@needs(Action.EXPORT_CALLS)
def vcon(request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    """The call as vCon, with its audio."""
    pieces = vcon_stream(viewer_of(request).account_id, call_id, clock=clock())
    first = next(pieces)  # a call that is not there is an error page, not a broken download
    response = StreamingHttpResponse(chain([first], pieces), content_type=MEDIA_TYPE)
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
        return render(request, "calls/delete.html", {"ids": ids, "part": part.value, "count": len(ids)})
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


def _live_rows(viewer: Viewer) -> list[CallRow]:
    reading = viewer.may(Action.READ_CALLS)
    pages = [
        list_calls(
            viewer.account_id,
            CallFilters(status=status),
            clock=clock(),
            limit=20,
            unmask=reading,
            watching=True,
        )
        for status in LIVE
    ]
    return [row for page in pages for row in page.rows]


def _wave(account_id: UUID, call_id: UUID, call: dict[str, Any]) -> drawing.Wave | None:
    if not call["recording"]["available"]:
        return None
    try:
        data = open_waveform(account_id, call_id, purpose=PROVIDING, clock=clock())
    except (PartGone, NeverKept):
        return None
    return drawing.wave(data) if data else None


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
