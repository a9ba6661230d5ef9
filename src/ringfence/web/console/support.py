"""Privacy → Support: asking for help, and deciding who of the operator's may see what, why and until when."""

from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringfence.apps.accounts.members import members
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.agents import agents
from ringfence.apps.keys.wiring import vault
from ringfence.apps.staff.people import everybody
from ringfence.apps.support import asked as asking
from ringfence.apps.support import deciding, glass
from ringfence.apps.support import requests as support
from ringfence.apps.support.errors import BadRequest, TooMany
from ringfence.apps.support.values import SUBJECTS, Asked, State
from ringfence.core.errors import BadInput
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import needs, viewer_of


@dataclass(frozen=True, slots=True)
class Line:
    """What was asked for, by whom, and how it stands."""

    ask: Asked
    who: str
    state: State


@require_http_methods(["GET", "POST"])
@needs(Action.SEE_SUPPORT, post=Action.ASK_SUPPORT)
def index(request: HttpRequest) -> HttpResponse:
    """Requests, and everything that staff asked for or looked at; sent, a request is opened."""
    viewer = viewer_of(request)
    wrong: dict[str, str] = {}
    if request.method == "POST":
        try:
            made = support.open_request(viewer.account_id, _wanted(request), clock())
            return redirect("support-request", request_id=made)
        except BadRequest as error:
            wrong = {error.field: str(error)}
    names = _staff()
    with tenant(viewer.account_id), connection.cursor() as cursor:
        broken = glass.of_account(cursor, vault(), viewer.account_id)
    context = {
        "requests": [(each, SUBJECTS[each.subject]) for each in support.requests(viewer.account_id)],
        "asks": _lines(support.asks(viewer.account_id), names),
        "glass": [(each, names.get(each.asked_by), names.get(each.confirmed_by)) for each in broken if each.confirmed_at],
        "subjects": [(each.value, words) for each, words in SUBJECTS.items()],
        "agents": agents(viewer.account_id), "wrong": wrong, "asked": request.POST or request.GET,
    }  # fmt: skip
    return render(request, "support/index.html", context, status=400 if wrong else 200)


@require_http_methods(["GET", "POST"])
@needs(Action.SEE_SUPPORT, post=Action.ASK_SUPPORT)
def show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request; sent, something is added, or it is closed."""
    viewer = viewer_of(request)
    wrong = ""
    if request.method == "POST":
        try:
            if request.POST.get("do") == "close":
                support.close(viewer.account_id, request_id, clock())
            else:
                support.say(viewer.account_id, request_id, request.POST.get("text", ""), clock())
            return redirect("support-request", request_id=request_id)
        except BadRequest as error:
            wrong = str(error)
    found, messages, asks = support.conversation(viewer.account_id, request_id)
    staff = _staff()
    names = staff | {each.user_id: each.name or each.email for each in members(viewer.account_id)}
    context = {
        "found": found, "subject": SUBJECTS[found.subject], "messages": messages, "names": names,
        "asks": _lines(asks, staff), "wrong": wrong,
        "agent": next((each for each in agents(viewer.account_id) if each.id == found.agent_id), None),
    }  # fmt: skip
    return render(request, "support/show.html", context, status=400 if wrong else 200)


@require_GET
@needs(Action.SEE_SUPPORT)
def approval(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """What one person of the operator's asks for, in full, and which calls it opens."""
    viewer = viewer_of(request)
    with tenant(viewer.account_id), connection.cursor() as cursor:
        ask = asking.read(cursor, vault(), viewer.account_id, ask_id)
    line = _lines((ask,), _staff())[0]
    calls: tuple[UUID, ...] = ()
    too_many = ""
    if line.state is State.PENDING:
        try:
            calls = deciding.named(viewer.account_id, ask_id)
        except TooMany as error:
            too_many = str(error)
    context = {
        "line": line, "ask": ask, "calls": calls, "too_many": too_many, "seen": ask.mark.hex(),
        "agent": next((each for each in agents(viewer.account_id) if each.id == ask.agent_id), None),
        "names": {each.user_id: each.name or each.email for each in members(viewer.account_id)},
    }  # fmt: skip
    return render(request, "support/approval.html", context)


@require_POST
@needs(Action.APPROVE_SUPPORT)
def approve(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """Release what is asked for. Whoever does shows once more who they are."""
    demand_fresh(request)
    viewer = viewer_of(request)
    deciding.approve(viewer.account_id, ask_id, viewer.user_id, seen=_seen(request), clock=clock())
    return redirect("approval", ask_id=ask_id)


@require_POST
@needs(Action.APPROVE_SUPPORT)
def refuse(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    viewer = viewer_of(request)
    deciding.refuse(viewer.account_id, ask_id, viewer.user_id, clock())
    return redirect("approval", ask_id=ask_id)


@require_POST
@needs(Action.APPROVE_SUPPORT)
def withdraw(request: HttpRequest, ask_id: UUID) -> HttpResponse:
    """Take an approval back, at once: nobody is asked anything first."""
    deciding.withdraw(viewer_of(request).account_id, ask_id, clock())
    return redirect("approval", ask_id=ask_id)


def _lines(asks: tuple[Asked, ...], names: dict[UUID | None, str]) -> list[Line]:
    now = clock().now()
    return [Line(each, names.get(each.person_id, "Somebody"), each.state(now)) for each in asks]


def _staff() -> dict[UUID | None, str]:
    return {each.id: each.called for each in everybody()}


def _wanted(request: HttpRequest) -> support.Wanted:
    said = request.POST
    try:
        calls = [UUID(each) for each in said.get("calls", "").replace(",", " ").split()]
    except ValueError:
        raise BadRequest("calls", "Name calls by their ids, as their pages show them.") from None
    try:
        agent = UUID(said["agent"]) if said.get("agent") else None
    except ValueError:
        raise BadRequest("agent", "Choose one of the account's agents.") from None
    return support.Wanted(
        subject=said.get("subject", ""), text=said.get("text", ""), calls=calls, agent_id=agent
    )


def _seen(request: HttpRequest) -> bytes:
    try:
        return bytes.fromhex(request.POST.get("seen", ""))
    except ValueError:
        raise BadInput("Approve on the page that shows what is asked.") from None
