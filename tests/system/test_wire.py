"""The wire of a running installation: an operator's certificate exchanged under an open call, nothing done in the clear, and every
answer with its headers, also those that are made before a page is reached.
"""

import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ringfence.boot.certificates import Certificates, ensure
from ringfence.boot.clock import SystemClock
from ringfence.egress.tls import client_context
from ringfence.web import headers
from tests.support.house import COMMAND, House, free_port
from tests.system import scanning

pytestmark = pytest.mark.timeout(300)
NEXT_S = 15.0
SLOW_S = 45.0


def put(given: Path, made: Certificates) -> None:
    """As a certificate's renewal does it: first one file, then the other."""
    for name, source in (("chain.pem", made.chain), ("key.pem", made.key)):
        (given / "draft").write_bytes(source.read_bytes())
        (given / "draft").replace(given / name)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Up with an operator's certificate, and a port for plain HTTP."""
    folder = tmp_path_factory.mktemp("house")
    given = folder / "given"
    given.mkdir()
    put(given, ensure(folder / "first", "localhost", SystemClock()))
    settings = {
        "RINGFENCE_TLS_CERT": str(given / "chain.pem"), "RINGFENCE_TLS_KEY": str(given / "key.pem"),
        "RINGFENCE_HTTP_PORT": str(free_port()),
    }  # fmt: skip
    made = House(folder, free_port(), settings)
    made.start()
    yield made
    made.stop()


