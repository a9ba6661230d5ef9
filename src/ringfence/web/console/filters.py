"""The filters of Call Logs, from the address of the page and back: a view can be shared by its address."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Final

from django.http import QueryDict

from ringfence.apps.calls.listing import LONGEST_S, CallFilters
from ringfence.apps.numbers.e164 import e164
from ringfence.core.call import Channel, Direction, Outcome, Status
from ringfence.core.errors import BadInput
from ringfence.vault.blind import words
from ringfence.web import days
from ringfence.web.templatetags.show import word

COLUMNS: Final = {
    "agent": "Agent", "direction": "Direction", "channel": "Channel", "from": "From", "to": "To",
    "outcome": "Outcome", "duration": "Duration", "parts": "Kept", "until": "Until",
}  # fmt: skip
SHOWN: Final = ("agent", "channel", "from", "outcome", "duration", "parts")
LISTS: Final[dict[str, tuple[str, ...]]] = {
    "direction": tuple(Direction), "channel": tuple(Channel), "outcome": tuple(Outcome), "status": tuple(Status),
}  # fmt: skip
LABELS: Final = {
    "q": "Said", "agent": "Agent", "direction": "Direction", "channel": "Channel", "outcome": "Outcome",
    "status": "Status", "since": "From", "until": "To", "shortest": "At least", "longest": "At most",
    "number": "Number", "variable": "Variable",
}  # fmt: skip
OWN: Final = {
    "variable": ("variable", "value")
}  # what leaves the address with a filter, where it is not its name


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is set, in words, and the page's address without it."""

    label: str
    value: str
    without: str


def read(query: QueryDict) -> tuple[CallFilters, dict[str, str]]:
    """The filters, and what is wrong with those that could not be used, by field."""
    wrong: dict[str, str] = {}
    texts = {name: query.get(name, "").replace("\0", "").strip() for name in (*LABELS, "value", "zone")}
    for name, known in LISTS.items():
        if texts[name] and texts[name] not in known:
            wrong[name] = "There is no such choice. Choose one of the list."
    if bool(texts["variable"]) != bool(texts["value"]):
        missing = "value" if texts["variable"] else "variable"
        wrong[missing] = "A variable is found by its name and its exact value. Give both."
    since, until = days.between(texts, wrong, _zone(texts["zone"], wrong))
    shortest, longest = _seconds(texts, "shortest", wrong), _seconds(texts, "longest", wrong)
    if shortest is not None and longest is not None and shortest > longest:
        wrong["longest"] = "This is shorter than “at least”. Change one of them."
    if texts["q"] and not words(texts["q"]):
        wrong["q"] = "There is no word in this. Search finds whole words and numbers."
    usable = {name: texts[name] or None for name in ("agent", *LISTS) if name not in wrong}
    filters = CallFilters(
        agent=usable.get("agent"), direction=usable.get("direction"), channel=usable.get("channel"),
        outcome=usable.get("outcome"), status=usable.get("status"), since=since, until=until,
        shortest_s=shortest, longest_s=longest, number=_number(texts["number"], wrong), words="" if "q" in wrong else texts["q"][:300],
        variable=(texts["variable"], texts["value"]) if texts["variable"] and texts["value"] else None,
    )  # fmt: skip
    return filters, wrong


def columns(names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that are columns, in their own order."""
    asked = set(names)
    return tuple(name for name in COLUMNS if name in asked)


def chips(query: QueryDict, agents: Mapping[str, str]) -> list[Chip]:
    """The filters that are set, the search first."""
    found = []
    for name, label in LABELS.items():
        if text := query.get(name, "").strip():
            left = query.copy()
            for each in ("cursor", *OWN.get(name, (name,))):
                left.pop(each, None)
            found.append(Chip(label, _shown(name, text, query, agents), left.urlencode()))
    return found


def _shown(name: str, text: str, query: QueryDict, agents: Mapping[str, str]) -> str:
    if name == "agent":
        return agents.get(text, text)
    if name == "variable":
        return f"{text} = {query.get('value', '')}"
    return word(text) if name in LISTS else text


def _zone(name: str, wrong: dict[str, str]) -> tzinfo:
    try:
        return days.zone_of(name)
    except BadInput as error:
        wrong["since"] = str(error)
        return UTC


def _seconds(texts: Mapping[str, str], name: str, wrong: dict[str, str]) -> float | None:
    if not texts[name]:
        return None
    try:
        seconds = 0.0
        for part in texts[name].split(":"):
            seconds = seconds * 60 + abs(float(part))
        if math.isfinite(seconds) and "-" not in texts[name]:
            if seconds <= LONGEST_S:
                return seconds
            wrong[name] = "No call lasts longer than a day. Write a shorter time, like 2:07."
            return None
    except ValueError:
        pass
    wrong[name] = "Write a time as 2:07, or as seconds."
    return None


def _number(text: str, wrong: dict[str, str]) -> str | None:
    if not text:
        return None
    try:
        return e164(text)
    except BadInput:
        wrong["number"] = "Write the whole number with its country, like +1 202 555 0173."
        return None
