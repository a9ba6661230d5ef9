"""The port for plain HTTP: pages are led away, everything else is refused, and nothing that was asked comes back."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ringfence.boot import plain
from ringfence.boot.plain import decide

HOME = "https://calls.example.org:8443"


def ask(
    target: str, method: str = "GET", *more: str, host: str = "calls.example.org"
) -> tuple[int, dict[str, str], str]:
    head = "\r\n".join([f"{method} {target} HTTP/1.1", f"Host: {host}", *more]) + "\r\n"
    return parted(decide(head.encode("latin-1"), HOME))


def parted(answer: bytes) -> tuple[int, dict[str, str], str]:
    head, _, body = answer.decode().partition("\r\n\r\n")
    line, *lines = head.split("\r\n")
    return int(line.split()[1]), dict(each.split(": ", 1) for each in lines), body


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    "target", ["/", "/privacy", "/learn/calls/?q=a%20b", "/sign-in/?next=/agents/", "/apiary", "/mediate"]
)
def test_a_page_is_at_the_same_address_with_https(method: str, target: str) -> None:
    status, told, _ = ask(target, method)
    assert (status, told["Location"]) == (308, HOME + target)
    assert told["Cache-Control"] == "no-store"  # a sign-in link is nobody's to remember
    assert "Strict-Transport-Security" not in told


@pytest.mark.parametrize(
    "target",
    ["/api/v1/calls", "/api", "/API/v1", "/%61pi/v1/calls", "//api/v1", "/./api/v1", "/x/../api/v1", "/x/%2e%2e/api/", "/\\api/v1",
     "/webhooks/twilio/1/voice", "/media/web/ticket", "/media", "/Media/web", "/api?x", "/api%2Fv1"],
)  # fmt: skip
def test_what_is_no_page_is_refused(target: str) -> None:
    status, told, body = ask(target)
    assert status == 403
    assert "Location" not in told
    assert json.loads(body)["code"] == "in_the_clear"
    assert "https://" in json.loads(body)["detail"]


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_only_reading_is_led_anywhere(method: str) -> None:
    assert ask("/sign-in/", method)[0] == 403


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Bearer rf_secret",
        "authorization : x",
        "Upgrade: websocket",
        "Proxy-Authorization: x",
        "Transfer-Encoding: chunked",
    ],
)
def test_whoever_shows_a_key_or_wants_more_than_a_page_is_refused(line: str) -> None:
    status, _, body = ask("/learn/calls/", "GET", line)
    assert status == 403
    assert "rf_secret" not in body


@pytest.mark.parametrize(
    "host", ["evil.example", "calls.example.org@evil.example", "evil.example#", "", "localhost:1", "a\rb"]
)
def test_the_host_that_was_asked_for_leads_nowhere(host: str) -> None:
    status, told, body = ask("/privacy", host=host)
    assert (status, told["Location"]) == (308, HOME + "/privacy")
    assert "evil" not in body


@pytest.mark.parametrize(
    "line",
    ["GET http://evil.example/ HTTP/1.1", "GET evil.example HTTP/1.1", "CONNECT evil.example:443 HTTP/1.1", "OPTIONS * HTTP/1.1",
     "GET / HTTP/2.0", "GET /a b HTTP/1.1", "get / HTTP/1.1", "GET /\x7f HTTP/1.1", "GET /é HTTP/1.1", "GET / ", "", "PRI * HTTP/2.0",
     "GET /" + "x" * 5000 + " HTTP/1.1", "\x16\x03\x01"],
)  # fmt: skip
def test_what_is_no_request_is_told_so(line: str) -> None:
    status, told, body = parted(decide(line.encode("latin-1") + b"\r\nHost: x\r\n", HOME))
    assert status == 400
    assert "Location" not in told
    assert "evil" not in body


@given(st.binary(max_size=300))
def test_whatever_comes_it_never_leads_elsewhere(head: bytes) -> None:
    status, told, _ = parted(decide(head, HOME))
    assert status in {308, 400, 403}
    assert told.get("Location", HOME + "/").startswith(HOME + "/")


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60))
def test_any_target_leads_to_our_own_address(rest: str) -> None:
    status, told, _ = ask("/" + rest)
    assert status in {308, 403}
    if status == 308:
        assert told["Location"] == f"{HOME}/{rest}"


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(plain, "HEAD_S", 0.5)
    monkeypatch.setattr(plain, "MOST_CLIENTS", 3)
    monkeypatch.setattr(plain, "MOST_OF_ONE", 2)
    bound = socket.create_server(("127.0.0.1", 0))
    task = asyncio.get_running_loop().create_task(plain.serve([bound], HOME))
    yield bound.getsockname()[1]
    task.cancel()
    await asyncio.wait([task])


async def talk(port: int, *said: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for each in said:
        writer.write(each)
        await asyncio.sleep(0.05)
    answer = await reader.read()
    writer.close()
    return answer


async def test_a_request_in_pieces_is_answered_once(port: int) -> None:
    answer = await talk(
        port, b"GET /privacy HTTP/1.1\r\nHo", b"st: x\r\n\r\n", b"GET /trust HTTP/1.1\r\n\r\n"
    )
    assert answer.count(b"HTTP/1.1 308") == 1
    assert b"/trust" not in answer


async def test_a_head_that_does_not_end_is_cut(port: int) -> None:
    assert await talk(port, b"GET / HTTP/1.1\r\n") == b""
    assert b" 431 " in await talk(port, b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 4000)


async def test_those_who_wait_do_not_fill_it(port: int) -> None:
    idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
    await asyncio.sleep(0.7)
    assert b" 308 " in await talk(port, b"GET / HTTP/1.1\r\n\r\n")
    for _, writer in idle:
        writer.close()


async def test_one_network_does_not_take_all_of_it(port: int) -> None:
    held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    extra, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await extra.read() == b"", "a third is let go of at once"
    reader, elsewhere = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
    elsewhere.write(b"GET / HTTP/1.1\r\n\r\n")
    assert b" 308 " in await reader.read()
    for each in (writer, elsewhere, *(w for _, w in held)):
        each.close()
