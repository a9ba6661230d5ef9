"""Slow clients lose their connection, whether they say nothing or a byte now and then; steady ones do not."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from gunicorn.http import errors
from gunicorn.workers.gthread import ThreadWorker

from ringfence.boot import patience
from ringfence.boot.patience import GRACE_S, LEAST_PER_S, Patient, Worker, before


@dataclass
class Ticks:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    near, far = socket.socketpair()
    yield near, far
    near.close()
    far.close()


def test_a_steady_sender_may_take_long(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    ticks = Ticks()
    patient = Patient(near, ticks)
    for _ in range(100):
        far.sendall(bytes(LEAST_PER_S))
        got = 0
        while got < LEAST_PER_S:
            got += len(patient.recv(LEAST_PER_S))
        ticks.now += 1.0
    assert ticks.now > 5 * GRACE_S


def test_a_byte_now_and_then_is_not_enough(ends: tuple[socket.socket, socket.socket]) -> None:
    near, far = ends
    ticks = Ticks()
    patient = Patient(near, ticks)
    far.sendall(b"." * 100)
    while ticks.now < GRACE_S:
        assert patient.recv(1) == b"."
        ticks.now += 1.0
    ticks.now += 0.1
    with pytest.raises(ConnectionResetError):
        patient.recv(1)


def test_silence_ends_too(ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "GRACE_S", 0.1)
    with pytest.raises(ConnectionResetError):
        Patient(ends[0]).recv(8192)
    assert ends[0].getblocking()


@dataclass
class Reader:
    sock: Any


@dataclass
class Request:
    unreader: Reader


@dataclass
class Connection:
    """Its parser reads what its request does."""

    parser: Request


def test_the_time_between_two_requests_is_nobodys_fault(
    ends: tuple[socket.socket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = ends
    request = Request(Reader(near))
    before(None, request)
    patient = request.unreader.sock
    assert isinstance(patient, Patient)
    ticks = Ticks()
    patient._ticks = ticks
    far.sendall(b"body")
    assert patient.recv(4) == b"body"
    monkeypatch.setattr(ThreadWorker, "handle", lambda _worker, _connection: True)
    ticks.now += 100 * GRACE_S
    far.sendall(b"GET")
    Worker.__new__(Worker).handle(Connection(request))
    assert patient.recv(3) == b"GET"
    before(None, request)
    assert request.unreader.sock is patient


@pytest.mark.parametrize(
    ("error", "status"),
    [(errors.LimitRequestLine(9000, 8190), b"414 Request-URI Too Long"), (errors.LimitRequestHeaders("x"), b"431 "),
     (errors.InvalidRequestLine("<script>"), b"400 Bad Request"), (errors.InvalidHeaderName("<script>"), b"400 "),
     (ZeroDivisionError("<script>"), b"500 ")],
)  # fmt: skip
def test_what_is_no_request_is_answered_without_repeating_it(
    ends: tuple[socket.socket, socket.socket],
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: bytes,
) -> None:
    class Log:
        def error(self, *_: Any, **__: Any) -> None:
            return

    monkeypatch.setattr(patience, "current", _Named)
    worker = Worker.__new__(Worker)
    worker.log = Log()
    worker.handle_error(None, ends[0], ("", 0), error)
    said = ends[1].recv(65536)
    assert said.startswith(b"HTTP/1.1 " + status)
    assert b"Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n" in said
    assert b"script>" not in said


class _Named:
    public_host = "calls.example.org"
