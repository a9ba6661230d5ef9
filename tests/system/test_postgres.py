"""The embedded database: made once, up quickly, mended by itself, closed to anybody without a password."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ringfence.boot.postgres import EmbeddedPostgres

PASSWORD = "a-secret-of-the-superuser"

CHILD = """
import sys, time
from pathlib import Path
from ringfence.boot.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), Path(sys.argv[1]), sys.argv[2])
server.start()
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path, tmp_path, PASSWORD)
    made.start()
    yield made
    made.stop()


def test_nobody_gets_in_without_the_password(server: EmbeddedPostgres, tmp_path: Path) -> None:
    url = server.make_database()
    assert server.make_database() == url  # twice is once
    psycopg.connect(url).close()
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace(PASSWORD, "guess"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgresql://postgres@/postgres?host={tmp_path}")


def test_the_password_does_not_rest_in_the_data_folder(server: EmbeddedPostgres, tmp_path: Path) -> None:
    assert server.alive
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert PASSWORD.encode() not in path.read_bytes(), path


def test_it_dies_with_a_killed_parent_and_starts_again_with_what_was_committed(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), PASSWORD], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    with psycopg.connect(f"postgresql://postgres:{PASSWORD}@/postgres?host={tmp_path}") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    again = EmbeddedPostgres(tmp_path, tmp_path, PASSWORD)
    again.start()
    try:
        with psycopg.connect(again.admin_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    finally:
        again.stop()
    assert not again.alive


def test_a_lock_file_that_names_a_stranger_is_no_hindrance(tmp_path: Path) -> None:
    first = EmbeddedPostgres(tmp_path, tmp_path, PASSWORD)
    first.start()
    first.stop()
    left = ["", str(tmp_path / "postgres"), "1000", "5432", str(tmp_path), "", "", "ready"]
    (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join([str(os.getpid()), *left[1:]]))
    again = EmbeddedPostgres(tmp_path, tmp_path, PASSWORD)
    again.start()
    again.stop()
