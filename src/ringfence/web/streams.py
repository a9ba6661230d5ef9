"""Answers that take a while: whoever may not have them any more gets no further byte of them.

`needs`, for pages and for the API, says of each request how to ask again; what is sent in pieces asks every `CHECK_S` seconds.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from django.http import HttpRequest

from ringfence.core.clock import Clock
from ringfence.core.errors import NotAllowed

CHECK_S: Final = 0.4
Still = Callable[[], bool]


class Withdrawn(NotAllowed):
    """A role, a session or a key was taken away while something was being sent."""

    code = "withdrawn"


def begin(request: HttpRequest, still: Still) -> None:
    """Say of a request how to ask whether whoever sent it may still have its answer."""
    request.still = still  # type: ignore[attr-defined]


def demand_still(request: HttpRequest) -> None:
    """Raise Withdrawn unless whoever sent this request may still have its answer."""
    still: Still = request.still  # type: ignore[attr-defined]
    if not still():
        raise Withdrawn("This was open to you when it began, and is not any more.")


def guarded(request: HttpRequest, pieces: Iterable[bytes], clock: Clock) -> Iterator[bytes]:
    """The pieces, as long as they may be had. Raises Withdrawn between two of them: the connection breaks off, so that nobody takes
    what arrived for the whole.
    """
    checked = clock.monotonic()
    for piece in pieces:
        if clock.monotonic() - checked >= CHECK_S:
            demand_still(request)
            checked = clock.monotonic()
        yield piece
