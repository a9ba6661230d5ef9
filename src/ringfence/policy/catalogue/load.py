"""Reading the catalogue's files. They are held against the policy: a purpose it forbids cannot be declared."""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from ringfence.core.personal import Category
from ringfence.policy.catalogue.values import (
    Catalogue,
    Erasure,
    Facets,
    Field,
    Holding,
    Kind,
    Place,
    PlaceKind,
    Whose,
)
from ringfence.policy.errors import BadPolicy
from ringfence.policy.load import load
from ringfence.policy.table import Lines, Table, word
from ringfence.policy.values import Policy, Use

INSTALLATION: Final = "installation"  # as long as the installation itself
MOMENT: Final = "moment"  # minutes at most, or while one process lives
EXEMPT: Final = (Holding.OPERATIONAL, Holding.OPERATOR)


@cache
def catalogue() -> Catalogue:
    """What this version of the platform declares."""
    folder = files("ringfence.policy.catalogue")
    sources = {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".toml")}
    return read(sources, load())


def read(sources: dict[str, str], policy: Policy) -> Catalogue:
    """A catalogue from its files. Raises BadPolicy with file, line and reason."""
    places: list[Place] = []
    known: dict[tuple[PlaceKind, str], str] = {}
    for file in sorted(sources):
        for place in _Reader(file, sources[file], policy).places():
            if (place.kind, place.name) in known:
                raise BadPolicy(
                    1, f"{place.name!r} is declared in {known[place.kind, place.name]}, too.", file
                )
            known[place.kind, place.name] = file
            places.append(place)
    return Catalogue(places)


def lapsed(known: Catalogue, today: date) -> list[Place]:
    """Exemptions whose end has come: somebody has to look at them again."""
    return [place for place in known.places if place.until is not None and place.until <= today]


