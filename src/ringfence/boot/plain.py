"""The port for plain HTTP, where one is wanted (RINGFENCE_HTTP_PORT): it leads pages to https, and does nothing else.

Whatever is no page is refused, because whoever sends it would go on sending keys and words in the clear and never notice: the
API, webhooks, media, WebSockets, forms, and whatever carries a key. A redirect leads to this installation's own address,
whichever host was asked for.
"""

import asyncio
import json
import re
import socket
from typing import Final, cast
from urllib.parse import unquote

from ringfence.boot.answers import answer
from ringfence.core.room import Room, network_of

HEAD_LIMIT: Final = 16_384
HEAD_S: Final = 5.0
MOST_CLIENTS: Final = 256
MOST_OF_ONE: Final = 64  # one network
PAGES: Final = frozenset({"GET", "HEAD"})
NEVER: Final = frozenset({"api", "webhooks", "media"})
SENTENCE: Final = (
    "Nothing is done with a request that came in the clear. Send it to the same address with https://, and replace a key or "
    "password that was sent along: others may have read it."
)
_REQUEST: Final = re.compile(r"([A-Z]{1,20}) (/[!-~]{0,4096}) HTTP/1\.[01]")
_NO_PAGE: Final = re.compile(
    rb"\r\n(?:(?:proxy-)?authorization|upgrade|transfer-encoding)[ \t]*:", re.IGNORECASE
)


def decide(head: bytes, public_url: str) -> bytes:
    """The whole answer to a request whose head, up to its empty line, is `head`."""
    line = _REQUEST.fullmatch(head.partition(b"\r\n")[0].decode("latin-1"))
    if line is None:
        return answer("400 Bad Request", "This is no request for a page. Use https:// here.")
    method, target = line.groups()
    if method not in PAGES or _NO_PAGE.search(head) or _first(target) in NEVER:
        return _refused()
    to = {"Location": public_url + target}
    return answer("308 Permanent Redirect", "This page is at the same address with https://.", more=to)


def _first(target: str) -> str:
    """The first part of a path, as the pages' server would read it."""
    path = unquote(target.partition("?")[0].partition("#")[0]).replace("\\", "/")
    parts = [each for each in path.split("/") if each not in {"", "."}]
    return "api" if ".." in parts else parts[0].casefold() if parts else ""


def _refused() -> bytes:
    problem = {"title": "Forbidden", "status": 403, "code": "in_the_clear", "detail": SENTENCE}
    return answer("403 Forbidden", json.dumps(problem), kind="application/problem+json")


class _Client(asyncio.Protocol):
    """Reads one head, answers, and closes."""

    def __init__(self, public_url: str, room: Room) -> None:
        self._public_url, self._room = public_url, room
        self._head, self._answered = b"", False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._timer = asyncio.get_running_loop().call_later(HEAD_S, self._transport.abort)
        self._network = network_of(transport.get_extra_info("peername")[0])
        self._inside = self._room.enter(self._network)
        if not self._inside:
            self._transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._answered:
            return
        self._head += data
        end = self._head.find(b"\r\n\r\n")
        if end >= 0:
            self._end(decide(self._head[: end + 2], self._public_url))
        elif len(self._head) > HEAD_LIMIT:
            self._end(answer("431 Request Header Fields Too Large", "The request's head is too large."))

    def connection_lost(self, exc: Exception | None) -> None:
        self._timer.cancel()
        if self._inside:
            self._room.leave(self._network)

    def _end(self, said: bytes) -> None:
        self._answered = True
        self._transport.write(said)
        if self._transport.can_write_eof():
            self._transport.write_eof()  # what is still being sent is read until then: it would turn the answer into a reset


async def serve(sockets: list[socket.socket], public_url: str) -> None:
    """Accept until cancelled."""
    loop, room = asyncio.get_running_loop(), Room(MOST_CLIENTS, MOST_OF_ONE)
    servers = [await loop.create_server(lambda: _Client(public_url, room), sock=each) for each in sockets]
    try:
        await loop.create_future()
    finally:
        for each in servers:
            each.close()
