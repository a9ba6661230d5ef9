"""The installation as the operator's people see it: its health, its pages, its people, and what those did."""

from datetime import timedelta
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.apps.analytics.figures import figures
from ringfence.apps.assurance.measurements import newest
from ringfence.apps.staff import deeds
from ringfence.apps.staff.people import everybody
from ringfence.lifecycle.assurance.told import tell
from ringfence.lifecycle.assurance.values import State
from ringfence.policy import load
from ringfence.web.clock import clock
from ringfence.web.console.usage import SPANS, span
from ringfence.web.operator.door import needs_staff
from ringfence.web.operator.rows import rows
from ringfence.web.plots import bars
from ringfence.web.public.trust import WORDS

LATELY: Final = timedelta(days=1)
_STANDING: Final = "SELECT what, number, at FROM lookup.standing_for_operator(%s)"
_TOLD: Final = {
    "jobs_waiting": "Jobs that wait", "jobs_failed": "Jobs that failed", "calls_live": "Calls in progress",
    "mails_waiting": "Mails that wait", "erasures_open": "Deletions under way", "last_sweep": "Last sweep",
    "refused_lately": "Sign-ins of staff refused in the last day",
}  # fmt: skip


@require_GET
@needs_staff
def health(request: HttpRequest) -> HttpResponse:
    """Processes by what they leave undone, the sweep, and every promise that is not kept."""
    now = clock().now()
    lines = tell(load(), newest(), now)
    with rows().transaction() as cursor:
        cursor.execute(_STANDING, (now - LATELY,))
        standing: list[Any] = [(_TOLD[what], number, at) for what, number, at in cursor.fetchall()]
    context = {
        "standing": standing,
        "counts": [(*WORDS[state], sum(line.state is state for line in lines)) for state in State],
        "broken": [line for line in lines if line.state is State.NOT_KEPT],
        "gate": next((line for line in lines if line.promise == "gdpr.transfers"), None),
        "measured": max((line.measured_at for line in lines if line.measured_at), default=None),
    }
    return render(request, "operator/health.html", context)


@require_GET
@needs_staff
def analytics(request: HttpRequest) -> HttpResponse:
    """Which pages were shown how often, by day: counts, of nobody."""
    days = span(request.GET.get("days"))
    found = figures(days, clock().now().date())
    shown: list[tuple[str, str, str, Any]] = [
        ("visitors", "Pages shown to visitors", "pages", found.visitors),
        ("people", "Pages shown to people who opted in", "pages", found.people),
        ("browsers", "Browsers of people who opted in", "browsers", found.browsers),
    ]
    plots = [
        {"id": each, "title": title, "unit": unit, "plot": bars(values, found.first, found.last)}
        for each, title, unit, values in shown
    ]
    return render(
        request, "operator/analytics.html", {"found": found, "days": days, "spans": SPANS, "plots": plots}
    )


@require_GET
@needs_staff
def staff(request: HttpRequest) -> HttpResponse:
    """Who is of the operator's, and what they did."""
    with rows().transaction() as cursor:
        done = deeds.newest(cursor)
    people = everybody()
    names = {each.id: each.called for each in people}
    context = {
        "people": people,
        "deeds": [(each, names.get(each.person_id) if each.person_id else None) for each in done],
    }
    return render(request, "operator/staff.html", context)
