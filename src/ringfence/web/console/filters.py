"""The filters of Call Logs, from the address of the page and back: a view can be shared by its address."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.http import QueryDict

from ringfence.apps.calls.listing import CallFilters
from ringfence.apps.numbers.e164 import e164
from ringfence.core.errors import BadInput

COLUMNS: Final = {
    "agent": "Agent", "direction": "Direction", "channel": "Channel", "from": "From", "to": "To",
    "outcome": "Outcome", "duration": "Duration", "parts": "Kept", "until": "Until",
}  # fmt: skip
SHOWN: Final = ("agent", "channel", "from", "outcome", "duration", "parts")
TEXTS: Final = ("agent", "direction", "channel", "outcome", "status")


def read(query: QueryDict) -> tuple[CallFilters, dict[str, str]]:
    """The filters, and what is wrong with those that could not be used, by field."""
    wrong: dict[str, str] = {}
    texts = {name: query.get(name, "").strip() or None for name in TEXTS}
    variable = query.get("variable", "").strip()
    value = query.get("value", "").strip()
    if bool(variable) != bool(value):
        wrong["variable"] = "A variable is looked for by its name and its exact value: give both."
    filters = CallFilters(
        agent=texts["agent"], direction=texts["direction"], channel=texts["channel"], outcome=texts["outcome"],
        status=texts["status"],
        since=_day(query, "since", wrong), until=_day(query, "until", wrong, after=1),
        shortest_s=_seconds(query, "shortest", wrong), longest_s=_seconds(query, "longest", wrong),
        number=_number(query, wrong), words=query.get("q", "").strip()[:300],
        variable=(variable, value) if variable and value else None,
    )  # fmt: skip
    return filters, wrong


def columns(query: QueryDict) -> tuple[str, ...]:
    """The columns to show, in their own order."""
    asked = set(query.getlist("col"))
    return tuple(name for name in COLUMNS if name in asked) or SHOWN


def active(query: QueryDict) -> int:
    """How many filters are set, the search aside."""
    names = (*TEXTS, "since", "until", "shortest", "longest", "number", "variable")
    return sum(1 for name in names if query.get(name, "").strip())


def _day(query: QueryDict, name: str, wrong: dict[str, str], after: int = 0) -> datetime | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        wrong[name] = "Write a day as 2026-11-23."
        return None
    return day + timedelta(days=after)


def _seconds(query: QueryDict, name: str, wrong: dict[str, str]) -> float | None:
    text = query.get(name, "").strip()
    if not text:
        return None
    try:
        parts = [float(part) for part in text.split(":")]
    except ValueError:
        wrong[name] = "Write a duration as 2:07 or as seconds."
        return None
    seconds = 0.0
    for part in parts:
        seconds = seconds * 60 + part
    return seconds


def _number(query: QueryDict, wrong: dict[str, str]) -> str | None:
    text = query.get("number", "").strip()
    if not text:
        return None
    try:
        return e164(text)
    except BadInput:
        wrong["number"] = "Write the whole number with its country, like +1 202 555 0173."
        return None