def plain(port: int, said: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(said)
        return everything(connection)


def wrapped(house: House) -> ssl.SSLSocket:
    trust = client_context(house.settings["RINGFENCE_TLS_CERT"])
    raw = socket.create_connection(("127.0.0.1", house.port), timeout=20)
    return trust.wrap_socket(raw, server_hostname="localhost")


def everything(connection: socket.socket) -> bytes:
    said = b""
    while part := connection.recv(65536):
        said += part
    return said


def shown(house: House) -> bytes:
    with wrapped(house) as connection:
        return connection.getpeercert(binary_form=True) or b""


def until_shown(house: House, wanted: bytes) -> None:
    deadline = time.monotonic() + NEXT_S
    while True:
        try:
            if shown(house) == wanted:
                return
        except ssl.SSLCertVerificationError:
            pass  # the file is new, and what is shown is not yet
        assert time.monotonic() < deadline
        time.sleep(0.2)


def leaf(made: Certificates) -> bytes:
    return ssl.PEM_cert_to_DER_cert(
        made.chain.read_text().partition("-----END CERTIFICATE-----")[0] + "-----END CERTIFICATE-----"
    )


def told(said: bytes) -> dict[str, str]:
    head = said.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
    return dict(line.split(": ", 1) for line in head)


def test_a_certificate_is_exchanged_under_an_open_call(house: House) -> None:
    """The call goes on over the connection that it began on; whoever comes next is shown the new one."""
    given = Path(house.settings["RINGFENCE_TLS_CERT"]).parent
    first = shown(house)
    calling = subprocess.Popen(
        [*COMMAND, "call", "--agent", "front-desk", "--caller", "demo", "--json"],
        env=house.environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 60
    while not list((house.data / "live").glob("*.audio")):  # it is being recorded
        assert time.monotonic() < deadline
        time.sleep(0.1)
    (given / "key.pem").write_bytes(b"half a ke")
    deadline = time.monotonic() + NEXT_S
    while "the one before stays" not in house.logged():
        assert time.monotonic() < deadline
        time.sleep(0.1)
    assert "refused" in (house.data / "run" / "front.ready").read_text()
    second = ensure(house.folder / "second", "localhost", SystemClock())
    put(given, second)
    until_shown(house, leaf(second))
    assert leaf(second) != first
    assert calling.poll() is None, "the call was over too soon to say anything"
    said, _ = calling.communicate(timeout=90)
    call = json.loads(said)
    assert (call["status"], call["outcome"], call["recording"]["available"]) == (
        "completed",
        "finished",
        True,
    )


def test_there_are_two_doors_and_no_other(house: House) -> None:
    """What is behind the front listens on Unix sockets and the loopback."""
    mark = f"RINGFENCE_DATA={house.data}".encode()
    assert scanning.doors(mark) == {house.port, int(house.settings["RINGFENCE_HTTP_PORT"])}


@pytest.mark.skipif(
    not scanning.SCANNER.exists(), reason="scripts/scanner.sh makes the scanner; `make test` does it"
)
def test_a_scanner_finds_strong_versions_and_suites_and_nothing_else(house: House, tmp_path: Path) -> None:
    found = scanning.scan(house.port, tmp_path)
    for old in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"):
        assert not found[f"{old}_cipher_suites"]["is_tls_version_supported"], old
    assert scanning.accepted(found["tls_1_2_cipher_suites"]) == {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    }  # fmt: skip
    assert scanning.accepted(found["tls_1_3_cipher_suites"]) == {
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    }  # fmt: skip
    assert not found["tls_compression"]["supports_compression"]
    assert not found["tls_1_3_early_data"]["supports_early_data"]
    assert found["tls_fallback_scsv"]["supports_fallback_scsv"]
    assert not found["session_renegotiation"]["is_vulnerable_to_client_renegotiation_dos"]
    assert found["session_renegotiation"]["supports_secure_renegotiation"]
    assert not found["heartbleed"]["is_vulnerable_to_heartbleed"]
    assert not found["openssl_ccs_injection"]["is_vulnerable_to_ccs_injection"]
    assert found["robot"]["robot_result"].startswith("NOT_VULNERABLE")
    curves = {each["name"] for each in found["elliptic_curves"]["supported_curves"]}
    assert curves <= {"X25519", "X448", "secp256r1", "prime256v1", "secp384r1", "secp521r1"}
    assert found["tls_extended_master_secret"]["supports_ems_extension"]


def test_plain_http_is_led_to_https_for_pages_and_refused_otherwise(house: House) -> None:
    port = int(house.settings["RINGFENCE_HTTP_PORT"])
    page = plain(port, b"GET /trust?x=1 HTTP/1.1\r\nHost: evil.example\r\n\r\n")
    assert page.startswith(b"HTTP/1.1 308 ")
    assert told(page)["Location"] == f"https://localhost:{house.port}/trust?x=1"
    for refused in (
        b"GET /api/v1/calls HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer rf_x\r\n\r\n",
        b"POST /webhooks/twilio/1/voice HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc",
        b"GET /media/web/t HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
    ):
        assert plain(port, refused).startswith(b"HTTP/1.1 403 ")
    for asked in (
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"GET /api/v1/calls HTTP/1.1\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\n",
    ):
        assert plain(house.port, asked).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"x" * 8_500 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 9_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 20_000, 431),
        (b"<script> / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 99999999\r\n\r\n", 413),
        (b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404),
        (b"PUT /privacy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 403),
    ],
    ids=["address", "header", "head", "method", "host", "smuggled", "body", "nowhere", "put"],
)  # fmt: skip
def test_every_answer_has_its_headers_whoever_makes_it(house: House, request_: bytes, status: int) -> None:
    with wrapped(house) as connection:
        connection.sendall(request_)
        said = everything(connection)
    assert said.split(b" ", 2)[1] == str(status).encode()
    assert b"script>" not in said.partition(b"\r\n\r\n")[0]
    assert b"evil" not in said
    for name, value in headers.of("/", "localhost").items():
        assert told(said)[name] == value, name


def test_slow_clients_hold_nobody_up(house: House) -> None:
    """More of them than there are threads: each is cut, and pages come all the while."""
    first, rest = (
        b"GET /trust HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST /sign-in/ HTTP/1.1\r\nHost: localhost\r\n",
    )

    def trickle(_: int) -> float:
        began = time.monotonic()
        with wrapped(house) as slow:
            try:
                slow.sendall(first)
                slow.recv(65536)
                slow.sendall(
                    rest + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
                )
                for _ in range(300):
                    slow.sendall(b".")
                    time.sleep(0.3)
            except OSError:
                pass
        return time.monotonic() - began

    with ThreadPoolExecutor(40) as pool:
        slow = [pool.submit(trickle, number) for number in range(40)]
        time.sleep(2)
        assert house.browser().get("/privacy").status == 200
        assert all(each.result() < SLOW_S for each in slow)
