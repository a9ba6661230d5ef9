"""The front: ends TLS on the one port, looks once at each connection, then only moves bytes.

A WebSocket upgrade under `/media/` goes to a media process, everything else to the web process;
to the web process with one PROXY protocol line in front (version 1), which tells the client's address. See decision 0001.

Room is bounded: altogether, by kind, and for each client's network. Pages leave room for media and media for pages, also within
what one network may have. Whoever has too much is refused before TLS is spoken.
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
from ringfence.core.room import Room, network_of

HEAD_LIMIT: Final = 16_384
HEAD_S: Final = 10.0
ANSWER_S: Final = (
    90.0  # a request that is not answered by then, because it trickles in or hangs, frees its thread
)
LEAVE_S: Final = 2.0
BUFFER: Final = 1 << 20  # a page's thread is done with a response of this size, however slowly it is read
# A reader that takes less than so much in so long is cut: whoever plays a recording asks for the rest again.
STALL_S: Final = 30.0
STALL_LEAST: Final = 32_768
# What the system holds for one reader; more would hide for minutes whether they read.
SEND_BUFFER: Final = 1 << 18
MOST_CLIENTS: Final = 4096
MOST_OF_A_KIND: Final = 3072  # pages, or media: the rest is the other's
MOST_OF_ONE: Final = 1024  # one network: an office of hundreds behind one address, or a carrier
MOST_OF_ONE_KIND: Final = 768
BACKLOG: Final = 512
_UPGRADE: Final = re.compile(rb"\r\nupgrade:[ \t]*websocket[ \t]*\r\n", re.IGNORECASE)
_TLS_HANDSHAKE: Final = 0x16

Contexts = Callable[[], ssl.SSLContext]


class Rooms:
    """What there is room for. A connection is in `everybody` from the start, and in its kind's once it said what it wants."""

    def __init__(self) -> None:
        self.free = asyncio.Semaphore(MOST_CLIENTS)
        self.everybody = Room(MOST_CLIENTS, MOST_OF_ONE)
        self.pages = Room(MOST_OF_A_KIND, MOST_OF_ONE_KIND)
        self.media = Room(MOST_OF_A_KIND, MOST_OF_ONE_KIND)


class _Place:
    """One connection's places in the rooms, given back once."""

    def __init__(self, rooms: Rooms, network: str) -> None:
        self._rooms, self._network = rooms, network
        self._has: list[Room] = []

    def enter(self, room: Room) -> bool:
        """Take a place, if there is one."""
        if not room.enter(self._network):
            return False
        self._has.append(room)
        return True

    def of_kind(self, *, media: bool) -> bool:
        """Take the place of a page's connection, or of media's."""
        return self.enter(self._rooms.media if media else self._rooms.pages)

    def leave(self) -> None:
        self._rooms.free.release()
        while self._has:
            self._has.pop().leave(self._network)


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

    def __init__(self, loop: asyncio.AbstractEventLoop, backends: Backends, place: _Place) -> None:
        self._loop = loop
        self._backends = backends
        self._place = place
        self._stall: asyncio.TimerHandle | None = None
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
        self._place.leave()
        self._timer.cancel()
        self._reads()
        if self._connecting is not None:
            self._connecting.cancel()
        if self._backend is not None:
            self._backend.close()

    def pause_writing(self) -> None:
        if self._backend is not None:
            self._backend.pause_reading()
        self._watch_reader()

    def resume_writing(self) -> None:
        self._reads()
        if self._backend is not None:
            self._backend.resume_reading()

    def _watch_reader(self) -> None:
        """A page's thread waits for a reader that does not keep up. One that takes next to nothing is cut."""
        self._reads()
        self._stall = self._loop.call_later(STALL_S, self._look_again, self.transport.get_write_buffer_size())

    def _look_again(self, before: int) -> None:
        if before - self.transport.get_write_buffer_size() < STALL_LEAST:
            self.transport.abort()
        else:
            self._watch_reader()

    def _reads(self) -> None:
        if self._stall is not None:
            self._stall.cancel()

    async def _connect(self, head: bytes) -> None:
        path = head.split(b"\r\n", 1)[0].split(b" ")[1:2]
        media = bool(path) and path[0].startswith(b"/media/") and _UPGRADE.search(head) is not None
        if not self._place.of_kind(media=media):
            self._give_up(
                "503 Service Unavailable", "Too many connections are open. Close some, and try again."
            )
            return
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


async def _welcome(connection: socket.socket, contexts: Contexts, backends: Backends, place: _Place) -> None:
    """Tell those who speak in the clear to use https, before TLS sees their bytes."""
    loop = asyncio.get_running_loop()
    client: _Client | None = None

    def made() -> _Client:
        nonlocal client
        client = _Client(loop, backends, place)
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
        place.leave()  # nobody else will


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
    rooms = Rooms()

    async def accept(listener: socket.socket) -> None:
        while True:
            await rooms.free.acquire()
            try:
                connection, peer = await loop.sock_accept(listener)
            except OSError:  # out of descriptors, or a client that left: others still want in
                rooms.free.release()
                await asyncio.sleep(0.1)
                continue
            place = _Place(rooms, network_of(peer[0]))
            if not place.enter(rooms.everybody):
                connection.close()
                place.leave()
                continue
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
            task = loop.create_task(_welcome(connection, contexts, backends, place))
            welcoming.add(task)
            task.add_done_callback(welcoming.discard)

    async with asyncio.TaskGroup() as group:
        for each in sockets:
            group.create_task(accept(each))
