"""`/numbers`: the account's own numbers and the agents that answer them."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from ringfence.apps.numbers.errors import NoSuchNumber
from ringfence.apps.numbers.numbers import NumberFacts, add_number, assign, numbers, remove_number
from ringfence.web.access import Action
from ringfence.web.api.idempotency import once
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.api.shapes.base import Body
from ringfence.web.clock import clock

router = Router(tags=["numbers"])


class NumberIn(Body):
    connection_id: UUID
    number: str
    agent_id: UUID | None = None
    label: str = ""


class AgentOf(Body):
    agent_id: UUID | None


@router.get("", summary="List numbers")
@needs(Action.SEE_NUMBERS)
def index(request: HttpRequest) -> dict[str, Any]:
    return {"items": [_line(each) for each in numbers(holder_of(request).account_id)], "next": None}


@router.post("", response={201: dict[str, Any]}, summary="Add a number of a connection")
@needs(Action.EDIT_NUMBERS)
@once
def create(request: HttpRequest, body: NumberIn) -> Status[dict[str, Any]]:
    account_id = holder_of(request).account_id
    made = add_number(account_id, body.connection_id, body.number, clock=clock(), label=body.label)
    if body.agent_id is not None:
        assign(account_id, made, body.agent_id)
    return Status(201, _line(_one(account_id, made)))


@router.get("/{uuid:number_id}", summary="One number")
@needs(Action.SEE_NUMBERS)
def show(request: HttpRequest, number_id: UUID) -> dict[str, Any]:
    return _line(_one(holder_of(request).account_id, number_id))


@router.put("/{uuid:number_id}", summary="Say which agent answers; null for nobody")
@needs(Action.EDIT_NUMBERS)
@once
def change(request: HttpRequest, number_id: UUID, body: AgentOf) -> dict[str, Any]:
    account_id = holder_of(request).account_id
    assign(account_id, number_id, body.agent_id)
    return _line(_one(account_id, number_id))


@router.delete("/{uuid:number_id}", response={204: None}, summary="Remove a number")
@needs(Action.EDIT_NUMBERS)
def remove(request: HttpRequest, number_id: UUID) -> HttpResponse:
    remove_number(holder_of(request).account_id, number_id)
    return HttpResponse(status=204)


def _one(account_id: UUID, number_id: UUID) -> NumberFacts:
    found = next((each for each in numbers(account_id) if each.id == number_id), None)
    if found is None:
        raise NoSuchNumber("There is no such number.")
    return found


def _line(facts: NumberFacts) -> dict[str, Any]:
    return {
        "id": str(facts.id),
        "connection_id": str(facts.connection_id),
        "number": facts.e164,
        "label": facts.label,
        "agent_id": str(facts.agent_id) if facts.agent_id else None,
    }
