"""Settings → Usage: what this account used of the platform, day by day; to look at, to take along, and to delete."""

from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ringfence.apps.analytics.features import FEATURES
from ringfence.apps.analytics.usage import Usage, forget_features, usage
from ringfence.apps.audit.acts import Act
from ringfence.apps.people.sessions import forget_ended
from ringfence.core.errors import BadInput
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.people.told import tell_accounts
from ringfence.web.plots import added, bars
from ringfence.web.sheets import sheet
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import needs, person_of, viewer_of

SPANS: Final = (7, 30, 90)
_HEAD: Final = ("day", "what", "which", "agent_id", "direction", "count", "seconds")


@require_GET
@needs(Action.SEE_PLAN)
def show(request: HttpRequest) -> HttpResponse:
    """The plots, each with its table."""
    days = span(request.GET.get("days"))
    found = usage(viewer_of(request).account_id, days=days, now=clock().now())
    context = {"found": found, "days": days, "spans": SPANS, "plots": _plots(found), **_tables(found)}
    return render(request, "settings/usage.html", context)


@require_GET
@needs(Action.SEE_PLAN)
def download(request: HttpRequest) -> HttpResponse:
    """The same as CSV, or as JSON."""
    found = usage(viewer_of(request).account_id, days=span(request.GET.get("days")), now=clock().now())
    if request.GET.get("as") == "json":
        body = orjson.dumps(found.document(), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
        response = HttpResponse(body, content_type="application/json")
        response["Content-Disposition"] = 'attachment; filename="usage.json"'
        return response
    return sheet("usage", _HEAD, rows(found))


@require_POST
@needs(Action.EDIT_PLAN)
def forget(request: HttpRequest) -> HttpResponse:
    """Delete which features were used, or one's own sessions that are over."""
    what = request.POST.get("what")
    if what == "features":
        demand_fresh(request)
        forget_features(viewer_of(request).account_id)
    elif what == "sessions":
        user = person_of(request)
        forget_ended(user.id)
        tell_accounts(request, user, Act.USAGE_FORGOTTEN)
    else:
        raise BadInput("Choose one of the buttons.")
    return redirect("usage")


def span(text: str | None) -> int:
    """How many days are asked for; one of the spans."""
    return next((days for days in SPANS if str(days) == text), SPANS[1])


def rows(found: Usage) -> list[tuple[object, ...]]:
    """Everything, a line for each day and thing."""
    return [
        *((e.day, "all calls", "", "", "", e.calls, e.seconds) for e in found.totals),
        *((e.day, "calls", e.agent, e.agent_id, e.direction, e.calls, e.seconds) for e in found.calls),
        *((day, "agents made", "", "", "", count, "") for day, count in found.agents_made),
        *((e.day, "feature", e.feature, "", "", e.count, "") for e in found.features),
    ]


def _plots(found: Usage) -> list[dict[str, Any]]:
    first, last = found.first, found.last
    calls = bars({each.day: each.calls for each in found.totals}, first, last)
    minutes = bars({each.day: round(each.seconds / 60, 1) for each in found.totals}, first, last)
    used = bars(added([(each.day, each.count) for each in found.features]), first, last)
    agents = bars(dict(found.agents_made), first, last)
    return [
        {"id": "calls", "title": "Calls", "unit": "calls", "plot": calls},
        {"id": "minutes", "title": "Minutes", "unit": "minutes", "plot": minutes},
        {"id": "features", "title": "Pages and requests", "unit": "pages and requests", "plot": used},
        {"id": "agents", "title": "Agents made", "unit": "agents", "plot": agents},
    ]


def _tables(found: Usage) -> dict[str, Any]:
    """Calls by agent and direction, and features, over the whole span."""
    by_agent: dict[tuple[str, str], list[int]] = {}
    for call in found.calls:
        line = by_agent.setdefault((call.agent, call.direction), [0, 0])
        line[0] += call.calls
        line[1] += call.seconds
    by_feature: dict[str, int] = {}
    for used in found.features:
        by_feature[used.feature] = by_feature.get(used.feature, 0) + used.count
    return {
        "by_agent": [(agent, way, calls, seconds) for (agent, way), (calls, seconds) in sorted(by_agent.items())],
        "by_feature": sorted(
            ((FEATURES.get(name, name), count) for name, count in by_feature.items()), key=lambda each: -each[1]
        ),
    }  # fmt: skip
