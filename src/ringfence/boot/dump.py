"""The database out and in by PostgreSQL's own programs, through pipes: nothing of it is written anywhere in the clear.

A login that can read every row is needed: of the embedded server its superuser, elsewhere what DATABASE_URL names.
pg_dump refuses a login that row-level security would hide rows from.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import IO, Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from ringfence.boot.postgres import program
from ringfence.core.errors import RingfenceError
from ringfence.lifecycle.backup.run import Snapshot

STEP: Final = 1024 * 1024
# Sessions that were signed out must not come back, and a ticket is for one minute.
LEFT_OUT: Final = ("public.django_session", "public.calls_ticket", "public.procrastinate_workers")
_MARK: Final = "SELECT batch, hash FROM calls_ledgermark WHERE id = 1"
_OBJECTS: Final = "SELECT object_name FROM calls_recording WHERE object_name <> '' ORDER BY object_name"
_VARIABLES: Final = {
    "host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE",
    "hostaddr": "PGHOSTADDR", "sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
}  # fmt: skip


class DumpFailed(RingfenceError):
    """PostgreSQL's program failed; the message is what it said."""

    code = "dump_failed"


@contextmanager
def snapshot(url: str, schema: str) -> Iterator[Snapshot]:
    """One moment of the database, held for as long as the context: dump and rows are of the same transaction."""
    with psycopg.connect(url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        exported = connection.execute("SELECT pg_export_snapshot()").fetchone()
        mark = connection.execute(_MARK).fetchone() or (0, "")
        names = [row[0] for row in connection.execute(_OBJECTS).fetchall()]
        facts = {"schema": schema, "ledger": {"batch": mark[0], "hash": mark[1]}, "objects": len(names)}
        yield Snapshot(facts=facts, dump=_dump(url, exported[0] if exported else ""), objects=names)


def _dump(url: str, exported: str) -> Iterator[bytes]:
    left_out = [f"--exclude-table-data={name}" for name in LEFT_OUT]
    arguments = [
        _dumper(url), "--format=custom", "--compress=none", "--no-password", f"--snapshot={exported}", *left_out,
    ]  # fmt: skip
    with subprocess.Popen(
        arguments,
        env=_environment(url),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as child:
        assert child.stdout is not None  # noqa: S101 - asked for above
        while piece := child.stdout.read(STEP):
            yield piece
        _ended(child)


def _dumper(url: str) -> str:
    """The program that comes along speaks no TLS; a database that is reached over it needs the machine's own."""
    if "sslmode" not in conninfo_to_dict(url):
        return program("pg_dump")
    found = shutil.which("pg_dump")
    if found is None:
        raise DumpFailed(
            "The database is reached over TLS. Install PostgreSQL's client programs on this machine: pg_dump does it."
        )
    return found


@contextmanager
def loading(url: str) -> Iterator[IO[bytes]]:
    """A pipe into an empty database, loaded in one transaction that is committed when the context ends well."""
    arguments = [
        program("pg_restore"), "--exit-on-error", "--single-transaction", "--no-password",
        f"--dbname={conninfo_to_dict(url).get('dbname')}",
    ]  # fmt: skip
    child = subprocess.Popen(
        arguments, env=_environment(url), stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )  # fmt: skip
    with child:
        assert child.stdin is not None  # noqa: S101 - asked for above
        whole = False
        try:
            yield child.stdin
            child.stdin.close()
            whole = True
        except BrokenPipeError:
            whole = True  # it ended by itself, and says why
        finally:
            if not whole:
                child.kill()
        _ended(child)


def _ended(child: subprocess.Popen[bytes]) -> None:
    said = child.stderr.read().decode(errors="replace").strip() if child.stderr else ""
    if child.wait():
        raise DumpFailed(
            f"The database was not read or written: {said.splitlines()[0] if said else 'no reason given'}"
        )


def _environment(url: str) -> Mapping[str, str]:
    """The address by variables: an argument would show its password to every process of the machine."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    own = {variable: str(parts[name]) for name, variable in _VARIABLES.items() if parts.get(name)}
    return {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", **own}
