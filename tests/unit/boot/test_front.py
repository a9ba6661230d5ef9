"""The front: strong TLS only, the right backend, the client's address in front, and a clear word for the rest."""

import asyncio
import socket
import ssl
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvloop

from ringfence.boot import certificates, front
from ringfence.boot.clock import SystemClock
from ringfence.boot.front import Backends, listen, serve
from ringfence.boot.showing import server_context


@contextmanager
def on_its_own_loop(serving: Coroutine[None, None, None]) -> Iterator[None]:
    """Serve on the loop that the front runs on, whose TLS differs from the standard one's."""
    loop = uvloop.new_event_loop()
    task = loop.create_task(serving)

    async def whole() -> None:
        await asyncio.wait([task])
        await asyncio.sleep(0.1)  # what was closed last is let go of

    def work() -> None:
        loop.run_until_complete(whole())
        loop.close()

    thread = threading.Thread(target=work)
    thread.start()
    yield
    loop.call_soon_threadsafe(task.cancel)
    thread.join()


class Backend:
    """Answers every connection with its name and what it was sent."""

    def __init__(self, name: bytes) -> None:
        self.name = name
        self.seen = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not self.seen.endswith((b"\r\n\r\n", b"end")):
            chunk = await reader.read(65536)
            if not chunk:
                break
            self.seen += chunk
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + self.name)
        writer.close()


class House:
    def __init__(self, port: int, files: certificates.Certificates, web: Backend, media: Backend) -> None:
        self.port, self.files, self.web, self.media = port, files, web, media

    def trusting(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.files.authority))

    async def ask(self, request: bytes, context: ssl.SSLContext | None = None) -> bytes:
        reader, writer = await asyncio.open_connection("localhost", self.port, ssl=context or self.trusting())
        writer.write(request)
        data = await reader.read()
        writer.close()
        return data


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(front, "HEAD_S", 0.5)
    monkeypatch.setattr(front, "MOST_CLIENTS", 10)
    files = certificates.ensure(tmp_path / "tls", "localhost", SystemClock())
    web, media = Backend(b"web"), Backend(b"media")
    servers = [
        await asyncio.start_unix_server(web, tmp_path / "web.sock"),
        await asyncio.start_server(media, "127.0.0.1"),
    ]
    (tmp_path / "media.port").write_text(str(servers[1].sockets[0].getsockname()[1]))
    sockets = listen(0)
    port = sockets[0].getsockname()[1]
    shown = server_context(files)
    backends = Backends(tmp_path / "web.sock", tmp_path / "media.port")
    with on_its_own_loop(serve(sockets, lambda: shown, backends)):
        yield House(port, files, web, media)
    for server in servers:
        server.close()
    for each in sockets:
        each.close()


async def test_pages_go_to_web_behind_a_line_with_the_clients_address(house: House) -> None:
    assert (await house.ask(b"GET /learn/calls/ HTTP/1.1\r\nHost: localhost\r\n\r\n")).endswith(b"web")
    line, rest = house.web.seen.split(b"\r\n", 1)
    assert line.startswith(b"PROXY TCP4 127.0.0.1 127.0.0.1 ")
    assert rest.startswith(b"GET /learn/calls/")


async def test_only_a_websocket_upgrade_under_media_goes_to_media(house: House) -> None:
    upgrade = b"GET /media/web/t HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUPGRADE: WebSocket\r\n\r\n"
    assert (await house.ask(upgrade)).endswith(b"media")
    assert (await house.ask(b"GET /media/web/t HTTP/1.1\r\nHost: x\r\n\r\n")).endswith(b"web")
    assert (await house.ask(upgrade.replace(b"/media/", b"/other/"))).endswith(b"web")


async def test_plain_http_is_told_to_use_https(house: House) -> None:
    reader, writer = await asyncio.open_connection("localhost", house.port)
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    assert b"400 Bad Request" in (data := await reader.read())
    assert b"https://" in data
    writer.close()


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_good_versions_of_tls_are_spoken(house: House, version: ssl.TLSVersion) -> None:
    context = house.trusting()
    context.minimum_version = context.maximum_version = version
    assert (await house.ask(b"GET / HTTP/1.1\r\n\r\n", context)).endswith(b"web")


async def test_weak_suites_are_refused(house: House) -> None:
    context = house.trusting()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-SHA256:AES128-SHA")
    with pytest.raises((ssl.SSLError, ConnectionResetError)):
        await house.ask(b"GET / HTTP/1.1\r\n\r\n", context)


async def test_a_head_that_never_ends_is_cut(house: House) -> None:
    assert b"431" in await house.ask(b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 4000)
    assert b"408" in await house.ask(b"GET / HTTP/1.1\r\n")


async def test_a_backend_that_is_away_is_said_plainly(house: House, tmp_path: Path) -> None:
    (tmp_path / "web.sock").unlink()
    assert b"503" in await house.ask(b"GET / HTTP/1.1\r\n\r\n")


def test_a_taken_port_is_an_error() -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            listen(taken.getsockname()[1])


async def test_a_request_that_trickles_in_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "ANSWER_S", 0.4)
    reader, writer = await asyncio.open_connection("localhost", house.port, ssl=house.trusting())
    writer.write(b"POST / HTTP/1.1\r\nContent-Length: 100\r\n\r\n")
    for _ in range(20):
        writer.write(b".")
        await asyncio.sleep(0.1)
        if reader.at_eof():
            break
    assert reader.at_eof()
    writer.close()


async def test_much_is_passed_on_whole_to_a_slow_reader(house: House, tmp_path: Path) -> None:
    size = 8 << 20

    async def generous(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        for _ in range(size >> 16):
            writer.write(bytes(1 << 16))
            await writer.drain()
        writer.close()

    (tmp_path / "web.sock").unlink()
    server = await asyncio.start_unix_server(generous, tmp_path / "web.sock")
    reader, writer = await asyncio.open_connection(
        "localhost", house.port, ssl=house.trusting(), limit=1 << 14
    )
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    got = 0
    while chunk := await reader.read(1 << 16):
        got += len(chunk)
        if got % 7 == 0:
            await asyncio.sleep(0.01)
    assert got == size
    writer.close()
    server.close()


async def test_room_is_given_back_whatever_a_client_does(house: House) -> None:
    """More of every kind than there is room for, one after the other; the last one still gets in."""
    for number in range(12):
        _, writer = await asyncio.open_connection("localhost", house.port)
        writer.write([b"", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01 nonsense"][number % 3])
        writer.close()
    assert (await house.ask(b"GET / HTTP/1.1\r\n\r\n")).endswith(b"web")
