"""Build → Agents: the list, the editor, published versions, and talking to one."""

import json
import re
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringfence.apps.agents.agents import agent, agents, archive, create_agent, save_draft
from ringfence.apps.agents.versions import definition_of, get_for_call, publish, versions
from ringfence.core.agent.definition import AgentDefinition, DefinitionError, needs_engine, parse
from ringfence.core.agent.examples import source
from ringfence.core.call import Channel, Direction, Holder
from ringfence.policy import Part, days
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.viewer import needs, session_of, viewer_of
from ringfence.work.admission import begin_call

EXAMPLES = {"guided": "front-desk", "llm": "llm-reception"}


@require_GET
@needs(Action.SEE_AGENTS)
def index(request: HttpRequest) -> HttpResponse:
    return render(request, "agents/index.html", {"agents": agents(viewer_of(request).account_id)})


@require_http_methods(["GET", "POST"])
@needs(Action.EDIT_AGENTS)
def new(request: HttpRequest) -> HttpResponse:
    """A new agent begins as one of the examples."""
    if request.method == "GET":
        return render(request, "agents/new.html", {"kinds": EXAMPLES})
    name, kind = request.POST.get("name", "").strip(), request.POST.get("kind", "guided")
    slug = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:60]
    if not slug or not name.isprintable() or kind not in EXAMPLES:
        error = "Give the agent a name with letters or digits."
        return render(
            request, "agents/new.html", {"kinds": EXAMPLES, "error": error, "name": name}, status=400
        )
    draft = re.sub(
        r"^name: .*$", lambda _: f"name: {_quoted(name)}", source(EXAMPLES[kind]), count=1, flags=re.MULTILINE
    )
    made = create_agent(viewer_of(request).account_id, slug=slug, name=name, draft=draft, clock=clock())
    return redirect("agent", agent_id=made)


@require_http_methods(["GET", "POST"])
@needs(Action.SEE_AGENTS, post=Action.EDIT_AGENTS)
def edit(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """The editor: saves a draft as it is, says what is wrong with it by line, and publishes what is right."""
    viewer = viewer_of(request)
    found = agent(viewer.account_id, agent_id)
    text = found.draft
    saved = False
    if request.method == "POST":
        text = request.POST.get("draft", "").replace("\r\n", "\n")
        save_draft(viewer.account_id, agent_id, text, clock())
        saved = True
    definition, problems = check(text)
    if request.method == "POST" and request.POST.get("do") == "publish" and definition is not None:
        publish(
            viewer.account_id, agent_id, definition=text, name=definition.name, clock=clock(),
            published_by=viewer.user_id,
        )  # fmt: skip
        return redirect("agent", agent_id=agent_id)
    context = {
        "agent": found, "draft": text, "problems": problems, "definition": definition, "saved": saved,
        "needs": needs_engine(definition) if definition else (), "lines": text.count("\n") + 1,
        "versions": versions(viewer.account_id, agent_id), "flow": flow(definition),
        "longest": days(Part.LOG, viewer.account.plan),
        "changed": found.live_version is None
        or text != definition_of(viewer.account_id, agent_id, found.live_version),
    }  # fmt: skip
    return render(request, "agents/edit.html", context, status=400 if problems and saved else 200)


@require_GET
@needs(Action.SEE_AGENTS)
def version(request: HttpRequest, agent_id: UUID, number: int) -> HttpResponse:
    """A published version, as it will always be."""
    account_id = viewer_of(request).account_id
    found = agent(account_id, agent_id)
    text = definition_of(account_id, agent_id, number)
    return render(request, "agents/version.html", {"agent": found, "number": number, "text": text})


@require_POST
@needs(Action.EDIT_AGENTS)
def put_away(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    archive(viewer_of(request).account_id, agent_id, clock())
    return redirect("agents")


@require_GET
@needs(Action.PLACE_CALLS)
def talk(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """Talk to this agent, by microphone or keyboard."""
    found = agent(viewer_of(request).account_id, agent_id)
    return render(request, "agents/talk.html", {"agent": found})


@require_POST
@needs(Action.PLACE_CALLS)
def ticket(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """A call of the browser's own, and the single-use ticket that admits it."""
    viewer = viewer_of(request)
    account_id = viewer.account_id
    call = begin_call(
        account_id, get_for_call(account_id, agent_id), direction=Direction.INBOUND, channel=Channel.WEB,
        clock=clock(), holder=Holder(viewer.user_id, session_of(request)),
    )  # fmt: skip
    return JsonResponse(
        {"call": str(call.id), "path": f"/media/web/{call.ticket}", "page": f"/learn/calls/{call.id}/"}
    )


def check(text: str) -> tuple[AgentDefinition | None, tuple[Any, ...]]:
    """A definition, or what is wrong with it."""
    try:
        return parse(text), ()
    except DefinitionError as error:
        return None, error.problems


def flow(definition: AgentDefinition | None) -> list[dict[str, str]]:
    """The steps of a guided agent, in a line each, for the preview beside the editor."""
    if definition is None or definition.kind != "guided":
        return []
    drawn = []
    for step in definition.steps:
        kind = next(
            (
                k
                for k in ("say", "ask", "choose", "confirm", "branch", "transfer", "end")
                if getattr(step, k, None)
            ),
            "",
        )
        said = getattr(step, kind, "") if kind else ""
        answer = getattr(step, "answer_kind", None)
        drawn.append(
            {
                "id": step.id,
                "kind": kind,
                "text": said if isinstance(said, str) else "",
                "answer": answer.kind if answer else "",
            }
        )
    return drawn


def _quoted(name: str) -> str:
    return json.dumps(name, ensure_ascii=False)
