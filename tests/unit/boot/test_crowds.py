"""One client's network does not take all the room of the front, pages and media leave each other room, and who does not read is cut."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from ringfence.boot import certificates, front
from ringfence.boot.clock import SystemClock
from ringfence.boot.front import Backends, listen, serve
from ringfence.boot.showing import server_context
from tests.unit.boot.test_front import on_its_own_loop

PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
CALL = b"GET /media/web/t HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
HERE, ELSEWHERE = "127.0.0.1", "127.0.0.2"
REFUSED = b" 503 "
OF_ONE, OF_A_KIND = 5, 3
HANGS_S = 30.0  # nothing here takes this long, unless it never comes


class Holding:
    """Takes every request, answers none, and keeps its connection open until the client lets go."""

    def __init__(self) -> None:
        self.arrived = asyncio.Semaphore(0)
        self.inside = 0
        self.empty = asyncio.Event()
        self.empty.set()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.inside += 1
        self.empty.clear()
        await reader.readuntil(b"\r\n\r\n")
        self.arrived.release()
        await reader.read()
        writer.close()
        self.inside -= 1
        if not self.inside:
            self.empty.set()


class Crowd:
    """Clients of a front, each from a network that it names."""

    def __init__(self, port: int, trusting: ssl.SSLContext, web: Holding, media: Holding) -> None:
        self.port, self.web, self.media = port, web, media
        self._trusting = trusting
        self._open: list[asyncio.StreamWriter] = []

    async def come(
        self, request: bytes, network: str = HERE
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, local_addr=(network, 0), ssl=self._trusting, server_hostname="localhost"
        )
        self._open.append(writer)
        writer.write(request)
        return reader, writer

    async def stay(self, request: bytes, network: str = HERE) -> asyncio.StreamWriter:
        """Come, and be let through to the backend."""
        _, writer = await self.come(request, network)
        await (self.media if request is CALL else self.web).arrived.acquire()
        return writer

    async def leave(self) -> None:
        for each in self._open:
            each.transport.abort()
        await self.web.empty.wait()
        await self.media.empty.wait()


@pytest.fixture
async def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Crowd]:
    monkeypatch.setattr(front, "MOST_OF_ONE", OF_ONE)
    monkeypatch.setattr(front, "MOST_OF_ONE_KIND", OF_A_KIND)
    monkeypatch.setattr(front, "MOST_OF_A_KIND", OF_A_KIND + 1)
    files = certificates.ensure(tmp_path / "tls", "localhost", SystemClock())
    web, media = Holding(), Holding()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(await asyncio.start_unix_server(web, tmp_path / "web.sock"))
        inner = await stack.enter_async_context(await asyncio.start_server(media, "127.0.0.1"))
        (tmp_path / "media.port").write_text(str(inner.sockets[0].getsockname()[1]))
        sockets = listen(0)
        shown = server_context(files)
        backends = Backends(tmp_path / "web.sock", tmp_path / "media.port")
        made = Crowd(
            sockets[0].getsockname()[1], ssl.create_default_context(cafile=str(files.authority)), web, media
        )
        with on_its_own_loop(serve(sockets, lambda: shown, backends)):
            yield made
            await made.leave()
        for each in sockets:
            each.close()


async def test_one_network_takes_its_share_and_another_comes_in(crowd: Crowd) -> None:
    for request in (PAGE, PAGE, PAGE, CALL, CALL):
        await crowd.stay(request)
    with pytest.raises((ssl.SSLError, ConnectionError)):  # not even TLS is spoken with it
        await crowd.come(PAGE)
    await crowd.stay(PAGE, ELSEWHERE)
    await crowd.stay(CALL, ELSEWHERE)


@pytest.mark.parametrize(("these", "those"), [(PAGE, CALL), (CALL, PAGE)])
async def test_pages_and_media_leave_room_for_one_another(crowd: Crowd, these: bytes, those: bytes) -> None:
    """Within one network, and altogether."""
    for _ in range(OF_A_KIND):
        await crowd.stay(these)
    reader, _ = await crowd.come(these)
    assert REFUSED in await asyncio.wait_for(reader.read(), HANGS_S)
    await crowd.stay(those)
    await crowd.stay(these, ELSEWHERE)
    reader, _ = await crowd.come(these, ELSEWHERE)
    assert REFUSED in await asyncio.wait_for(reader.read(), HANGS_S), "all of this kind's room is taken"
    await crowd.stay(those, ELSEWHERE)


async def test_room_that_was_taken_is_given_back(crowd: Crowd) -> None:
    for _ in range(3):
        for each in (PAGE, PAGE, PAGE, CALL, CALL):
            await crowd.stay(each)
        await crowd.leave()


async def test_who_does_not_read_is_cut_and_who_reads_is_not(
    crowd: Crowd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front, "STALL_S", 0.5)
    over = asyncio.Event()

    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = await reader.readuntil(b"\r\n\r\n")
        try:
            while True:
                writer.write(bytes(1 << 16))
                await writer.drain()
        except ConnectionError:
            if b"/idle" in said:
                over.set()
        writer.close()

    (tmp_path / "web.sock").unlink()
    async with await asyncio.start_unix_server(endless, tmp_path / "web.sock"):
        await crowd.come(PAGE.replace(b"/ ", b"/idle "))
        reader, _ = await crowd.come(PAGE)
        async with asyncio.timeout(HANGS_S):
            while not over.is_set():
                assert await reader.read(1 << 14), "whoever reads goes on"
        await crowd.leave()
