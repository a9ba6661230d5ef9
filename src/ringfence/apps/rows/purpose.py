"""What data are read for: each entry to the platform states it, and every statement is held against it before it runs.

    entered(("service", "billing"))      a process, a request: the purposes that it may have, the first of which it has
    with reading_for("billing"): …       within it, this one

A statement that names a personal table is refused unless its purpose is one that the catalogue has for the table, and the policy
lets use its category. Three answers: yes, no, and gap (no purpose was stated, or its condition is not shown), which permits nothing. Refusals are
lines of the log. Django's connections ask here (`accounts.tenancy`), and plain psycopg's by their cursor (`StatedCursor`).
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

import psycopg
import structlog

from ringfence.core.errors import NotAllowed
from ringfence.core.personal import Category
from ringfence.policy import NOTHING_SHOWN, Answer, Shown, may
from ringfence.policy.catalogue import Holding, PlaceKind, catalogue

_FREE: Final = (Holding.OPERATIONAL, Holding.OPERATOR)
_REMEMBERED: Final = 2048


class NotForThis(NotAllowed):
    """Data were to be read for a purpose that may not use them."""

    code = "not_for_this"


class NoPurpose(NotForThis):
    """Data were to be read, and nobody had said for what: a mistake of ours."""

    code = "no_purpose"


@dataclass(frozen=True, slots=True)
class _Stated:
    purposes: tuple[str, ...]
    purpose: str
    shown: Shown = NOTHING_SHOWN


_stated: ContextVar[_Stated | None] = ContextVar("ringfence_purpose", default=None)
_process: list[_Stated] = []


def enter_process(purposes: Sequence[str]) -> None:
    """What this process is for, wherever nothing nearer is stated, in each of its threads; nothing: each entry states its own."""
    _process[:] = [_Stated(tuple(purposes), purposes[0])] if purposes else []


@contextmanager
def entered(purposes: Sequence[str]) -> Iterator[None]:
    """An entry: a request, say. It has the first of these purposes, and may have the others."""
    mark = _stated.set(_Stated(tuple(purposes), purposes[0]))
    try:
        yield
    finally:
        _stated.reset(mark)


@contextmanager
def reading_for(purpose: str, shown: Shown = NOTHING_SHOWN) -> Iterator[None]:
    """Within it, data are read for this. Raises NotForThis where the entry has no such purpose, NoPurpose where nothing is stated."""
    outer = _now()
    if purpose not in outer.purposes:
        raise _refused(NotForThis(f"Nothing here is done for the purpose {purpose!r}."), purpose)
    mark = _stated.set(_Stated(outer.purposes, purpose, shown))
    try:
        yield
    finally:
        _stated.reset(mark)


def stated() -> str | None:
    """The purpose in force."""
    found = _stated.get() or next(iter(_process), None)
    return found.purpose if found else None


def demand(statement: str, *, tried: bool = False) -> None:
    """Raise NotForThis unless the purpose in force may use every personal table that a statement names.

    With `tried` it is somebody who looks whether it would be refused: no line of the log.
    """
    named = tables_of(statement)
    if not named:
        return
    now = _now()
    if not named <= usable(now.purpose, now.shown):
        table = min(named - usable(now.purpose, now.shown))
        error = NotForThis(f"{table} may not be used for the purpose {now.purpose!r}.")
        raise error if tried else _refused(error, table)


def answer(purpose: str, table: str, shown: Shown = NOTHING_SHOWN) -> Answer:
    """Whether a purpose may use a table: the catalogue has it for the table, or for a column of it, and the policy agrees."""
    facets = catalogue().of(PlaceKind.TABLE)[table].facets
    if facets.category in _FREE:
        return Answer.YES
    decision = may(purpose, Category(facets.category.value), shown).answer
    if decision is Answer.YES and purpose not in _purposes(table):
        return Answer.NO
    return decision


@cache
def usable(purpose: str, shown: Shown) -> frozenset[str]:
    """Every table that a purpose may use."""
    return frozenset(table for table in catalogue().of(PlaceKind.TABLE) if answer(purpose, table, shown))


@lru_cache(maxsize=_REMEMBERED)
def tables_of(statement: str) -> frozenset[str]:
    """The personal tables that a statement names."""
    return frozenset(_personal().findall(statement))


class StatedCursor(psycopg.Cursor[Any]):
    """psycopg's cursor, which asks before each statement."""

    def execute(self, query: Any, params: Any = None, **kwargs: Any) -> "StatedCursor":
        demand(_text(query, self))
        super().execute(query, params, **kwargs)
        return self

    def executemany(self, query: Any, params_seq: Any, **kwargs: Any) -> None:
        demand(_text(query, self))
        super().executemany(query, params_seq, **kwargs)


def _text(query: Any, cursor: psycopg.Cursor[Any]) -> str:
    if isinstance(query, psycopg.sql.Composable):
        return query.as_string(cursor)
    return query.decode() if isinstance(query, bytes) else str(query)


def _now() -> _Stated:
    found = _stated.get() or next(iter(_process), None)
    if found is None:
        raise _refused(NoPurpose("Data were to be read, and nobody had said for what."), "none")
    return found


def _purposes(table: str) -> frozenset[str]:
    place = catalogue().of(PlaceKind.TABLE)[table]
    fields = (purpose for field in place.fields.values() for purpose in field.facets.purposes)
    return frozenset((*place.facets.purposes, *fields))


@cache
def _personal() -> re.Pattern[str]:
    named = [
        name for name, place in catalogue().of(PlaceKind.TABLE).items() if place.facets.category not in _FREE
    ]
    return re.compile(r"\b(?:" + "|".join(sorted(named)) + r")\b")


def _refused(error: NotForThis, reference: str) -> NotForThis:
    structlog.get_logger().error("a read was refused for its purpose", code=error.code, reference=reference)
    return error
