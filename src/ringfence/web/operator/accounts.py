"""Customers' accounts as the operator may see them: metadata and counts. Settings only under broken glass; call data never."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ringfence.apps.accounts.errors import NoSuchAccount
from ringfence.apps.keys.wiring import vault
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.staff.deeds import Deed, write
from ringfence.apps.staff.people import everybody
from ringfence.apps.support import glass
from ringfence.apps.support.errors import BadRequest
from ringfence.web.clock import clock
from ringfence.web.operator import telling
from ringfence.web.operator.door import me, needs_staff
from ringfence.web.operator.rows import rows
from ringfence.web.stepup import demand_fresh

PAGE: Final = 50
COUNTED: Final = timedelta(days=30)
_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_for_operator(%s, %s, %s, %s)"
_FAILED: Final = "SELECT account_id, times, last_at FROM lookup.failed_sign_ins(%s)"
_ONE: Final = "SELECT * FROM lookup.account_for_operator(%s, %s)"


@dataclass(frozen=True, slots=True)
class Account:
    """One customer. Counts are of all time, `calls` of the last thirty days."""

    id: UUID
    slug: str
    name: str
    plan: str
    created_at: datetime
    then_plan: str | None
    then_at: datetime | None
    cancelled_at: datetime | None
    erase_after: datetime | None
    erasing_at: datetime | None
    members: int
    agents: int
    numbers: int
    calls: int
    suppressed: int
    refused: int
    requests: int


@require_GET
@needs_staff
def index(request: HttpRequest) -> HttpResponse:
    """All of them, by short name."""
    wanted, after = request.GET.get("q", "").strip().casefold(), request.GET.get("after", "")
    with rows().transaction() as cursor:
        found = listed(cursor, wanted, after, PAGE + 1)
    context = {
        "accounts": found[:PAGE],
        "next": found[PAGE - 1].slug if len(found) > PAGE else "",
        "q": wanted,
    }
    return render(request, "operator/accounts.html", context)


@require_GET
@needs_staff
def show(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """One of them; what is asked of its glass, and its settings while that is broken."""
    return _page(request, account_id)


@require_POST
@needs_staff
def ask(request: HttpRequest, account_id: UUID) -> HttpResponse:
    """Ask a colleague to confirm that the glass is broken."""
    demand_fresh(request)
    try:
        with rows().transaction(account_id) as cursor:
            _one(cursor, account_id)
            glass.ask(cursor, vault(), me(request), account_id, request.POST.get("reason", ""), clock())
    except BadRequest as error:
        return _page(request, account_id, wrong=str(error))
    return redirect("operator-account", account_id=account_id)


@require_POST
@needs_staff
def confirm(request: HttpRequest, account_id: UUID, glass_id: UUID) -> HttpResponse:
    """The second of two: it is broken, and the customer is told."""
    demand_fresh(request)
    with rows().transaction(account_id) as cursor:
        glass.confirm(cursor, vault(), me(request), account_id, glass_id, clock())
        telling.glass(account_id, clock())
    return redirect("operator-account", account_id=account_id)


@require_GET
@needs_staff
def abuse(request: HttpRequest) -> HttpResponse:
    """Counts by which abuse shows: who is asked to stop calling, whose data were not let out, whose passwords are guessed."""
    with rows().transaction() as cursor:
        found = listed(cursor, "", "", 1000)
        cursor.execute(_FAILED, (_since(),))
        failed = {account_id: (times, last_at) for account_id, times, last_at in cursor.fetchall()}
    shown = [(each, *failed.get(each.id, (0, None))) for each in found]
    shown = [line for line in shown if line[0].suppressed or line[0].refused or line[1]]
    shown.sort(key=lambda line: (line[0].suppressed + line[0].refused + line[1], line[0].slug), reverse=True)
    return render(request, "operator/abuse.html", {"accounts": shown})


def listed(cursor: Cursor, wanted: str, after: str, most: int) -> list[Account]:
    """Accounts by short name, after one, those whose names begin so or hold it."""
    cursor.execute(_ACCOUNTS, (wanted, after, _since(), most))
    return [Account(*row) for row in cursor.fetchall()]


def _page(request: HttpRequest, account_id: UUID, wrong: str = "") -> HttpResponse:
    now = clock().now()
    with rows().transaction(account_id) as cursor:
        account = _one(cursor, account_id)
        write(cursor, Deed.ACCOUNT_SEEN, clock(), customer_id=account_id)
        asked = glass.of_account(cursor, vault(), account_id)
        broken = next((each for each in asked if each.broken(now)), None)
        settings = glass.settings(cursor, vault(), account_id, clock()) if broken else ()
    context = {
        "account": account, "glass": [(each, each.pending(now), each.broken(now)) for each in asked], "broken": broken,
        "settings": settings, "mine": me(request).id, "names": {each.id: each.called for each in everybody()},
        "wrong": wrong, "asked": request.POST.dict(),
    }  # fmt: skip
    return render(request, "operator/account.html", context, status=400 if wrong else 200)


def _one(cursor: Cursor, account_id: UUID) -> Account:
    cursor.execute(_ONE, (account_id, _since()))
    row = cursor.fetchone()
    if row is None:
        raise NoSuchAccount("There is no such account.")
    return Account(*row)


def _since() -> object:
    return (clock().now() - COUNTED).astimezone(UTC).date()
