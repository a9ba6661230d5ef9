"""The look at the wire finds what is wrong with a port, and says no more than it saw."""

import dataclasses
import json
import ssl
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from socket import create_server

import pytest

from ringfence.boot.certificates import LEAF_LIFE, Certificates, ensure
from ringfence.boot.clock import SystemClock
from ringfence.boot.showing import server_context
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.lifecycle.assurance.values import Looking, State
from ringfence.lifecycle.assurance.wire import transit
from ringfence.vault.vault import Vault
from tests.support.database import Database

pytestmark = pytest.mark.filterwarnings("ignore:ssl.TLSVersion")


@dataclass
class Port:
    """A TLS server on the loopback, whose context a test may spoil; `looking` knows it as this installation's."""

    context: ssl.SSLContext
    looking: Looking
    certificate: Certificates

    def trusting(self, chain: Path, public_url: str = "https://localhost:8443") -> Looking:
        config = dataclasses.replace(self.looking.config, tls_chain=chain, public_url=public_url)
        return dataclasses.replace(self.looking, config=config)


@pytest.fixture
def port(database: Database, vault: Vault, tmp_path: Path) -> Iterator[Port]:
    made = ensure(tmp_path / "tls", "localhost", SystemClock())
    context = server_context(made)
    bound = create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = bound.accept()
                with connection, suppress(OSError):
                    context.wrap_socket(connection, server_side=True).close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    config = dataclasses.replace(
        current(),
        port=bound.getsockname()[1],
        tls_chain=made.chain,
        run_dir=tmp_path,
        public_url="https://localhost:8443",
    )
    yield Port(context, Looking(ManualClock(SystemClock().now()), config, vault), made)
    bound.shutdown(2)
    bound.close()
    thread.join(5)


def test_a_port_as_it_should_be(port: Port) -> None:
    found = transit(port.looking)
    assert found.state is State.KEPT
    assert found.facts["Agreed"].startswith("TLSv1.3, ")
    assert found.facts["Refused"] == "TLS 1.0, TLS 1.1, weak suites"
    ends = port.looking.clock.now() + LEAF_LIFE
    assert found.facts["Certificate ends"] in {f"{ends - timedelta(minutes=n):%d %b %Y}" for n in (0, 1)}
    assert found.facts["Database"] == "on this machine"


@pytest.mark.parametrize(
    ("version", "said"), [(ssl.TLSVersion.TLSv1, "TLS 1.0, TLS 1.1"), (ssl.TLSVersion.TLSv1_1, "TLS 1.1")]
)
def test_a_port_that_speaks_an_old_version(port: Port, version: ssl.TLSVersion, said: str) -> None:
    port.context.set_ciphers("ECDHE+AESGCM:ECDHE+AES:@SECLEVEL=0")
    port.context.minimum_version = version
    found = transit(port.looking)
    assert found.state is State.NOT_KEPT
    assert found.facts["Speaks"].startswith(said)


@pytest.mark.parametrize(
    "suite", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-CCM8", "ECDHE-ECDSA-AES128-SHA"]
)
def test_a_port_with_one_weak_suite(port: Port, suite: str) -> None:
    port.context.set_ciphers(f"ECDHE+AESGCM:{suite}")
    found = transit(port.looking)
    assert (found.state, "forward secrecy" in found.facts["Speaks"]) == (State.NOT_KEPT, True)


def test_a_certificate_that_somebody_else_vouches_for(port: Port, tmp_path: Path) -> None:
    other = ensure(tmp_path / "other", "localhost", SystemClock())
    assert transit(port.trusting(other.chain)).state is State.NOT_KEPT


def test_a_certificate_for_another_name(port: Port) -> None:
    found = transit(port.trusting(port.certificate.chain, "https://calls.example.org"))
    assert found.state is State.NOT_KEPT
    assert "calls.example.org" in found.facts["Why"]


def test_an_end_that_comes_near_is_said(port: Port) -> None:
    clock = ManualClock(port.looking.clock.now() + LEAF_LIFE - timedelta(days=9, hours=12))
    found = transit(dataclasses.replace(port.looking, clock=clock))
    assert found.state is State.KEPT
    assert "ends in 9 days" in found.says


def test_a_certificate_that_is_not_taken_is_said(port: Port, tmp_path: Path) -> None:
    (tmp_path / "front.ready").write_text(
        json.dumps({"ends": "2027-01-01T00:00:00+00:00", "refused": "pair"})
    )
    found = transit(port.looking)
    assert (found.state, found.facts["Not taken"]) == (State.KEPT, "pair")
    assert "not taken" in found.says


def test_where_nobody_listens_nothing_is_claimed(port: Port) -> None:
    with create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    away = dataclasses.replace(port.looking, config=dataclasses.replace(port.looking.config, port=free))
    assert transit(away).state is State.GAP
