"""The gate's sockets: a head, an answer, then bytes both ways, counted."""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from ringfence.core.errors import Unavailable
from ringfence.egress.gate import REASON
from ringfence.egress.nearby import Address
from ringfence.egress.proxy.book import Line, Note
from ringfence.egress.proxy.head import Asked, Head
from ringfence.egress.proxy.judge import Judge, No, Pass
from ringfence.egress.recipients import Going

HEAD_S: Final = 5.0
CONNECT_S: Final = 8.0
COUNT_S: Final = 5.0
PIECE: Final = 64 * 1024
_TLS: Final = 0x16  # a handshake record, RFC 8446, section 5.1
_STATUS: Final = {"no_pass": "407 Proxy Authentication Required", "not_connect": "405 Method Not Allowed"}
_LATER: Final = frozenset({"gate_away", "no_address", "unreachable"})


@dataclass(slots=True)
class _Tunnel:
    """One that is open, with what it carried and has not said yet."""

    pass_: Pass
    going: Going
    sent: int = 0
    received: int = 0

    def line(self) -> Line | None:
        if not self.sent and not self.received:
            return None
        line = Line(
            recipient_id=self.pass_.recipient.id, going=self.going, sent=self.sent, received=self.received
        )
        self.sent = self.received = 0
        return line


@dataclass(slots=True)
class Server:
    """Serves until cancelled. `word` is what processes of this installation know."""

    judge: Judge
    word: str = field(repr=False)
    _open: dict[int, _Tunnel] = field(default_factory=dict)
    _left: list[Line] = field(default_factory=list)
    _here: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    async def run(self, listening: socket.socket, ready: Callable[[], None]) -> None:
        """Accept on a bound socket; `ready` is called once it does. When this ends, nobody is connected any more."""
        server = await asyncio.start_server(self._welcome, sock=listening, limit=PIECE)
        ready()
        try:
            async with server:
                while True:
                    await asyncio.sleep(COUNT_S)
                    await self._count()
        finally:
            for _ in range(3):
                await asyncio.sleep(0)  # whoever was accepted already has arrived after that
            here = dict(self._here)
            for each in here:
                each.cancel()
            await asyncio.gather(*here, *(_gone(each) for each in here.values()), return_exceptions=True)
            await self._count()

    async def _count(self) -> None:
        lines = self._left + [line for each in self._open.values() if (line := each.line())]
        self._left = []
        if not lines:
            return
        try:
            await asyncio.to_thread(self.judge.book.carried, lines)
        except Unavailable:
            self._left += lines  # told at the next count

    def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A task for each that is ours, not asyncio's: held on to, and its socket closed even if it is cancelled before it began."""
        _at_once(writer)
        task = asyncio.get_running_loop().create_task(self._attend(reader, writer))
        self._here[task] = writer
        task.add_done_callback(self._leave)

    def _leave(self, task: asyncio.Task[None]) -> None:
        self._here.pop(task).close()

    async def _attend(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, TimeoutError):  # whoever asked has left
            await self._answer(reader, writer)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = Head(self.word)
        asked = await _asked(head, reader)
        if asked.reason or asked.going is None:
            return await self._refuse(writer, asked, asked.reason or "no_pass")
        verdict = await self.judge.judge(asked.going, asked.target)
        if isinstance(verdict, No):
            return await self._refuse(writer, asked, verdict.reason)
        far = await _connect(verdict.addresses, asked.target.port)
        if far is None:
            return await self._refuse(writer, asked, "unreachable")
        with _closing(far[1]):
            try:
                await asyncio.to_thread(self.judge.book.begun, verdict.recipient, asked.going)
            except Unavailable:
                return await self._refuse(writer, asked, "gate_away")
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            return await self._carry(reader, writer, far, _Tunnel(verdict, asked.going), asked, head.rest())

    async def _carry(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
        far: tuple[asyncio.StreamReader, asyncio.StreamWriter], tunnel: _Tunnel, asked: Asked, first: bytes,
    ) -> None:  # fmt: skip
        """Both ways until one of them ends. TLS has no use for a connection that is closed by half."""
        self._open[id(tunnel)] = tunnel
        answers, outward = far
        spawn = asyncio.get_running_loop().create_task
        both = {
            spawn(self._out(first, reader, outward, tunnel, asked)),
            spawn(self._back(answers, writer, tunnel)),
        }
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            if line := self._open.pop(id(tunnel)).line():
                self._left.append(line)

    async def _out(
        self, first: bytes, reader: asyncio.StreamReader, outward: asyncio.StreamWriter, tunnel: _Tunnel, asked: Asked
    ) -> None:  # fmt: skip
        piece = first or await reader.read(PIECE)
        if piece and not tunnel.pass_.clear and piece[0] != _TLS:
            await self._note(asked, "plaintext")
            return
        while piece:
            outward.write(piece)
            tunnel.sent += len(piece)
            await outward.drain()
            piece = await reader.read(PIECE)

    async def _back(
        self, answers: asyncio.StreamReader, writer: asyncio.StreamWriter, tunnel: _Tunnel
    ) -> None:
        while piece := await answers.read(PIECE):
            tunnel.received += len(piece)
            writer.write(piece)
            await writer.drain()

    async def _refuse(self, writer: asyncio.StreamWriter, asked: Asked, reason: str) -> None:
        """Say no. It is written down first, unless there was only nobody at the other end."""
        if reason not in _LATER:
            await self._note(asked, reason)
        status = _STATUS.get(reason, "503 Service Unavailable" if reason in _LATER else "403 Forbidden")
        head = f"HTTP/1.1 {status}\r\n{REASON}: {reason}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()

    async def _note(self, asked: Asked, reason: str) -> None:
        note = Note(going=asked.going, host=asked.target.host, port=asked.target.port, reason=reason)
        try:
            await asyncio.to_thread(self.judge.book.refused, note)
        except Unavailable:
            return  # nothing leaves, whether it can be written down or not


@contextmanager
def _closing(writer: asyncio.StreamWriter) -> Iterator[None]:
    try:
        yield
    except asyncio.CancelledError:
        writer.transport.abort()
        raise
    finally:
        writer.close()


async def _gone(writer: asyncio.StreamWriter) -> None:
    """Until its socket is closed; a peer that does not read is not waited for."""
    writer.transport.abort()
    await writer.wait_closed()


def _at_once(writer: asyncio.StreamWriter) -> None:
    """Small pieces are not held back. asyncio does so by itself only for sockets that were made with their protocol named."""
    made = writer.get_extra_info("socket")
    if made is not None:
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


async def _asked(head: Head, reader: asyncio.StreamReader) -> Asked:
    async with asyncio.timeout(HEAD_S):
        while (asked := head.feed(await reader.read(PIECE))) is None:
            pass
    return asked


async def _connect(
    addresses: tuple[Address, ...], port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
    """To the first of the judged addresses that answers; by number, so that no name is asked again."""
    for address in addresses:
        try:
            async with asyncio.timeout(CONNECT_S):
                far = await asyncio.open_connection(str(address), port, limit=PIECE)
                _at_once(far[1])
                return far
        except (OSError, TimeoutError):
            continue
    return None
