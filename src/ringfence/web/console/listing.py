"""Learn → Call Logs: the list, and the rows of it that still change."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.apps.agents.agents import agents
from ringfence.apps.calls.listing import CallFilters, CallRow, list_calls
from ringfence.core.call import Channel, Outcome, Status
from ringfence.core.errors import BadInput
from ringfence.web.access import Action
from ringfence.web.clock import clock
from ringfence.web.console import filters
from ringfence.web.viewer import Viewer, needs, viewer_of

PAGE = 50
FEW = 3  # calls of an account that is new here
COLUMNS = "columns"
LIVE = (Status.RINGING.value, Status.IN_PROGRESS.value)
_NEXT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it is shown: with the agent's name, and whether the call is still going on."""

    row: CallRow
    agent: str
    live: bool


@require_GET
@needs(Action.SEE_CALLS)
def index(request: HttpRequest) -> HttpResponse:
    """The list. Its first rows follow the calls in progress, unless it is a search: what is sealed is not opened again and
    again for a page that nobody touches.
    """
    viewer = viewer_of(request)
    names = names_of(viewer.account_id)
    asked, wrong = filters.read(request.GET)
    if not viewer.may(Action.READ_CALLS) and (asked.words or asked.variable or asked.number):
        wrong["q"] = "Your role may not search in what was said."
    rows, after = ((), None) if wrong else _page(viewer, asked, request.GET.get("cursor") or None)
    query = request.GET.copy()
    query.pop("cursor", None)
    chips = filters.chips(request.GET, names)
    changing = asked == _in_the_clear(asked) and not request.GET.get("cursor")
    edge = _edge(rows)
    columns = _columns(request)
    context: dict[str, Any] = {
        **_table(columns), "all_columns": filters.COLUMNS, "usual": _usual(request), "wrong": wrong, "asked": request.GET, "next": after, "address": query.urlencode(),
        "chips": chips, "names": names, "channels": tuple(Channel), "outcomes": tuple(Outcome), "changing": changing,
        "head": [_line(row, names) for row in rows if changing and row.started_at >= edge],
        "rows": [_line(row, names) for row in rows if not changing or row.started_at < edge],
        "first": _first(rows) if changing and not chips and viewer.may(Action.READ_CALLS) else None,
        "live_address": _live_address(query, columns, edge if rows else None),
    }  # fmt: skip
    return render(request, "calls/index.html", context, status=400 if wrong else 200)


@require_GET
@needs(Action.SEE_CALLS)
def live(request: HttpRequest) -> HttpResponse:
    """The rows from `from` on, asked for again and again by the list. An empty list is told to load anew once it has any."""
    viewer = viewer_of(request)
    names = names_of(viewer.account_id)
    edge = _moment(request.GET.get("from", ""))
    asked = _in_the_clear(filters.read(request.GET)[0])
    rows, _ = _page(viewer, replace(asked, since=edge or asked.since), None, watching=True)
    if edge is None:
        return HttpResponse(headers={"HX-Refresh": "true"} if rows else {})
    columns = filters.columns(request.GET.getlist("col")) or filters.SHOWN
    context = {**_table(columns), "lines": [_line(row, names) for row in rows]}
    return render(request, "calls/_rows.html", context)


def names_of(account_id: UUID) -> dict[str, str]:
    """Agents by their short names: those put away, too, since their calls stay."""
    return {each.slug: each.name for each in (*agents(account_id, archived=True), *agents(account_id))}


def _page(
    viewer: Viewer, asked: CallFilters, cursor: str | None, *, watching: bool = False
) -> tuple[tuple[CallRow, ...], str | None]:
    found = list_calls(
        viewer.account_id, asked, clock=clock(), cursor=cursor, limit=PAGE, watching=watching,
        unmask=viewer.may(Action.READ_CALLS),
    )  # fmt: skip
    return found.rows, found.next


def _first(rows: tuple[CallRow, ...]) -> CallRow | None:
    """The call that somebody who is new here can listen to; None where there are many."""
    heard = (row for row in rows if row.recording == "kept")
    return next(heard, None) if len(rows) <= FEW else None


def _edge(rows: tuple[CallRow, ...]) -> datetime:
    """Whatever begins from here on may still change: the oldest call in progress, or what comes after the newest."""
    going = [row.started_at for row in rows if row.status in LIVE]
    return min(going) if going else max((row.started_at + _NEXT for row in rows), default=clock().now())


def _in_the_clear(asked: CallFilters) -> CallFilters:
    """Without what only indexes under keys find."""
    return replace(asked, words="", number=None, variable=None)


def _columns(request: HttpRequest) -> tuple[str, ...]:
    """Those that the address names, which are remembered as long as the session; else those remembered."""
    asked, kept = filters.columns(request.GET.getlist("col")), _remembered(request)
    if asked and asked != kept:
        request.session[COLUMNS] = list(asked)
    return asked or kept


def _remembered(request: HttpRequest) -> tuple[str, ...]:
    return filters.columns(request.session.get(COLUMNS, ())) or filters.SHOWN


def _usual(request: HttpRequest) -> tuple[str, ...]:
    """What an address without columns shows to everybody; nothing, where this session remembers others."""
    return filters.SHOWN if _remembered(request) == filters.SHOWN else ()


def _table(columns: tuple[str, ...]) -> dict[str, Any]:
    return {"columns": columns, "heads": [(name, filters.COLUMNS[name]) for name in columns]}


def _live_address(query: QueryDict, columns: tuple[str, ...], edge: datetime | None) -> str:
    asked = query.copy()
    asked.setlist("col", list(columns))
    asked["from"] = edge.isoformat() if edge else ""
    return asked.urlencode()


def _line(row: CallRow, names: dict[str, str]) -> Line:
    return Line(row, names.get(row.agent_slug, row.agent_slug), row.status in LIVE)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        raise BadInput("That is no moment. Load Call Logs again.") from None
    if found is not None and found.tzinfo is None:
        raise BadInput("That moment has no time zone. Load Call Logs again.")
    return found
