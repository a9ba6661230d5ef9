"""`/agents`: definitions, drafts and published versions."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Status

from ringfence.apps.accounts.accounts import account
from ringfence.apps.agents.agents import (
    AgentFacts,
    agent,
    agents,
    archive,
    create_agent,
    save_draft,
    set_periods,
)
from ringfence.apps.agents.versions import definition_of, publish, versions
from ringfence.core.agent.definition import DefinitionError, needs_engine, parse
from ringfence.policy import AgentPeriods
from ringfence.web.access import Action
from ringfence.web.api.idempotency import once
from ringfence.web.api.principal import holder_of, needs
from ringfence.web.api.shapes.base import Body
from ringfence.web.clock import clock

router = Router(tags=["agents"])


class AgentIn(Body):
    """A new agent. Its definition may be unfinished; publishing checks it."""

    slug: str = Field(max_length=60)
    definition: str = Field(max_length=200_000, description="YAML.")


class DefinitionIn(Body):
    definition: str = Field(max_length=200_000, description="YAML.")


class PeriodsIn(Body):
    """Days for which later calls' parts are kept; null as the plan says, 0 for never written (the log: a day at least)."""

    recording: int | None = Field(default=None, ge=0)
    transcript: int | None = Field(default=None, ge=0)
    log: int | None = Field(default=None, ge=1)


@router.get("", summary="List agents")
@needs(Action.SEE_AGENTS)
def index(request: HttpRequest) -> dict[str, Any]:
    return {"items": [_short(each) for each in agents(holder_of(request).account_id)], "next": None}


@router.post("", response={201: dict[str, Any]}, summary="Make an agent")
@needs(Action.EDIT_AGENTS)
@once
def create(request: HttpRequest, body: AgentIn) -> Status[dict[str, Any]]:
    account_id = holder_of(request).account_id
    problems = _problems(body.definition)
    name = body.slug if problems else parse(body.definition).name
    made = create_agent(account_id, slug=body.slug, name=name, draft=body.definition, clock=clock())
    return Status(201, _whole(account_id, made))


@router.get("/{uuid:agent_id}", summary="One agent with its draft")
@needs(Action.SEE_AGENTS)
def show(request: HttpRequest, agent_id: UUID) -> dict[str, Any]:
    return _whole(holder_of(request).account_id, agent_id)


@router.get("/{uuid:agent_id}/periods", summary="For how many days its calls are kept")
@needs(Action.SEE_AGENTS)
def periods(request: HttpRequest, agent_id: UUID) -> dict[str, Any]:
    return asdict(agent(holder_of(request).account_id, agent_id).periods)


@router.put("/{uuid:agent_id}/periods", summary="Keep its later calls for a shorter time than the plan does")
@needs(Action.EDIT_AGENTS)
@once
def change_periods(request: HttpRequest, agent_id: UUID, body: PeriodsIn) -> dict[str, Any]:
    account_id = holder_of(request).account_id
    set_periods(account_id, agent_id, AgentPeriods(**body.dict()), account(account_id).plan)
    return asdict(agent(account_id, agent_id).periods)


@router.put("/{uuid:agent_id}/draft", summary="Replace the draft")
@needs(Action.EDIT_AGENTS)
@once
def draft(request: HttpRequest, agent_id: UUID, body: DefinitionIn) -> dict[str, Any]:
    account_id = holder_of(request).account_id
    save_draft(account_id, agent_id, body.definition, clock())
    return _whole(account_id, agent_id)


@router.post("/{uuid:agent_id}/versions", response={201: dict[str, Any]}, summary="Publish the draft")
@needs(Action.EDIT_AGENTS)
@once
def publish_draft(request: HttpRequest, agent_id: UUID) -> Status[dict[str, Any]]:
    """A published version answers calls from now on, and never changes."""
    account_id = holder_of(request).account_id
    found = agent(account_id, agent_id)
    definition = parse(found.draft)
    number = publish(account_id, agent_id, definition=found.draft, name=definition.name, clock=clock())
    return Status(201, {"number": number})


@router.get("/{uuid:agent_id}/versions", summary="Published versions, newest first")
@needs(Action.SEE_AGENTS)
def list_versions(request: HttpRequest, agent_id: UUID) -> dict[str, Any]:
    account_id = holder_of(request).account_id
    agent(account_id, agent_id)
    items = [{"number": v.number, "published_at": v.published_at} for v in versions(account_id, agent_id)]
    return {"items": items, "next": None}


@router.get("/{uuid:agent_id}/versions/{int:number}", summary="One published version")
@needs(Action.SEE_AGENTS)
def show_version(request: HttpRequest, agent_id: UUID, number: int) -> dict[str, Any]:
    return {"number": number, "definition": definition_of(holder_of(request).account_id, agent_id, number)}


@router.delete("/{uuid:agent_id}", response={204: None}, summary="Put an agent away")
@needs(Action.EDIT_AGENTS)
def put_away(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """It takes no further call. Its versions stay, because calls name them."""
    archive(holder_of(request).account_id, agent_id, clock())
    return HttpResponse(status=204)


def _short(facts: AgentFacts) -> dict[str, Any]:
    return {
        "id": str(facts.id),
        "slug": facts.slug,
        "name": facts.name,
        "live_version": facts.live_version,
        "updated_at": facts.updated_at,
    }


def _whole(account_id: UUID, agent_id: UUID) -> dict[str, Any]:
    facts = agent(account_id, agent_id)
    problems = _problems(facts.draft)
    return {
        **_short(facts),
        "definition": facts.draft,
        "problems": problems,
        "needs": [] if problems else [str(need) for need in needs_engine(parse(facts.draft))],
    }


def _problems(text: str) -> list[dict[str, Any]]:
    try:
        parse(text)
    except DefinitionError as error:
        return [{"line": each.line, "column": each.column, "reason": each.reason} for each in error.problems]
    return []
