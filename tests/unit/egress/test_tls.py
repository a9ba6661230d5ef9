"""Connections out: whoever is not who they should be, or offers too little, gets none."""

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from ringfence.boot.certificates import LEAF_LIFE, Certificates, ensure
from ringfence.boot.clock import SystemClock
from ringfence.core.clock import ManualClock
from ringfence.egress.tls import client_context, strict
from tests.support.tls import shaking_hands, spoken_by

Serve = Callable[[ssl.SSLContext], int]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return ensure(tmp_path_factory.mktemp("tls"), "localhost", SystemClock())


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that shakes hands; its port on the loopback."""
    with ExitStack() as running:
        yield lambda context: running.enter_context(shaking_hands(context))


def shake(context: ssl.SSLContext, port: int, name: str = "localhost") -> tuple[str, str]:
    """The version and the suite that were agreed."""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
        context.wrap_socket(plain, server_hostname=name) as wrapped,
    ):
        cipher = wrapped.cipher()
        assert cipher
        return str(wrapped.version()), cipher[0]


def test_the_newest_is_agreed_with_who_we_trust(serve: Serve, files: Certificates) -> None:
    context = client_context(str(files.authority))
    assert shake(context, serve(spoken_by(files)))[0] == "TLSv1.3"


def test_tls_1_2_is_spoken_with_forward_secrecy_alone(serve: Serve, files: Certificates) -> None:
    old = spoken_by(files)
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    version, suite = shake(client_context(str(files.authority)), serve(old))
    assert version == "TLSv1.2"
    assert suite.startswith("ECDHE-")
    assert suite.endswith(("-GCM-SHA256", "-GCM-SHA384", "-POLY1305"))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
@pytest.mark.parametrize("newest", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_a_server_that_speaks_older_versions_only_gets_nothing(
    serve: Serve, files: Certificates, newest: ssl.TLSVersion
) -> None:
    old = spoken_by(files)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, newest
    with pytest.raises(ssl.SSLError):
        shake(client_context(str(files.authority)), serve(old))


@pytest.mark.parametrize(
    "suite", ["ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-AES128-CCM"]
)
def test_a_server_with_weak_suites_only_gets_nothing(serve: Serve, files: Certificates, suite: str) -> None:
    weak = spoken_by(files)
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers(suite)
    with pytest.raises(ssl.SSLError):
        shake(client_context(str(files.authority)), serve(weak))


def test_another_name_is_not_who_was_meant(serve: Serve, files: Certificates) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="mismatch"):
        shake(client_context(str(files.authority)), serve(spoken_by(files)), "elsewhere.example")


def test_a_certificate_whose_last_day_has_passed(serve: Serve, tmp_path: Path) -> None:
    long_ago = ManualClock(SystemClock().now() - LEAF_LIFE - timedelta(days=1))
    old = ensure(tmp_path, "localhost", long_ago)
    with pytest.raises(ssl.SSLCertVerificationError, match="expired"):
        shake(client_context(str(old.authority)), serve(spoken_by(old)))


def test_who_signed_for_themselves_is_nobody(serve: Serve, files: Certificates) -> None:
    with pytest.raises(ssl.SSLCertVerificationError, match="self-signed"):
        shake(client_context(), serve(spoken_by(files)))


def test_what_the_public_trusts_is_known_on_any_machine() -> None:
    context = client_context()
    assert len(context.get_ca_certs()) > 50
    assert (context.check_hostname, context.verify_mode) == (True, ssl.CERT_REQUIRED)


def test_every_suite_has_forward_secrecy_and_authenticated_encryption() -> None:
    for each in strict(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)).get_ciphers():
        assert each["aead"], each
        assert each["protocol"] == "TLSv1.3" or each["kea"] == "kx-ecdhe", each
        assert each["strength_bits"] >= 128, each
