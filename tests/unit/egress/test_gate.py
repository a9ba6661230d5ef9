"""The gate as somebody meets it who tries to get past: real sockets, a register in memory, names that lie."""

import asyncio
import gc
import socket
import ssl
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from ringfence.core.errors import Unavailable
from ringfence.core.personal import Category
from ringfence.egress.clients import blocking_client, client
from ringfence.egress.errors import NoWay, Refused
from ringfence.egress.gate import Gate, going_of, user
from ringfence.egress.proxy import Note
from ringfence.egress.recipients import Going, Ground, Kind, Recipient, Terms
from tests.support.gate import WORD, MemoryBook, gate, going
from tests.support.openai_standin import standin

SAID = Terms(ground=Ground.EEA, country="DE", agreement="DPA")


@contextmanager
def listener(greeting: bytes = b"") -> Iterator[tuple[int, list[bytes]]]:
    """Somebody on the loopback; what they were sent."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                near, _ = server.accept()
                near.sendall(greeting)
                near.settimeout(2)
                with near, suppress(TimeoutError):
                    while data := near.recv(4096):
                        heard.append(data)

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1], heard
    finally:
        server.close()


def raw(door: Gate, text: bytes) -> bytes:
    """What the gate says to whoever is not our own client."""
    with socket.create_connection(("127.0.0.1", door.port()), 5) as made:
        made.settimeout(8)
        made.sendall(text)
        answer = b""
        with suppress(OSError):
            while piece := made.recv(4096):
                answer += piece
        return answer


def reason(door: Gate, host: str, port: int, wanted: Going | None = None) -> str:
    with pytest.raises(Refused) as refused:
        door.way(wanted or going()).socket(host, port).close()
    return refused.value.reason


def names(monkeypatch: pytest.MonkeyPatch, answers: dict[str, list[list[str]]]) -> list[str]:
    """A name server that tells each asker the next of its answers. What was asked."""
    asked: list[str] = []

    async def lie(_self: Any, host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        told = answers[host].pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in told]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", lie)
    return asked


def test_a_stranger_is_refused_without_a_question_to_any_name_server(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, book = names(monkeypatch, {}), MemoryBook()
    with gate(book) as door:
        assert reason(door, "ads.example", 443) == "not_registered"
    assert asked == []
    assert book.notes == [Note(going=going(), host="ads.example", port=443, reason="not_registered")]


def test_a_registered_name_may_not_lead_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    for inside in (["10.0.0.7"], ["169.254.169.254"], ["127.0.0.1"], ["8.8.8.8", "10.0.0.7"]):
        names(monkeypatch, {"engine.example": [inside]})
        book = MemoryBook()
        book.add(Kind.ENGINE, "engine.example", 443, SAID)
        with gate(book, nearby="") as door:
            assert reason(door, "engine.example", 443) == "private_address"
        assert not book.tunnels


def test_a_name_is_resolved_once_and_its_address_pinned(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebinding: the second answer would lead elsewhere, and is never asked for."""
    with listener(b"hello") as (port, _):
        asked = names(monkeypatch, {"engine.example": [["127.0.0.1"], ["10.0.0.7"]]})
        book = MemoryBook()
        book.add(Kind.ENGINE, "engine.example", port)
        with (
            gate(book, nearby=f"127.0.0.1:{port}") as door,
            door.way(going()).socket("engine.example", port) as made,
        ):
            made.settimeout(5)
            assert made.recv(5) == b"hello"
        assert asked == ["engine.example"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "169.254.169.254", "10.0.0.1"])
def test_what_the_operator_did_not_name_is_not_reached_even_if_a_customer_registers_it(host: str) -> None:
    book = MemoryBook()
    book.add(Kind.TOOL, host, 80, SAID)
    with gate(book, nearby="") as door:
        assert reason(door, host, 80, going(Kind.TOOL)) == "private_address"


def test_nobody_without_the_word_gets_anything() -> None:
    book = MemoryBook(everything=True)
    with listener() as (port, heard), gate(book) as door:
        stranger = Gate(door.ready, "a guess")
        assert reason(stranger, "127.0.0.1", port) == "no_pass"
        plain = raw(door, f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert plain.startswith(b"HTTP/1.1 407")
        assert heard == []
    assert [each.going for each in book.notes] == [None, None]


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET http://127.0.0.1:80/ HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", b"405"),
        (b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", b"405"),
        (b"\x16\x03\x01\x00\x05hello\r\n\r\n", b"403"),
        (b"CONNECT nowhere HTTP/1.1\r\nHost: x\r\n\r\n", b"407"),
        (b"X" * 9000, b"403"),
        (b"GET / HTTP/1.1\r\nA: b\r\n c\r\n" + b"D: " + b"e" * 9000, b"403"),
    ],
)
def test_nonsense_gets_an_answer_and_no_tunnel(request_line: bytes, status: bytes) -> None:
    book = MemoryBook(everything=True)
    with gate(book) as door:
        assert raw(door, request_line).split(b" ")[1] == status
    assert not book.tunnels


def test_another_purpose_category_kind_or_account_is_refused() -> None:
    book = MemoryBook()
    book.add(Kind.ENGINE, "engine.example", 443, SAID)
    with gate(book) as door:
        assert reason(door, "engine.example", 443, replace(going(), purpose="improve")) == "other_purpose"
        assert (
            reason(door, "engine.example", 443, replace(going(), category=Category.CONTACT))
            == "other_category"
        )
        assert reason(door, "engine.example", 443, going(Kind.TOOL)) == "not_registered"
        assert reason(door, "engine.example", 443, going(account=None)) == "not_registered"
        assert reason(door, "engine.example", 444) == "not_registered"
    assert len(book.notes) == 5


