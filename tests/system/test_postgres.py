"""The embedded database: made once, up quickly, mended by itself, closed to anybody without a password."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ringfence.boot.postgres import EmbeddedPostgres

PASSWORDS = {
    login: f"secret-of-{login}" for login in ("postgres", "rf_owner", "rf_web", "rf_media", "rf_worker")
}

CHILD = """
import sys, time
from pathlib import Path
from ringfence.boot.postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path(sys.argv[1]), Path(sys.argv[1]), dict(zip(sys.argv[2::2], sys.argv[3::2])))
server.start()
print("up", flush=True)
time.sleep(60)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    made = EmbeddedPostgres(tmp_path, tmp_path, PASSWORDS)
    made.start()
    made.make_logins()
    yield made
    made.stop()


def url(folder: Path, login: str, password: str) -> str:
    return f"postgresql://{login}:{password}@/ringfence?host={folder}"


def test_every_login_needs_its_password_and_none_is_a_superuser(
    server: EmbeddedPostgres, tmp_path: Path
) -> None:
    server.make_logins()  # twice is once
    with psycopg.connect(url(tmp_path, "rf_owner", PASSWORDS["rf_owner"])) as connection:
        row = connection.execute(
            "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'rf_owner'"
        ).fetchone()
    assert row == (False,)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url(tmp_path, "rf_owner", "guess"))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(f"postgresql://postgres@/postgres?host={tmp_path}")


def test_no_passwords_rest_in_the_data_folder(server: EmbeddedPostgres, tmp_path: Path) -> None:
    assert server.alive
    for path in tmp_path.rglob("*"):
        if path.is_file():
            assert PASSWORDS["rf_web"].encode() not in path.read_bytes(), path


def test_it_dies_with_a_killed_parent_and_starts_again_with_what_was_committed(tmp_path: Path) -> None:
    arguments = [part for pair in PASSWORDS.items() for part in pair]
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), *arguments], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    with psycopg.connect(
        f"postgresql://postgres:{PASSWORDS['postgres']}@/postgres?host={tmp_path}"
    ) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    began = time.monotonic()
    again = EmbeddedPostgres(tmp_path, tmp_path, PASSWORDS)
    again.start()
    try:
        assert time.monotonic() - began < 30
        with psycopg.connect(again.admin_url) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (7,)
    finally:
        again.stop()
    assert not again.alive
