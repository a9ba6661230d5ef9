"""The catalogue as a page: where which data rests or passes."""

from collections.abc import Iterator
from typing import Final

from ringfence.policy.catalogue.values import Catalogue, Field, Place, PlaceKind
from ringfence.policy.values import Policy

HEAD: Final = """# Where data rests

Everything that rests or passes in an installation, as the catalogue declares it (`src/ringfence/policy/catalogue/`). A process refuses
to start over a database that holds something else. This page is made from the catalogue: `make docs` writes it anew, and a test
holds it against the declarations.

Retention names a line of `policy.toml`; its periods are at `/privacy`. Erasure says what deletion, and the end of the period, do:
`deleted` (it goes), `blanked` (the value goes), `key` (the key that opens it is destroyed first, then its bytes go), `kept` (on the ground
that is named), `nothing` (nothing of anybody is in it).
"""
_TITLES: Final = {
    PlaceKind.TABLE: "Tables of the database",
    PlaceKind.OBJECT: "Prefixes of the object store",
    PlaceKind.EPOCH: "Kinds of key in the keyring",
    PlaceKind.LEDGER: "Prefixes of the ledger",
    PlaceKind.FILE: "Files of the data folder and beside it",
    PlaceKind.JOB: "Jobs that wait",
    PlaceKind.CACHE: "Caches",
    PlaceKind.LOG: "Logs",
    PlaceKind.METRIC: "Metrics",
    PlaceKind.WEBHOOK: "Webhooks",
}


def data_map(known: Catalogue, policy: Policy) -> str:
    """The whole page, as Markdown."""
    return "\n".join([HEAD, *_sections(known, policy)]).rstrip() + "\n"


def _sections(known: Catalogue, policy: Policy) -> Iterator[str]:
    for kind, title in _TITLES.items():
        places = known.of(kind)
        if not places:
            continue
        yield f"## {title}\n"
        for name in sorted(places):
            yield from _place(places[name], policy)


def _place(place: Place, policy: Policy) -> Iterator[str]:
    facets = place.facets
    yield f"### {place.name}\n"
    yield f"{place.holds}\n"
    yield f"- category: {facets.category}, of: {facets.whose}, exported to who asks: {_yes(yes=facets.exported)}"
    if facets.purposes:
        yield f"- used for: {', '.join(facets.purposes)}"
    yield f"- kept: {kept(facets.retention, policy)}; erasure: {facets.erasure}" + (
        f" ({facets.ground})" if facets.ground else ""
    )
    if place.reach:
        yield f"- found by: {', '.join(place.reach)}"
    if place.unreachable:
        yield f"- not reachable from a person: {place.unreachable}"
    if place.why:
        yield f"- exempt until {place.until}: {place.why}"
    yield ""
    yield from _fields(place)


def _fields(place: Place) -> Iterator[str]:
    if set(place.fields) == {""}:
        yield f"Holds: {place.fields[''].kind}.\n"
        return
    yield "| field | kind | sealed | may be logged | otherwise than the place |"
    yield "|---|---|---|---|---|"
    for field in place.fields.values():
        yield f"| {field.name} | {field.kind} | {_yes(yes=field.sealed)} | {_yes(yes=field.loggable)} | {_differs(field, place)} |"
    yield ""


def _differs(field: Field, place: Place) -> str:
    own, its = field.facets, place.facets
    found = [
        f"{name}: {', '.join(value) if isinstance(value, tuple) else value}"
        for name in ("category", "whose", "purposes", "retention", "erasure")
        if (value := getattr(own, name)) != getattr(its, name)
    ]
    if own.exported != its.exported:
        found.append("exported" if own.exported else "not exported")
    return "; ".join(found)


def kept(retention: str, policy: Policy) -> str:
    """A line of the policy by its id and promise; what is no line of it in words."""
    words = {
        "installation": "as long as the installation",
        "moment": "for minutes at most, or while one process lives",
    }
    if retention in words:
        return words[retention]
    promises = {part.value: line.promise for part, line in policy.retention.items()}
    promises |= {line.id: line.promise for line in policy.kept}
    return f"`{retention}` ({promises[retention]})"


def _yes(*, yes: bool) -> str:
    return "yes" if yes else "no"
