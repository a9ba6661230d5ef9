"""The database over TLS, with who answers checked: libpq's own handshake, against the real server behind a certificate."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from ringfence.boot.certificates import Certificates, ensure
from ringfence.boot.clock import SystemClock
from ringfence.boot.showing import server_context
from ringfence.web.databases import database as as_django
from ringfence.work.database import Database as Pool
from ringfence.work.database import DatabaseAway
from tests.support.database import Database

Serve = Callable[[ssl.SSLContext | None], int]


def pump(source: socket.socket, target: socket.socket) -> None:
    """Until one side has said everything."""
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)


def behind(connection: socket.socket, context: ssl.SSLContext | None, sockets: Path) -> None:
    """What a server does with a connection: it is asked for TLS (eight bytes), says S or N, and shakes hands."""
    connection.recv(8)
    if context is None:
        connection.sendall(b"N")
        connection.close()
        return
    connection.sendall(b"S")
    try:
        outer = context.wrap_socket(connection, server_side=True)
    except OSError:
        connection.close()
        return
    with outer, socket.socket(socket.AF_UNIX) as inner:
        inner.connect(str(sockets / ".s.PGSQL.5432"))
        back = threading.Thread(target=pump, args=(inner, outer), daemon=True)
        back.start()
        pump(outer, inner)
        back.join(5)


@pytest.fixture
def files(tmp_path: Path) -> Certificates:
    return ensure(tmp_path / "tls", "localhost", SystemClock())


@pytest.fixture
def serve(database: Database) -> Iterator[Serve]:
    listeners = list[socket.socket]()

    def start(context: ssl.SSLContext | None) -> int:
        bound = socket.create_server(("127.0.0.1", 0))
        listeners.append(bound)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = bound.accept()
                    threading.Thread(
                        target=behind, args=(connection, context, database.sockets), daemon=True
                    ).start()

        threading.Thread(target=accept, daemon=True).start()
        return int(bound.getsockname()[1])

    yield start
    for each in listeners:
        each.shutdown(socket.SHUT_RDWR)
        each.close()


@pytest.fixture
def address(database: Database, files: Certificates) -> Callable[..., str]:
    """As it would stand in DATABASE_URL; only that the name leads to this machine is the test's."""

    def make(port: int, host: str = "localhost", authority: Path | None = None) -> str:
        return (
            f"postgresql://rf_web:{database.passwords['rf_web']}@{host}:{port}/{database.name}?hostaddr=127.0.0.1"
            f"&sslmode=verify-full&sslrootcert={authority or files.authority}"
        )

    return make


def test_it_works_as_everywhere(serve: Serve, files: Certificates, address: Callable[..., str]) -> None:
    pool = Pool(address(serve(server_context(files))), most=1)
    pool.open()
    with pool.transaction() as cursor:
        row = cursor.execute("SELECT current_user, 40 + 2").fetchone()
        assert row == ("rf_web", 42)
        assert cursor.connection.pgconn.ssl_in_use
    pool.close()


def test_a_server_for_another_name(serve: Serve, files: Certificates, address: Callable[..., str]) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not match host name"):
        psycopg.connect(address(serve(server_context(files)), "db.example.org"))


def test_a_server_that_somebody_else_vouches_for(
    serve: Serve, files: Certificates, address: Callable[..., str], tmp_path: Path
) -> None:
    other = ensure(tmp_path / "other", "localhost", SystemClock())
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(address(serve(server_context(files)), authority=other.authority))


def test_a_server_that_speaks_in_the_clear(serve: Serve, address: Callable[..., str]) -> None:
    with pytest.raises(psycopg.OperationalError, match="does not support SSL"):
        psycopg.connect(address(serve(None)))


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def test_a_server_that_speaks_old_versions_only(
    serve: Serve, files: Certificates, address: Callable[..., str]
) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    old.load_cert_chain(files.chain, files.key)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with pytest.raises(psycopg.OperationalError, match="SSL error"):
        psycopg.connect(address(serve(old)))


def test_a_pool_says_that_it_is_away(serve: Serve, files: Certificates, address: Callable[..., str]) -> None:
    pool = Pool(address(serve(server_context(files)), "db.example.org"), most=1)
    pool._pool.timeout = 0.5
    pool.open()
    with pytest.raises(DatabaseAway), pool.transaction():
        pass
    pool.close()


def test_the_pages_ask_for_the_same(address: Callable[..., str], files: Certificates) -> None:
    options = as_django(address(5432))["OPTIONS"]
    assert (options["sslmode"], options["sslrootcert"]) == ("verify-full", str(files.authority))
