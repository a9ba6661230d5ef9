"""Privacy → Retention & holds: how long calls are kept, by agent and part, and what stands still."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ringfence.apps.accounts.accounts import account
from ringfence.apps.agents.agents import agents, set_periods
from ringfence.core.errors import BadInput, RingfenceError
from ringfence.lifecycle.holds.holds import Wanted
from ringfence.policy import AgentPeriods, Part, Plan, days
from ringfence.web.access import Action
from ringfence.web.figures import whole
from ringfence.web.lives import holds
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import needs, viewer_of
from ringfence.work.rows import kept_days


@require_http_methods(["GET", "POST"])
@needs(Action.SEE_HOLDS, post=Action.EDIT_HOLDS)
def show(request: HttpRequest) -> HttpResponse:
    """Periods and holds; sent, a hold is set."""
    viewer = viewer_of(request)
    context: dict[str, object] = {}
    status = 200
    if request.method == "POST":
        demand_fresh(request)
        try:
            holds().set(viewer.account_id, _wanted(request))
            return redirect("retention")
        except RingfenceError as error:
            context |= {"error": str(error), "asked": request.POST.dict()}
            status = 400
    plan = account(viewer.account_id).plan
    all_agents = agents(viewer.account_id)
    context |= {
        "plan": plan, "longest": {part.value: days(part, plan) for part in Part},
        "agents": [(each, _kept(each.periods, plan)) for each in all_agents],
        "names": {each.id: each.name for each in all_agents},
        "holds": [(each, _agent(each.agent_id, all_agents)) for each in holds().all(viewer.account_id)],
    }  # fmt: skip
    return render(request, "privacy/retention.html", context, status=status)


@require_POST
@needs(Action.EDIT_HOLDS)
def release(request: HttpRequest, hold_id: UUID) -> HttpResponse:
    """Start the clock again."""
    demand_fresh(request)
    holds().release(viewer_of(request).account_id, hold_id)
    return redirect("retention")


@require_POST
@needs(Action.EDIT_AGENTS)
def periods(request: HttpRequest, agent_id: UUID) -> HttpResponse:
    """For how many days an agent's later calls are kept: empty is as the plan says, 0 is never written."""
    account_id = viewer_of(request).account_id
    chosen = AgentPeriods(**{part.value: _number(request.POST.get(part.value, "")) for part in Part})
    set_periods(account_id, agent_id, chosen, account(account_id).plan)
    return redirect("agent", agent_id=agent_id)


def _wanted(request: HttpRequest) -> Wanted:
    names, ends = request.POST.get("names", ""), _day(request.POST.get("ends", ""))
    reason = request.POST.get("reason", "")
    if names == "calls":
        return Wanted(reason=reason, ends_at=ends, calls=_ids(request.POST.get("calls", "")))
    if names == "agent":
        return Wanted(
            reason=reason, ends_at=ends, agent_id=next(iter(_ids(request.POST.get("agent", ""))), None)
        )
    if names == "number":
        return Wanted(reason=reason, ends_at=ends, number=request.POST.get("number", "").strip())
    return Wanted(reason=reason, ends_at=ends, everything=names == "account")


def _ids(text: str) -> list[UUID]:
    try:
        return [UUID(each) for each in text.replace(",", " ").split()]
    except ValueError:
        raise BadInput("Name calls by their ids, as their pages show them.") from None


def _day(text: str) -> datetime | None:
    """A hold that ends on a day ends when the day does."""
    try:
        return (
            datetime.combine(datetime.fromisoformat(text).date() + timedelta(days=1), time(), UTC)
            if text
            else None
        )
    except ValueError:
        raise BadInput("Write a day as 2026-11-23.") from None


def _number(text: str) -> int | None:
    days = whole(text)
    if text.strip() and days is None:
        raise BadInput("A period is a number of days; leave it empty for as long as the plan says.")
    return days


def _kept(chosen: AgentPeriods, plan: Plan) -> list[int | None]:
    return [kept_days(part, plan, chosen) for part in (Part.RECORDING, Part.TRANSCRIPT, Part.LOG)]


def _agent(agent_id: UUID | None, known: object) -> str:
    found = [each.name for each in known if each.id == agent_id] if isinstance(known, tuple) else []
    return found[0] if found else ""
