"""Answers that take a while: whoever may not have them any more gets no further byte of them.

`needs`, for pages and for the API, says of each request how to ask again; what is sent in pieces asks every `CHECK_S` seconds.

Each of them keeps a thread for as long as it is read. So there are places for them (`placed`), fewer than threads: however slowly
some are read, the others answer pages. The front ends what is not read on at all (`boot.front.STALL_S`).
"""

import threading
import weakref
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from ringfence.core.clock import Clock
from ringfence.core.errors import NotAllowed, Unavailable
from ringfence.core.room import Room

CHECK_S: Final = 0.4
# Of one process; `boot.web.THREADS` less the first is what pages always have.
MOST: Final = 20
MOST_OF_AN_ACCOUNT: Final = 10
MOST_OF_ONE: Final = 5
Still = Callable[[], bool]
Answers = Callable[..., Any]

# A place that nobody knows of any more may be given back in the middle of taking another, by the same thread.
_lock: Final = threading.RLock()
_accounts: Final = Room(MOST, MOST_OF_AN_ACCOUNT)
_holders: Final = Room(MOST, MOST_OF_ONE)


class Withdrawn(NotAllowed):
    """A role, a session or a key was taken away while something was being sent."""

    code = "withdrawn"


class TooMany(Unavailable):
    """So much is being sent, to this one, to this account or to all, that pages would be left without threads."""

    code = "too_many_streams"


def begin(request: HttpRequest, still: Still, account_id: UUID | None, holder: UUID) -> None:
    """Say of a request how to ask whether whoever sent it may still have its answer, and who that is; staff are of no account."""
    request.still = still  # type: ignore[attr-defined]
    request.holder = (account_id, holder)  # type: ignore[attr-defined]


def placed(view: Answers) -> Answers:
    """For a page or an operation that sends in pieces: what it sends has a place until it is closed. Stands under `needs`.

    Raises TooMany before anything is opened.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        place = _Place(*request.holder)  # type: ignore[attr-defined]
        with ExitStack() as over:
            over.callback(place.close)
            response: HttpResponseBase = view(request, *args, **kwargs)
            if isinstance(response, StreamingHttpResponse):
                response.streaming_content = _Sent(response, place)
                over.pop_all()
        return response

    return checked


class _Place:
    """One of the places for what is sent in pieces. Given back once, at the latest when nobody knows of it any more."""

    def __init__(self, account_id: UUID | None, holder: UUID) -> None:
        with _lock:
            free = _accounts.enter(account_id)
            if free and not _holders.enter(holder):
                _accounts.leave(account_id)
                free = False
        if not free:
            raise TooMany(
                "Too much is being downloaded or played at once. Wait for something to end, then try again."
            )
        self.close = weakref.finalize(self, _leave, account_id, holder)


def _leave(account_id: UUID | None, holder: UUID) -> None:
    with _lock:
        _accounts.leave(account_id)
        _holders.leave(holder)


class _Sent:
    """What a response sends, in its place. Whoever serves it closes it, read to the end or not."""

    def __init__(self, response: StreamingHttpResponse, place: _Place) -> None:
        self._pieces: Iterator[bytes] = iter(response.streaming_content)  # type: ignore[arg-type]
        self._place = place

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        self._place.close()


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
