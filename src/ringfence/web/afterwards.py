"""What an answer does not wait for: the time that it takes tells nobody whether there was anything to do.

    afterwards(response, work)

Until `elsewhere` was called the work is done when the answer is closed, in the same thread. A server has a thread of its own for
it: the next request of the same connection does not wait either.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog
from django.db import connections
from django.http import HttpResponse

Work = Callable[[], None]


def afterwards(response: HttpResponse, work: Work) -> HttpResponse:
    """The same answer; the work follows it. What fails is logged, since nobody is there any more to be told."""
    response._resource_closers.append(lambda: _begin(work))  # type: ignore[attr-defined] # noqa: SLF001 (Django's own way to the end)
    return response


def elsewhere() -> None:
    """From here on work is done in a thread of its own, one after the other."""
    office = ThreadPoolExecutor(1, thread_name_prefix="afterwards")

    def closing(work: Work) -> None:
        try:
            _done(work)
        finally:
            connections.close_all()

    begin_with(lambda work: office.submit(closing, work))


def begin_with(way: Callable[[Work], object]) -> None:
    """Set how work is begun."""
    global _begin  # noqa: PLW0603 - one per process, by design
    _begin = way


def _done(work: Work) -> None:
    try:
        work()
    except Exception as error:  # noqa: BLE001 - edge: the answer is given, and the thread has to live
        structlog.get_logger().error("what was to follow an answer failed", exc_info=error)


_begin: Callable[[Work], object] = _done
