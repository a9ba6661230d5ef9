"""What the pages' server does about clients that do not keep up, or send what is no request.

A request occupies a thread from its first byte on. The front sends a connection's first head on when it is whole; what follows, bodies
and later heads, has to come at a pace, or the connection ends: a few slow clients would otherwise hold all threads.
"""

import errno
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from ringfence.boot.answers import answer
from ringfence.core.config import current

GRACE_S: Final = 10.0
LEAST_PER_S: Final = 16_384
_STATUS: Final = {
    errors.LimitRequestLine: HTTPStatus.REQUEST_URI_TOO_LONG,
    errors.LimitRequestHeaders: HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    errors.UnsupportedTransferCoding: HTTPStatus.NOT_IMPLEMENTED,
    errors.ExpectationFailed: HTTPStatus.EXPECTATION_FAILED,
}
_SAYS: Final = {
    HTTPStatus.REQUEST_URI_TOO_LONG: "This address is too long.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "The request's head is too large.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong on our side. Try again.",
}


class Patient:
    """The reading side of a connection, which raises ConnectionResetError where what is read comes too slowly."""

    def __init__(self, sock: Any, ticks: Callable[[], float] = time.monotonic) -> None:
        self._sock, self._ticks = sock, ticks
        self.begin()

    def begin(self) -> None:
        """Something new is read from here on: a body, or the next head. The time runs from the first look for it."""
        self._since: float | None = None
        self._got = 0

    def recv(self, size: int) -> bytes:
        now = self._ticks()
        if self._since is None:
            self._since = now
        left = self._since + GRACE_S + self._got / LEAST_PER_S - now
        if left <= 0:
            raise ConnectionResetError(errno.ECONNRESET, "too slow")
        self._sock.settimeout(left)
        try:
            data: bytes = self._sock.recv(size)
        except TimeoutError:
            raise ConnectionResetError(errno.ECONNRESET, "too slow") from None
        finally:
            with suppress(OSError):
                self._sock.setblocking(True)
        self._got += len(data)
        return data


def before(_worker: Any, request: Any) -> None:
    """Gunicorn's hook: a request's head is whole, and its body is read next."""
    if not isinstance(request.unreader.sock, Patient):
        request.unreader.sock = Patient(request.unreader.sock)
    request.unreader.sock.begin()


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gives each request its time, and answers what is none with the headers that every answer has, without repeating it."""

    def handle(self, conn: Any) -> Any:
        """A connection has something to read: a first head, or another after a request that was answered.

        One that ends is ended here: the server's own way waits for the other side on the thread that all connections need. The front
        has read what was said, and passes it on by itself.
        """
        if conn.parser is not None and isinstance(conn.parser.unreader.sock, Patient):
            conn.parser.unreader.sock.begin()
        goes_on = super().handle(conn)
        if goes_on is False:
            with suppress(OSError):
                conn.sock.shutdown(socket.SHUT_RDWR)
        return goes_on

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        ours = not isinstance(exc, errors.ParseException)
        status = HTTPStatus.INTERNAL_SERVER_ERROR if ours else _STATUS.get(type(exc), HTTPStatus.BAD_REQUEST)
        if ours:
            self.log.error("a request failed before it reached a page", exc_info=exc)
        text = _SAYS.get(status, "This is no request that we understand.")
        with suppress(OSError):
            client.settimeout(GRACE_S)
            client.sendall(answer(f"{status.value} {status.phrase}", text, host=current().public_host))
