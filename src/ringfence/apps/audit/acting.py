"""Who is acting: said once at a process's edge (a request, a command), known to every event beneath it.

Nobody said is the platform itself: jobs, carriers' webhooks, calls in progress.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    MEMBER = "member"
    API_KEY = "api_key"
    SYSTEM = "system"
    OPERATOR = "operator"  # the command line of the installation
    STAFF = "staff"  # a person of the operator's, let in by the customer


@dataclass(frozen=True, slots=True)
class Actor:
    """An id and what it is the id of; never a name. `source` is the address a request came from, if it came from one."""

    kind: ActorKind
    id: UUID | None = None
    source: str | None = None


PLATFORM = Actor(ActorKind.SYSTEM)
_actor: ContextVar[Actor] = ContextVar("ringfence_actor", default=PLATFORM)
_absorbed: ContextVar[bool] = ContextVar("ringfence_absorbed", default=False)


def actor() -> Actor:
    return _actor.get()


@contextmanager
def acting(who: Actor) -> Iterator[None]:
    """Within it, `who` does whatever is done."""
    mark = _actor.set(who)
    try:
        yield
    finally:
        _actor.reset(mark)


def act_for_good(who: Actor) -> None:
    """The same until the process ends: for commands."""
    _actor.set(who)


@contextmanager
def part_of_one_act() -> Iterator[None]:
    """Reads within it belong to an act that was written down already, and leave no event of their own. Changes always do."""
    mark = _absorbed.set(True)
    try:
        yield
    finally:
        _absorbed.reset(mark)


def absorbed() -> bool:
    return _absorbed.get()
