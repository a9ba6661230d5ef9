"""`/support`: support requests, and taking an approval back. Approving needs a person who shows who they are: it is on the page."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Field, Router, Status

from ringfence.apps.support import deciding
from ringfence.apps.support import requests as support
from ringfence.apps.support.values import LONGEST_TEXT, Asked, Message, Request
from ringfence.web.access import Action
from ringfence.web.api.idempotency import once
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.api.shapes.base import Body
from ringfence.web.clock import clock

router = Router(tags=["support"])


class RequestIn(Body):
    """What somebody wants help with."""

    subject: str = Field(description="call, agent, number, sign_in, billing, privacy or other.")
    text: str = Field(max_length=LONGEST_TEXT)
    calls: list[UUID] = Field(default=[], description="Calls that it is about; staff can ask for these.")
    agent_id: UUID | None = Field(
        default=None, description="An agent that it is about; staff can ask for calls of it."
    )


class MessageIn(Body):
    text: str = Field(max_length=LONGEST_TEXT)


@router.get("", summary="List support requests, newest first")
@needs(Action.SEE_SUPPORT)
def index(request: HttpRequest) -> dict[str, Any]:
    return {
        "items": [_request(each) for each in support.requests(holder_of(request).account_id)],
        "next": None,
    }


@router.post("", response={201: dict[str, Any]}, summary="Open a support request")
@needs(Action.ASK_SUPPORT)
@once
def create(request: HttpRequest, body: RequestIn) -> Status[dict[str, Any]]:
    account_id = holder_of(request).account_id
    wanted = support.Wanted(subject=body.subject, text=body.text, calls=body.calls, agent_id=body.agent_id)
    return Status(201, _whole(account_id, support.open_request(account_id, wanted, clock())))


@router.get("/{uuid:request_id}", summary="One support request: what was said, and what staff asked for")
@needs(Action.SEE_SUPPORT)
def show(request: HttpRequest, request_id: UUID) -> dict[str, Any]:
    return _whole(holder_of(request).account_id, request_id)


@router.post(
    "/{uuid:request_id}/messages", response={201: dict[str, Any]}, summary="Write to a support request"
)
@needs(Action.ASK_SUPPORT)
@once
def say(request: HttpRequest, request_id: UUID, body: MessageIn) -> Status[dict[str, Any]]:
    account_id = holder_of(request).account_id
    support.say(account_id, request_id, body.text, clock())
    return Status(201, _whole(account_id, request_id))


@router.delete("/approvals/{uuid:ask_id}", response={204: None}, summary="Take an approval back, at once")
@needs(Action.APPROVE_SUPPORT)
def withdraw(request: HttpRequest, ask_id: UUID) -> Status[None]:
    deciding.withdraw(holder_of(request).account_id, ask_id, clock())
    return Status(204, None)


def _whole(account_id: UUID, request_id: UUID) -> dict[str, Any]:
    found, messages, asks = support.conversation(account_id, request_id)
    said = [_message(each) for each in messages]
    return {**_request(found), "messages": said, "approvals": [_approval(each) for each in asks]}


def _request(each: Request) -> dict[str, Any]:
    return {
        "id": str(each.id), "subject": each.subject.value, "agent_id": each.agent_id, "calls": [str(c) for c in each.calls],
        "opened_by": each.opened_by, "opened_at": each.opened_at, "closed_at": each.closed_at,
    }  # fmt: skip


def _message(each: Message) -> dict[str, Any]:
    return {"by": each.author.value, "by_id": str(each.author_id), "at": each.at, "text": each.text}


def _approval(each: Asked) -> dict[str, Any]:
    return {
        "id": str(each.id), "person_id": str(each.person_id), "opens": each.resource.value, "call_id": each.call_id,
        "agent_id": each.agent_id, "since": each.since, "until": each.until, "reason": each.reason, "hours": each.hours,
        "state": each.state(clock().now()).value, "asked_at": each.asked_at, "decided_at": each.decided_at,
        "ends_at": each.ends_at, "withdrawn_at": each.withdrawn_at,
    }  # fmt: skip
