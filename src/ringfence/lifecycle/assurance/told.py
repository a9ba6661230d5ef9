"""Looks and trials told together: one line for each promise."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ringfence.apps.assurance.measurements import LOOK, TRIAL, Measured
from ringfence.lifecycle.assurance.gaps import GAPS
from ringfence.lifecycle.assurance.values import State
from ringfence.policy import Policy

LOOK_LIVES: Final = timedelta(minutes=15)
TRIAL_LIVES: Final = timedelta(days=7)
_LIVES: Final = {LOOK: LOOK_LIVES, TRIAL: TRIAL_LIVES}
_WORST: Final = (State.NOT_KEPT, State.GAP, State.KEPT, State.NOT_APPLICABLE)


@dataclass(frozen=True, slots=True)
class Line:
    """A promise, how it stands, and what that rests on. `measured_at` is None for what nothing measures."""

    promise: str
    text: str
    state: State
    says: str
    measured_at: datetime | None
    since: datetime | None
    measured: tuple[Measured, ...]


def tell(policy: Policy, measured: list[Measured], now: datetime) -> list[Line]:
    """A line for every promise, in the policy's order. What was measured too long ago counts as not measured."""
    return [_line(promise, text, measured, now) for promise, text in policy.promises.items()]


def _line(promise: str, text: str, measured: list[Measured], now: datetime) -> Line:
    mine = tuple(each for each in measured if each.promise == promise)
    fresh = [each for each in mine if now - each.measured_at <= _LIVES[each.source]]
    if not fresh:
        says = GAPS.get(promise) or _stale(mine)
        return Line(promise, text, State.GAP, says, None, None, mine)
    worst = min(fresh, key=lambda each: (_WORST.index(State(each.state)), each.source != TRIAL))
    return Line(promise, text, State(worst.state), worst.says, worst.measured_at, worst.since, mine)


def _stale(mine: tuple[Measured, ...]) -> str:
    if mine:
        return "It was measured, but too long ago to count. Is the worker running?"
    return "Not measured yet. The worker looks every few minutes; `ringfence prove` tries it."
