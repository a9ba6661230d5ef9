"""`/calls`: the call log, its parts, and test calls out."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Field, Query, Router, Schema, Status

from ringfence.apps.agents.agents import agent_by_slug
from ringfence.apps.audit.acting import part_of_one_act
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NeverKept, PartGone
from ringfence.apps.calls.listing import CallFilters, CallRow, list_calls
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.apps.numbers.e164 import e164
from ringfence.apps.numbers.errors import NoSuchNumber
from ringfence.apps.numbers.numbers import numbers
from ringfence.apps.requests.spoken import requests_of_call
from ringfence.core.config import current
from ringfence.core.errors import BadInput, Unavailable
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.lifecycle.export import MEDIA_TYPE, vcon_stream
from ringfence.lifecycle.receipts.receipts import receipts_of_call
from ringfence.web import ranges, streams
from ringfence.web.access import Action
from ringfence.web.api.idempotency import once_made
from ringfence.web.api.moments import Moment
from ringfence.web.api.principal import demand, holder_of, needs
from ringfence.web.api.shapes.base import Body
from ringfence.web.clock import clock
from ringfence.work.dial import call_number

router = Router(tags=["calls"])
DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200


class CallQuery(Schema):
    """Filters of the list; all of them must fit."""

    agent: str | None = None
    direction: str | None = None
    channel: str | None = None
    outcome: str | None = None
    status: str | None = None
    since: Moment | None = Field(default=None, description="Started at or after this moment.")
    until: Moment | None = Field(default=None, description="Started before this moment.")
    min_duration_s: float | None = None
    max_duration_s: float | None = None
    number: str | None = Field(default=None, description="Either end, E.164.")
    q: str = Field(default="", max_length=300, description="Whole words of the transcript, all of them.")
    variable: str | None = Field(
        default=None, description="`name=value`: the exact value of a captured variable."
    )
    cursor: str | None = None
    limit: int = Field(default=DEFAULT_LIMIT, ge=1, le=LARGEST_LIMIT)


class CallOut(Body):
    """A call out, to a number that a member confirmed."""

    agent: str = Field(description="Slug of a published agent.")
    to: str = Field(description="A confirmed number, E.164.")
    from_: str = Field(alias="from", description="One of the account's own numbers, E.164.")


@router.get("", summary="List calls, newest first")
@needs(Action.SEE_CALLS)
def index(request: HttpRequest, query: Query[CallQuery]) -> dict[str, Any]:
    holder = holder_of(request)
    reading = holder.may(Action.READ_CALLS)
    if query.q or query.variable or query.number:
        demand(holder, Action.READ_CALLS)
    page = list_calls(
        holder.account_id,
        _filters(query),
        clock=clock(),
        cursor=query.cursor,
        limit=query.limit,
        unmask=reading,
    )
    return {"items": [_line(row) for row in page.rows], "next": page.next}


def placed(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    """A call that was placed, as it is now. Raises NoSuchCall once it is gone."""
    return call_document(holder_of(request).account_id, call_id, purpose=PROVIDING, clock=clock())


@router.post("", response={201: dict[str, Any]}, summary="Place a call to a confirmed number")
@needs(Action.PLACE_CALLS)
@once_made(placed)
def place(request: HttpRequest, body: CallOut) -> Status[dict[str, Any]]:
    account_id = holder_of(request).account_id
    own = e164(body.from_)
    found = next((each for each in numbers(account_id) if each.e164 == own), None)
    if found is None:
        raise NoSuchNumber("`from` is none of this account's numbers.")
    agent = agent_by_slug(account_id, body.agent)
    made = call_number(
        account_id, agent.id, body.to, found.id, clock=clock(), public_url=current().public_url
    )
    with part_of_one_act():
        return Status(201, placed(request, made))


@router.get("/{uuid:call_id}", summary="One call")
@needs(Action.READ_CALLS)
def show(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    account_id = holder_of(request).account_id
    call = call_document(account_id, call_id, purpose=PROVIDING, clock=clock())
    return {**call, "requests": requests_of_call(account_id, call_id)}


@router.delete("/{uuid:call_id}", response={204: None}, summary="Delete a call, whole")
@needs(Action.DELETE_CALLS)
def delete(request: HttpRequest, call_id: UUID) -> HttpResponse:
    return _delete(request, call_id, Part.CALL)


@router.get("/{uuid:call_id}/recording", summary="The recording as WAV; ranges are exact")
@needs(Action.HEAR_CALLS)
@streams.placed
def recording(request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    opened = open_recording(holder_of(request).account_id, call_id, purpose=PROVIDING, clock=clock())
    return ranges.serve(request, opened, clock())


@router.delete("/{uuid:call_id}/recording", response={204: None}, summary="Delete the recording")
@needs(Action.DELETE_CALLS)
def delete_recording(request: HttpRequest, call_id: UUID) -> HttpResponse:
    return _delete(request, call_id, Part.RECORDING)


@router.get("/{uuid:call_id}/transcript", summary="The transcript with summary and variables")
@needs(Action.READ_CALLS)
def transcript(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    call = call_document(holder_of(request).account_id, call_id, purpose=PROVIDING, clock=clock())
    part = call["transcript"]
    if not part["available"]:
        if part["reason"] in {"never_kept", "pending"}:
            raise NeverKept(
                "No words of this call were kept." if part["reason"] == "never_kept" else "Not ready yet."
            )
        raise PartGone(part["reason"])
    return {**part, "summary": call["summary"], "variables": call["variables"]}


@router.delete(
    "/{uuid:call_id}/transcript", response={204: None}, summary="Delete transcript, summary and variables"
)
@needs(Action.DELETE_CALLS)
def delete_transcript(request: HttpRequest, call_id: UUID) -> HttpResponse:
    return _delete(request, call_id, Part.TRANSCRIPT)


@router.get("/{uuid:call_id}/receipt", summary="The signed receipts of what was deleted of a call")
@needs(Action.SEE_CALLS)
def receipt(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    return {"items": receipts_of_call(holder_of(request).account_id, call_id, clock=clock())}


@router.get("/{uuid:call_id}/vcon", summary="The call as vCon, with its audio")
@needs(Action.EXPORT_CALLS)
@streams.placed
def vcon(request: HttpRequest, call_id: UUID) -> HttpResponseBase:
    pieces = vcon_stream(holder_of(request).account_id, call_id, clock=clock())  # 404 before it begins
    return StreamingHttpResponse(streams.guarded(request, pieces, clock()), content_type=MEDIA_TYPE)


def _delete(request: HttpRequest, call_id: UUID, part: Part) -> HttpResponse:
    holder = holder_of(request)
    outcome = delete_parts(holder.account_id, [call_id], part, actor=str(holder.key_id), clock=clock())
    if outcome.open:
        raise Unavailable("It is unreadable from now on; erasing every byte goes on until it is done.")
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _filters(query: CallQuery) -> CallFilters:
    name, found, value = (query.variable or "").partition("=")
    if query.variable and not (found and name and value):
        raise BadInput("`variable` is written as name=value.")
    return CallFilters(
        agent=query.agent, direction=query.direction, channel=query.channel, outcome=query.outcome,
        status=query.status, since=query.since, until=query.until, shortest_s=query.min_duration_s,
        longest_s=query.max_duration_s, number=e164(query.number) if query.number else None, words=query.q,
        variable=(name, value) if found else None,
    )  # fmt: skip


def _line(row: CallRow) -> dict[str, Any]:
    return {
        "id": str(row.id), "agent": {"slug": row.agent_slug, "version": row.agent_version},
        "direction": row.direction, "channel": row.channel, "from": row.from_number, "to": row.to_number,
        "status": "being_erased" if row.being_erased else row.status, "outcome": row.outcome,
        "started_at": row.started_at, "ended_at": row.ended_at, "duration_s": row.duration_s,
        "recording": {"available": row.recording == "kept"}, "transcript": {"available": row.transcript == "kept"},
        "expires_at": row.expires_at,
    }  # fmt: skip