def test_off_this_machine_nobody_speaks_in_the_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address of the operator's own network, where plain bytes would go over a wire: the first of them ends the tunnel."""
    with listener() as (port, heard):
        book = MemoryBook()
        book.add(Kind.ENGINE, "127.0.0.1", port)
        monkeypatch.setattr("ipaddress.IPv4Address.is_loopback", property(lambda _self: False))
        with gate(book, nearby="127.0.0.1") as door, door.way(going()).socket("127.0.0.1", port) as made:
            made.sendall(b"GET / HTTP/1.1\r\n\r\n")
            made.settimeout(5)
            assert made.recv(10) == b""
        assert heard == []
    assert [each.reason for each in book.notes] == ["plaintext"]


def test_bytes_are_counted_and_nothing_of_them_is_kept() -> None:
    with listener(b"x" * 700) as (port, heard):
        book = MemoryBook(everything=True)
        with gate(book) as door:
            with door.way(going()).socket("127.0.0.1", port) as made:
                made.sendall(b"y" * 1000)
                made.settimeout(5)
                got = b""
                while len(got) < 700:
                    got += made.recv(4096)
            time.sleep(0.1)
        assert b"".join(heard) == b"y" * 1000
    assert len(book.tunnels) == 1
    assert (sum(each.sent for each in book.lines), sum(each.received for each in book.lines)) == (1000, 700)


def test_while_the_books_are_away_nothing_leaves() -> None:
    class Away(MemoryBook):
        def begun(self, recipient: Any, going: Going) -> None:
            raise Unavailable("away")

    with listener() as (port, heard), gate(Away(everything=True)) as door:
        with pytest.raises(NoWay):
            door.way(going()).socket("127.0.0.1", port)
        assert heard == []


def test_a_gate_that_closes_lets_go_of_everybody_wherever_they_were(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Those who said nothing, half a head, whose name is being asked for, whose tunnel is not written down yet, is open, or is full."""
    lost: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lost.append)
    slow, started = threading.Event(), threading.Event()

    class Slow(MemoryBook):
        def begun(self, recipient: Recipient, going: Going) -> None:
            if going.purpose == "security":
                started.set()
                slow.wait(10)
            super().begun(recipient, going)

    book = Slow(everything=True)
    with ExitStack() as stack:
        deaf = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = deaf.getsockname()[1]
        with gate(book) as door:
            outer = door.port()

            def connected(text: bytes = b"") -> socket.socket:
                made = stack.enter_context(socket.create_connection(("127.0.0.1", door.port()), 5))
                made.sendall(text)
                return made

            def asks(wanted: Going) -> socket.socket:
                return connected(door.way(wanted).request("127.0.0.1", port))

            for _ in range(5):
                connected()
                connected(b"CONNECT 127.0.")
            opened = [asks(going()) for _ in range(3)]
            for each in opened:
                assert each.recv(4096).startswith(b"HTTP/1.1 200")
            opened[0].setblocking(False)
            with suppress(BlockingIOError):
                while opened[0].send(b"\x16" + bytes(1 << 20)):
                    pass
            asks(going(Kind.IDENTITY))
            assert started.wait(10)
            threading.Timer(0.2, slow.set).start()
        gc.collect()
    ends = (
        f"'127.0.0.1', {outer})",
        f"'127.0.0.1', {port})",
    )  # sockets of other tests may be found at any time
    assert [said for each in lost if any(end in (said := str(each.exc_value)) for end in ends)] == []
    assert caplog.messages == []


def test_without_a_gate_there_is_no_way(tmp_path: Path) -> None:
    nowhere = Gate(tmp_path / "gate.ready", WORD)
    with pytest.raises(NoWay):
        nowhere.way(going()).socket("127.0.0.1", 80)
    with pytest.raises(NoWay), blocking_client(nowhere.way(going())) as made:
        made.get("http://127.0.0.1:80/")
    (tmp_path / "gate.ready").write_text("1")  # nobody listens there
    with pytest.raises(NoWay), blocking_client(nowhere.way(going())) as made:
        made.get("http://127.0.0.1:80/")


async def test_a_client_follows_no_redirect_and_a_refusal_is_said() -> None:
    book = MemoryBook(everything=True)
    with standin() as engine, gate(book) as door:
        async with client(door.way(going())) as made:
            answer = await made.get(engine.address)
            assert answer.status_code >= 400
        with gate(MemoryBook()) as shut:
            async with client(shut.way(going())) as made:
                with pytest.raises(Refused) as refused:
                    await made.get(engine.address)
                assert refused.value.reason == "not_registered"
                assert "register" in str(refused.value)


def test_a_library_that_takes_a_proxy_by_address_goes_through(tmp_path: Path) -> None:
    """As native code is told: its proxy's address, with the pass in it."""
    book = MemoryBook(everything=True)
    with listener() as (port, heard), gate(book) as door:
        proxy = door.way(going()).proxy_url()
        with (
            httpx.Client(proxy=proxy, trust_env=False, verify=ssl.create_default_context()) as made,
            pytest.raises(httpx.HTTPError),
        ):
            made.get(f"https://127.0.0.1:{port}/", timeout=30)
        assert heard[0][0] == 0x16
    assert book.tunnels[0][1] == going()


def test_what_a_tunnel_is_for_is_read_back() -> None:
    for kind in Kind:
        for account in (None, going().account_id):
            assert going_of(user(going(kind, account))) == going(kind, account)
    for bad in ("", "a.b.c.d", "-.engine.service", "-.advertiser.service.call", "x.engine.service.call"):
        with pytest.raises(ValueError):
            going_of(bad)
    assert WORD not in repr(Gate(Path(), WORD))
