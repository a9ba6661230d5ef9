"""What is remembered for a while: counts, over all processes, under keys that are keyed hashes (`apps.people.counts`).

The only module that uses Django's cache, so that no family of keys comes to exist that nobody declared. Behind Django's cache
is the same table, for what the sign-in library counts; values are plain JSON, never pickled.
"""

from datetime import timedelta
from typing import Any, Final

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache

from ringfence.apps.people import counts
from ringfence.policy.catalogue import PlaceKind, demand
from ringfence.web.clock import clock

LIBRARY: Final = "library"
_USUAL: Final = timedelta(minutes=5)


def count(family: str, subject: str, within_s: float) -> int:
    """One more for this subject; how many there were within that time. Raises Undeclared for a family that the catalogue
    does not know.
    """
    demand(PlaceKind.CACHE, family)
    return counts.one_more(family, subject, timedelta(seconds=within_s), clock())


class Remembered(BaseCache):
    """Django's cache over our counts: what the sign-in library asks of one, and no more."""

    def __init__(self, _location: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        demand(PlaceKind.CACHE, "library")

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return counts.put_once(LIBRARY, str(key), value, self._within(timeout), clock())

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        found = counts.read(LIBRARY, str(key), clock())
        return default if found is None else found

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        counts.put(LIBRARY, str(key), value, self._within(timeout), clock())

    def delete(self, key: Any, version: int | None = None) -> bool:
        return counts.drop(LIBRARY, str(key))

    def _within(self, timeout: Any) -> timedelta:
        return timedelta(seconds=float(timeout)) if timeout is not DEFAULT_TIMEOUT else _USUAL
