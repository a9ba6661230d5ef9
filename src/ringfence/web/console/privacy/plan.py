"""Settings → Plan: the plan, what a change would do, leaving and coming back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringfence.apps.accounts.terms import Standing
from ringfence.apps.audit.acting import actor
from ringfence.apps.audit.record import actor_name
from ringfence.core.config import current
from ringfence.core.errors import BadInput
from ringfence.lifecycle.plans.cancellation import cancel, come_back
from ringfence.lifecycle.plans.changing import ORDER
from ringfence.lifecycle.plans.ending import grace_ends
from ringfence.policy import Part, Plan, load
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.figures import whole
from ringfence.web.lives import plans
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import needs, viewer_of


@require_GET
@needs(Action.SEE_PLAN)
def show(request: HttpRequest) -> HttpResponse:
    """How the account stands, and what can be done about it."""
    account_id = viewer_of(request).account_id
    known = plans().standing(account_id)
    context = {
        "known": known, "change": known.term.changes(), "offers": _offers(known),
        "grace_ends": grace_ends(clock().now(), known.plan),
        "receipt_at": f"{current().public_url}{reverse('erased', args=[account_id])}",
    }  # fmt: skip
    return render(request, "privacy/plan.html", context)


@require_http_methods(["GET", "POST"])
@needs(Action.EDIT_PLAN)
def lower(request: HttpRequest, plan: str) -> HttpResponse:
    """What a lower plan destroys, and when; sent, it is confirmed."""
    account_id, wanted = viewer_of(request).account_id, _plan(plan)
    if request.method == "POST":
        demand_fresh(request)
        shown = whole(request.POST.get("shown", ""))
        if shown is None:
            raise BadInput("Look again at what this destroys, then confirm.")
        plans().confirm_lower(account_id, wanted, shown=shown, by=_who())
        return redirect("plan")
    found = plans().look(account_id, wanted)
    return render(request, "privacy/lower.html", {"found": found, "days": _days(wanted)})


@require_POST
@needs(Action.EDIT_PLAN)
def change(request: HttpRequest) -> HttpResponse:
    """Raise it, think again about a lower one, leave, or come back."""
    account_id, asked = viewer_of(request).account_id, request.POST.get("do")
    demand_fresh(request)
    if asked == "raise":
        plans().raise_to(account_id, _plan(request.POST.get("plan", "")))
    elif asked == "withdraw":
        plans().withdraw(account_id)
    elif asked == "cancel":
        cancel(account_id, by=_who(), clock=clock())
    elif asked == "return":
        come_back(account_id, clock=clock())
    else:
        raise BadInput("Choose one of the buttons.")
    return redirect("plan")


def _offers(known: Standing) -> list[dict[str, object]]:
    """Every plan with its period, and whether it is a higher or a lower one."""
    here = ORDER.index(known.term.on(clock().now()))
    return [
        {"plan": plan.value, "days": _days(plan), "higher": at > here, "present": at == here}
        for at, plan in enumerate(ORDER)
    ]


def _days(plan: Plan) -> int | None:
    return load().retention[Part.RECORDING].days[plan]


def _plan(text: str) -> Plan:
    try:
        return Plan(text)
    except ValueError:
        raise BadInput("Choose one of the plans.") from None


def _who() -> str:
    return actor_name(actor().kind.value, actor().id)
