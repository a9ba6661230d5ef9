"""/trust: how each promise stands, what that rests on, and when it was measured."""

from dataclasses import dataclass
from typing import Any, Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_safe

from ringfence.apps.assurance.measurements import newest
from ringfence.lifecycle.assurance.told import Line, tell
from ringfence.lifecycle.assurance.values import State
from ringfence.policy import load
from ringfence.web.clock import clock
from ringfence.web.viewer import anyone

FRESH_S: Final = 10
GROUPS: Final = {
    "collect": "What is collected", "use": "What it is used for", "never": "What is never done",
    "keep": "How long it is kept", "guard": "How it is guarded", "gdpr": "GDPR", "hipaa": "HIPAA", "cookies": "Cookies",
    "publish": "Published",
}  # fmt: skip
WORDS: Final = {
    State.KEPT: ("Kept", "kept"), State.NOT_KEPT: ("Not kept", "broken"), State.GAP: ("Gap", "warning"),
    State.NOT_APPLICABLE: ("Not applicable", "plain"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Shown:
    """A line with the word and the tone of its state."""

    line: Line
    word: str
    tone: str


@require_safe
@anyone
def show(request: HttpRequest) -> HttpResponse:
    """Every promise in a line, by section."""
    lines = tell(load(), newest(), clock().now())
    groups = [
        (title, [_shown(line) for line in lines if line.promise.split(".")[0] == name])
        for name, title in GROUPS.items()
    ]
    counts = [(*WORDS[state], sum(line.state is state for line in lines)) for state in State]
    measured = max((line.measured_at for line in lines if line.measured_at), default=None)
    context = {"groups": groups, "counts": [each for each in counts if each[2]], "measured": measured}
    return _public(render(request, "public/trust.html", context))


@require_safe
@anyone
def machine(_request: HttpRequest) -> HttpResponse:
    """The same as JSON."""
    lines = tell(load(), newest(), clock().now())
    told = {"policy_version": load().version, "promises": [as_json(line) for line in lines]}
    body = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    return _public(HttpResponse(body, content_type="application/json"))


@require_safe
@anyone
def elsewhere(_request: HttpRequest) -> HttpResponse:
    """The address with a slash too many."""
    return redirect("trust", permanent=True)


def as_json(line: Line) -> dict[str, Any]:
    """A line for machines."""
    return {
        "id": line.promise, "promise": line.text, "state": line.state.value, "says": line.says,
        "measured_at": line.measured_at, "since": line.since,
        "evidence": [
            {"source": each.source, "state": each.state, "says": each.says, "facts": dict(each.facts), "measured_at": each.measured_at}
            for each in line.measured
        ],
    }  # fmt: skip


def _shown(line: Line) -> Shown:
    return Shown(line, *WORDS[line.state])


def _public(response: HttpResponse) -> HttpResponse:
    """The same for everybody, and new every few seconds."""
    patch_cache_control(response, public=True, max_age=FRESH_S)
    return response
