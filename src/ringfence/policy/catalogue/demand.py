"""Asked where something new could come to exist outside the database: an object, a job, a cache key.

What is not declared is refused there, so that it cannot come to exist (collect.nothing-else).
"""

from collections.abc import Iterable

from ringfence.policy.catalogue.load import catalogue
from ringfence.policy.catalogue.values import Place, PlaceKind
from ringfence.policy.errors import Undeclared


def demand(kind: PlaceKind, name: str, fields: Iterable[str] | None = None) -> Place:
    """The declaration of a place. Raises Undeclared if there is none, or if it holds other `fields` than are declared."""
    place = catalogue().of(kind).get(name)
    if place is None:
        raise Undeclared(
            f"No {kind.value} {name!r} is declared. Say in policy/catalogue what it holds: see declare.md."
        )
    if fields is not None and (differing := sorted(set(fields) ^ set(place.fields))):
        raise Undeclared(
            f"The {kind.value} {name!r} is declared in {place.app}.toml with other fields: {', '.join(differing)}."
        )
    return place
