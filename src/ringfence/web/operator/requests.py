"""Support requests as staff see them, and asking for access."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ringfence.apps.keys.wiring import vault
from ringfence.apps.staff.people import everybody
from ringfence.apps.support import desk
from ringfence.apps.support.errors import BadRequest
from ringfence.apps.support.requests import checked
from ringfence.apps.support.values import LONGEST_HOURS, SUBJECTS
from ringfence.web.clock import clock
from ringfence.web.operator import telling
from ringfence.web.operator.door import me, needs_staff
from ringfence.web.operator.rows import rows
from ringfence.web.stepup import demand_fresh


@require_GET
@needs_staff
def index(request: HttpRequest) -> HttpResponse:
    """What customers ask, those who wait longest first."""
    with rows().transaction() as cursor:
        waiting = desk.waiting(cursor)
    found = [(each, SUBJECTS[each.subject]) for each in waiting]
    return render(request, "operator/requests.html", {"rows": found})


@require_GET
@needs_staff
def show(request: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """One request: what was said, what was asked for."""
    return _page(request, account_id, request_id)


@require_POST
@needs_staff
def answer(request: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Write to the customer."""
    try:
        text = checked(request.POST.get("text", ""))
    except BadRequest as error:
        return _page(request, account_id, request_id, wrong={error.field: str(error)})
    with rows().transaction(account_id) as cursor:
        desk.answer(cursor, vault(), me(request), account_id, request_id, text, clock())
        telling.answered(account_id, request_id, clock())
    return redirect("operator-request", account_id=account_id, request_id=request_id)


@require_POST
@needs_staff
def ask(request: HttpRequest, account_id: UUID, request_id: UUID) -> HttpResponse:
    """Ask the customer for access, for oneself."""
    demand_fresh(request)
    try:
        wanted = _wanted(request)
        with rows().transaction(account_id) as cursor:
            ask_id = desk.ask(cursor, vault(), me(request), account_id, request_id, wanted, clock())
            telling.asked(account_id, ask_id, clock())
    except BadRequest as error:
        return _page(request, account_id, request_id, wrong={error.field: str(error)})
    return redirect("operator-request", account_id=account_id, request_id=request_id)


def _page(
    request: HttpRequest, account_id: UUID, request_id: UUID, wrong: dict[str, str] | None = None
) -> HttpResponse:
    with rows().transaction(account_id) as cursor:
        found, messages, asks = desk.read(cursor, vault(), account_id, request_id, clock())
    now = clock().now()
    context = {
        "found": found, "subject": SUBJECTS[found.subject], "messages": messages, "mine": me(request).id,
        "asks": [(each, each.state(now).value) for each in asks], "wrong": wrong or {}, "asked": request.POST.dict(),
        "names": {each.id: each.called for each in everybody()}, "longest": LONGEST_HOURS,
    }  # fmt: skip
    return render(request, "operator/request.html", context, status=400 if wrong else 200)


def _wanted(request: HttpRequest) -> desk.Wanted:
    said = request.POST
    which = said.get("call", "")
    try:
        call = UUID(which) if which not in {"", "agent"} else None
        hours = int(said.get("hours", ""))
    except ValueError:
        raise BadRequest("hours", f"Choose what, and a number of hours from 1 to {LONGEST_HOURS}.") from None
    since, until = (None, None) if call else (_day(said.get("since", "")), _day(said.get("until", "")))
    after = until + timedelta(days=1) if until else None
    return desk.Wanted(reason=said.get("reason", ""), hours=hours, call_id=call, since=since, until=after)


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(datetime.fromisoformat(text).date(), time(), UTC) if text else None
    except ValueError:
        raise BadRequest("since", "Write a day as 2026-11-23.") from None
