"""The front: ends TLS on the one port, looks once at each connection, then only moves bytes.

A WebSocket upgrade under `/media/` goes to a media process, everything else to the web process;
to the web process with one PROXY protocol line in front (version 1), which tells the client's address. See decision 0001.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from ringfence.boot.answers import CLEAR, answer

HEAD_LIMIT: Final = 16_384
HEAD_S: Final = 10.0
ANSWER_S: Final = (
    90.0  # a request that is not answered by then, because it trickles in or hangs, frees its thread
)
LEAVE_S: Final = 2.0
BUFFER: Final = 1 << 20  # a page's thread is done with a response of this size, however slowly it is read
MOST_CLIENTS: Final = 4096
BACKLOG: Final = 512
_UPGRADE: Final = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)
_TLS_HANDSHAKE: Final = 0x16

Contexts = Callable[[], ssl.SSLContext]


@dataclass(frozen=True, slots=True)
class Backends:
    """The web process's Unix socket, the file that tells the media process's port on the loopback, and our public host."""

    web: Path
    media: Path
    host: str = CLEAR


class _Backend(asyncio.Protocol):
    """The inner side of a pair."""

    def __init__(self, client: "_Client") -> None:
        self._client = client

    def data_received(self, data: bytes) -> None:
        self._client.answered()
        self._client.transport.write(data)

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._client.leave()

    def pause_writing(self) -> None:
        self._client.transport.pause_reading()

    def resume_writing(self) -> None:
        self._client.transport.resume_reading()


class _Client(asyncio.Protocol):
    """The outer side of a pair: buffers the head of the first request, then passes bytes on."""

    transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop, backends: Backends, room: asyncio.Semaphore) -> None:
        self._loop = loop
        self._backends = backends
        self._room = room
        self._head = b""
        self._backend: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._media = False
        self._waiting = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport = cast("asyncio.Transport", transport)
        transport.set_write_buffer_limits(high=BUFFER)
        self._timer = self._loop.call_later(HEAD_S, self._give_up, "408 Request Timeout", "Too slow.")

    def data_received(self, data: bytes) -> None:
        if self._backend is not None:
            self._backend.write(data)
            self._await_answer()
            return
        self._head += data
        if self._connecting is not None:
            return
        end = self._head.find(b"\r\n\r\n")
        if end >= 0:
            self._timer.cancel()
            self.transport.pause_reading()
            self._connecting = self._loop.create_task(self._connect(self._head[: end + 2]))
        elif len(self._head) > HEAD_LIMIT:
            self._give_up("431 Request Header Fields Too Large", "The request's head is too large.")

    def connection_lost(self, exc: Exception | None) -> None:
        self._room.release()
        self._timer.cancel()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._backend is not None:
            self._backend.close()

    def pause_writing(self) -> None:
        if self._backend is not None:
            self._backend.pause_reading()

    def resume_writing(self) -> None:
        if self._backend is not None:
            self._backend.resume_reading()

    async def _connect(self, head: bytes) -> None:
        path = head.split(b"\r\n", 1)[0].split(b" ")[1:2]
        media = bool(path) and path[0].startswith(b"/media/") and _UPGRADE.search(head) is not None
        try:
            backend = await (self._to_media() if media else self._to_web())
        except (OSError, ValueError):
            self._give_up(
                "503 Service Unavailable", "This part of the platform is starting. Try again in a moment."
            )
            return
        self._backend = backend
        self._media = media
        backend.write(self._head if media else self._proxy_line() + self._head)
        self._head = b""
        self._await_answer()
        self.transport.resume_reading()

    def leave(self) -> None:
        """Nothing more is to come for the client. One that has read everything and goes on sending is not waited for."""
        if not self.transport.is_closing():
            if self.transport.get_write_buffer_size() == 0:
                self._loop.call_later(LEAVE_S, self.transport.abort)
            self.transport.close()

    def answered(self) -> None:
        """The backend said something."""
        self._timer.cancel()
        self._waiting = False

    def _await_answer(self) -> None:
        if not self._media and not self._waiting:
            self._waiting = True
            self._timer = self._loop.call_later(ANSWER_S, self.transport.abort)

    async def _to_web(self) -> asyncio.Transport:
        backend, _ = await self._loop.create_unix_connection(lambda: _Backend(self), str(self._backends.web))
        return backend

    async def _to_media(self) -> asyncio.Transport:
        port = int(self._backends.media.read_text())
        backend, _ = await self._loop.create_connection(lambda: _Backend(self), "127.0.0.1", port)
        return backend

    def _proxy_line(self) -> bytes:
        peer, here = self.transport.get_extra_info("peername"), self.transport.get_extra_info("sockname")
        family = "TCP6" if ":" in peer[0] else "TCP4"
        return f"PROXY {family} {peer[0]} {here[0]} {peer[1]} {here[1]}\r\n".encode()

    def _give_up(self, status: str, text: str) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer(status, text, host=self._backends.host))
            self.transport.close()


async def _welcome(
    connection: socket.socket, contexts: Contexts, backends: Backends, room: asyncio.Semaphore
) -> None:
    """Tell those who speak in the clear to use https, before TLS sees their bytes."""
    loop = asyncio.get_running_loop()
    client: _Client | None = None

    def made() -> _Client:
        nonlocal client
        client = _Client(loop, backends, room)
        return client

    try:
        async with asyncio.timeout(HEAD_S):
            if (await _first_byte(loop, connection)) != _TLS_HANDSHAKE:
                await _send_away(loop, connection)
                connection.close()
            else:
                await loop.connect_accepted_socket(
                    made, connection, ssl=contexts(), ssl_handshake_timeout=HEAD_S
                )
    except (OSError, ssl.SSLError, TimeoutError):
        connection.close()
    if client is None or not hasattr(client, "transport"):
        room.release()  # nobody else will


async def _send_away(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> None:
    await loop.sock_recv(connection, HEAD_LIMIT)  # unread bytes would turn the answer into a reset
    await loop.sock_sendall(
        connection,
        answer("400 Bad Request", "Nothing was done: this came in the clear. Use https:// for this port."),
    )
    connection.shutdown(socket.SHUT_WR)


async def _first_byte(loop: asyncio.AbstractEventLoop, connection: socket.socket) -> int:
    """What the client says first, left where it is."""
    ready = asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)
    first = connection.recv(1, socket.MSG_PEEK)
    if not first:
        raise ConnectionResetError
    return first[0]


def listen(port: int) -> list[socket.socket]:
    """Sockets on every address of the machine. Raises OSError if the port is taken."""
    sockets = []
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104 (it is the front)
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            continue  # a machine without IPv6
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((address, port))
        except OSError:
            sock.close()
            if family == socket.AF_INET:
                raise
            continue
        sock.listen(BACKLOG)
        sock.setblocking(False)
        sockets.append(sock)
    return sockets


async def serve(sockets: list[socket.socket], contexts: Contexts, backends: Backends) -> None:
    """Accept until cancelled. `contexts` is asked for each connection: a new certificate is shown to whoever comes next."""
    loop = asyncio.get_running_loop()
    welcoming: set[asyncio.Task[None]] = set()
    room = asyncio.Semaphore(MOST_CLIENTS)

    async def accept(listener: socket.socket) -> None:
        while True:
            await room.acquire()
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError:  # out of descriptors, or a client that left: others still want in
                room.release()
                await asyncio.sleep(0.1)
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = loop.create_task(_welcome(connection, contexts, backends, room))
            welcoming.add(task)
            task.add_done_callback(welcoming.discard)

    async with asyncio.TaskGroup() as group:
        for each in sockets:
            group.create_task(accept(each))