class _Reader:
    def __init__(self, file: str, source: str, policy: Policy) -> None:
        try:
            self._values = tomllib.loads(source)
        except tomllib.TOMLDecodeError as error:
            raise BadPolicy(1, f"not TOML: {error}.", file) from None
        self._lines = Lines(source, file)
        self._app = file.removesuffix(".toml")
        self._policy = policy
        self._purposes = {purpose.id: purpose for purpose in policy.purposes}
        self._periods = {*policy.retention, *(kept.id for kept in policy.kept), INSTALLATION, MOMENT}

    def places(self) -> Iterable[Place]:
        for kind, named in self._values.items():
            root = Table(self._lines, kind, self._values)
            if kind not in set(PlaceKind):
                raise root.bad(None, f"[{kind}.…] is none of: {', '.join(PlaceKind)}.")
            for name, values in named.items():
                yield self._place(PlaceKind(kind), name, Table(self._lines, f"{kind}.{name}", values))

    def _place(self, kind: PlaceKind, name: str, table: Table) -> Place:
        facets = self._facets(table, None)
        exempt = facets.category is Holding.OPERATIONAL
        reach = self._words(table, "reach") if table.has("reach") else ()
        unreachable = table.text("unreachable") if table.has("unreachable") else None
        if facets.category not in EXEMPT and bool(reach) == bool(unreachable):
            raise table.bad(None, f"[{table.header}] needs either 'reach' or 'unreachable', and not both.")
        place = Place(
            kind=kind,
            name=name,
            app=self._app,
            holds=table.text("holds"),
            facets=facets,
            reach=reach,
            unreachable=unreachable,
            why=table.text("why") if exempt else None,
            until=table.take("until", date) if exempt else None,
            fields=MappingProxyType(self._fields(table, facets)),
        )
        table.done()
        return place

    def _fields(self, table: Table, facets: Facets) -> dict[str, Field]:
        if table.has("kind"):
            return {"": self._field("", {"kind": table.text("kind")}, table, facets)}
        each = table.take("fields", dict)
        inner = Table(self._lines, f"{table.header}.fields", each)
        return {
            name: self._field(name, {"kind": said} if isinstance(said, str) else said, inner, facets)
            for name, said in each.items()
        }

    def _field(self, name: str, said: dict[str, Any], table: Table, facets: Facets) -> Field:
        """`table` is where its line is found; `said` are its own words, which go before the place's."""
        one = _Inline(self._lines, table.header, said, at=name or None)
        kind = word(one, "kind", Kind)
        own = self._facets(one, facets)
        if own.category is Holding.OPERATIONAL and facets.category is not Holding.OPERATIONAL:
            raise one.bad(None, "a field of personal data cannot be operational: it follows its place.")
        if own.category is Holding.OPERATIONAL and kind.free:
            raise one.bad(None, f"{name!r} can hold people's words, so it cannot be operational.")
        loggable = one.take("loggable", bool) if one.has("loggable") else kind.loggable
        if loggable and not kind.loggable:
            raise one.bad(None, f"no log may hold what is {kind.value!r}.")
        one.done()
        return Field(name=name, kind=kind, facets=own, loggable=loggable)

    def _facets(self, table: Table, default: Facets | None) -> Facets:
        """What the table says of itself, or else what its place says."""

        def own(key: str) -> bool:
            return default is None or table.has(key)

        category = word(table, "category", Holding) if own("category") else _of(default).category
        erasure = word(table, "erasure", Erasure) if own("erasure") else _of(default).erasure
        ground = table.text("ground") if table.has("ground") else None
        facets = Facets(
            category=category,
            whose=word(table, "whose", Whose) if own("whose") else _of(default).whose,
            purposes=self._words(table, "purposes") if own("purposes") else _of(default).purposes,
            retention=table.text("retention") if own("retention") else _of(default).retention,
            erasure=erasure,
            ground=ground or (default.ground if default and erasure is default.erasure else None),
            exported=table.take("exported", bool) if own("exported") else _of(default).exported,
        )
        self._check(table, facets)
        return facets

    def _check(self, table: Table, facets: Facets) -> None:
        exempt = facets.category in EXEMPT
        if facets.retention not in self._periods:
            raise table.bad("retention", f"{facets.retention!r} is no line of the policy.")
        if facets.retention == INSTALLATION and facets.category is not Holding.OPERATIONAL:
            raise table.bad("retention", "only operational data stay as long as the installation.")
        if (facets.erasure is Erasure.KEPT) is (facets.ground is None):
            raise table.bad("erasure", "'ground' says why something is kept, and stands there only then.")
        if facets.erasure is Erasure.NOTHING and not exempt:
            raise table.bad("erasure", "erasure does something to everything that is personal.")
        if not facets.purposes and facets.category is not Holding.OPERATIONAL:
            raise table.bad("purposes", "what is personal serves a purpose of the policy.")
        for purpose in facets.purposes:
            if purpose not in self._purposes:
                raise table.bad("purposes", f"{purpose!r} is not a purpose of the policy.")
            if exempt:
                continue
            if self._purposes[purpose].uses[Category(facets.category)] is Use.NO:
                raise table.bad(
                    "purposes", f"the policy does not allow {facets.category} data for {purpose!r}."
                )

    def _words(self, table: Table, key: str) -> tuple[str, ...]:
        found = table.take(key, list)
        if not all(isinstance(each, str) for each in found):
            raise table.bad(key, f"'{key}' must be a list of texts.")
        return tuple(found)


class _Inline(Table):
    """The words of one field, all on one line."""

    def __init__(self, lines: Lines, header: str, values: dict[str, Any], at: str | None) -> None:
        super().__init__(lines, header, values)
        self._at = at

    def bad(self, key: str | None, reason: str) -> BadPolicy:
        return BadPolicy(self.lines.of(self.header, 0, self._at), reason, self.lines.file)


def _of(default: Facets | None) -> Facets:
    assert default is not None  # noqa: S101 - asked only where `own` says that the place answers
    return default
