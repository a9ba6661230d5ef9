"""One day ends, with 10 k and 100 k calls on it (more by argument): its key, then its rows and objects; against plain DELETE.

Inside the clock of `the day's key`: destroying it in a folder, overwritten and synced to the disk. From there on nothing of the day opens,
in the database or in any copy of it. Inside `rows and objects`: the whole sweep, as the worker's own login under row-level
security, batch by batch with an unlink for every recording. Beside it, in the same database and with as many calls of the day
before: one DELETE per table as a superuser, without objects, fences or batches, and the VACUUM that it needs.
WAL is what the server wrote meanwhile. The database's durability is on, as in service.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.static_settings"  # noqa: TID251 - stands in for boot
django.setup()

import psycopg  # noqa: E402 - after the set-up
import structlog  # noqa: E402
from tests.support.database import Database  # noqa: E402

from bench.figures import figure  # noqa: E402
from bench.many import Many, fill, installation  # noqa: E402
from ringfence.apps.calls.objects import Objects, object_name  # noqa: E402
from ringfence.core.clock import ManualClock, SteadyClock  # noqa: E402
from ringfence.core.config import current  # noqa: E402
from ringfence.lifecycle.sweep.sweeper import Sweeper  # noqa: E402
from ringfence.vault.keyring import day_epoch  # noqa: E402
from ringfence.vault.vault import Vault  # noqa: E402
from ringfence.work.database import Database as Pool  # noqa: E402

COUNTS = (10_000, 100_000)
OTHERS = 3  # days that stay, for each that goes
MANY = 500_000  # from here on one day stays: the making takes longest by far
SECOND_DAY = timedelta(days=1)
_DELETE = (
    "DELETE FROM calls_searchtokens WHERE call_id = ANY(%s)",
    "DELETE FROM calls_recording WHERE call_id = ANY(%s)",
    "DELETE FROM calls_transcript WHERE call_id = ANY(%s)",
    "DELETE FROM calls_call WHERE id = ANY(%s)",
)
_TABLES = ("calls_searchtokens", "calls_recording", "calls_transcript", "calls_call")


@dataclass(frozen=True)
class Took:
    """Milliseconds, and megabytes of WAL."""

    ms: float
    wal_mb: float


@contextmanager
def durable(database: Database) -> Iterator[psycopg.Connection[Any]]:
    """A superuser's connection to a server that syncs as it does in service."""
    with database.superuser() as server:
        server.execute("ALTER SYSTEM SET fsync = on")
        server.execute("ALTER SYSTEM SET synchronous_commit = on")
        server.execute("SELECT pg_reload_conf()")
        yield server


def measure(server: psycopg.Connection[Any], act: Callable[[], object]) -> Took:
    before = one(server, "SELECT pg_current_wal_insert_lsn()::text")
    began = time.perf_counter()
    act()
    took = (time.perf_counter() - began) * 1000
    wal = one(server, "SELECT pg_current_wal_insert_lsn() - %s::pg_lsn", before)
    return Took(took, float(wal) / 1e6)


def one(server: psycopg.Connection[Any], query: str, *values: object) -> Any:
    row = server.execute(query, values).fetchone()
    assert row is not None
    return row[0]


def two_days(server: psycopg.Connection[Any], many: Many, count: int, first: datetime) -> list[UUID]:
    """Let `count` calls fall due on the day after `first` (returned) and as many on `first`; the rest stay where they are."""
    for number, ids in enumerate((many.ids[:count], many.ids[count : 2 * count])):
        due = first + SECOND_DAY * number
        for table, column in (("calls_call", "id"), ("calls_transcript", "call_id")):
            server.execute(f"UPDATE {table} SET expires_at = %s WHERE {column} = ANY(%s)", [due, ids])  # noqa: S608 - ours
    server.execute("VACUUM ANALYZE")
    server.execute("CHECKPOINT")
    return many.ids[count : 2 * count]


def recordings(
    server: psycopg.Connection[Any], many: Many, ids: list[UUID], due: datetime, *, objects: bool = True
) -> None:
    """A row and a small object for each call, as a store in a folder holds them."""
    folder = Path(current().object_store_url)
    with server.cursor() as cursor, cursor.copy(
        "COPY calls_recording (id, account_id, call_id, state, expires_at, object_name, bytes, duration_ms) FROM STDIN"
    ) as copy:  # fmt: skip
        for call_id in ids:
            name = object_name(many.account_id, call_id)
            copy.write_row((call_id, many.account_id, call_id, "kept", due, name, 64, 120_000))
            if not objects:
                continue
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes(64))


def key_of_the_day(vault: Vault, due: datetime) -> Callable[[], object]:
    name = day_epoch(due.date())
    vault.keyring.epoch(name, create=True)
    return lambda: vault.keyring.destroy(name)


def sweep(database: Database, vault: Vault, clock: ManualClock) -> Callable[[], Sweeper]:
    def act() -> Sweeper:
        pool = Pool(database.url("worker"))
        pool.open()
        try:
            steady = SteadyClock(clock.now, clock.monotonic)
            sweeper = Sweeper(pool, vault, Objects(current().object_store_url), steady, witnesses=())
            sweeper.run()
        finally:
            pool.close()
        return sweeper

    return act


def run(count: int) -> None:
    case = f"{count:,} calls of the day"
    with installation() as (database, vault, clock):
        others = OTHERS if count < MANY else 1
        many = fill(database, vault, clock, count * (2 + others), plain=False)
        deleted_due = clock.now() + timedelta(hours=1)
        with durable(database) as server:
            ours = two_days(server, many, count, deleted_due)
            recordings(server, many, many.ids[:count], deleted_due, objects=False)
            recordings(server, many, ours, deleted_due + SECOND_DAY)
            server.execute("VACUUM ANALYZE")
            server.execute("CHECKPOINT")
            key = measure(server, key_of_the_day(vault, deleted_due + SECOND_DAY))
            plain = measure(server, lambda: delete(server, many.ids[:count]))
            tidied = measure(server, lambda: vacuum(server))
            server.execute("CHECKPOINT")
            clock.advance(timedelta(days=1, hours=2).total_seconds())
            mine = measure(server, sweep(database, vault, clock))
            left = one(server, "SELECT count(*) FROM calls_call WHERE id = ANY(%s)", ours)
            assert left == 0
            assert one(server, "SELECT count(*) FROM calls_call") == count * others
            after = measure(server, lambda: vacuum(server))
    figure("expiry", case, "the day's key destroyed, in every copy", key.ms, "ms", "≤ 10 ms, flat")
    figure("expiry", case, "the day's key, WAL", key.wal_mb, "MB")
    figure("expiry", case, "rows and objects gone", mine.ms, "ms")
    figure("expiry", case, "rows and objects, per call", mine.ms * 1000 / count, "µs")
    figure("expiry", case, "rows and objects, WAL", mine.wal_mb, "MB")
    figure("expiry", case, "vacuum after it", after.ms, "ms")
    figure("expiry", case, "plain DELETE beside it, rows only", plain.ms, "ms")
    figure("expiry", case, "plain DELETE, WAL", plain.wal_mb, "MB")
    figure("expiry", case, "vacuum after DELETE", tidied.ms, "ms")


def delete(server: psycopg.Connection[Any], ids: list[UUID]) -> None:
    with server.transaction():
        for statement in _DELETE:
            server.execute(statement, [ids])


def vacuum(server: psycopg.Connection[Any]) -> None:
    for table in _TABLES:
        server.execute(f"VACUUM {table}")


def main() -> None:
    structlog.configure(
        logger_factory=structlog.PrintLoggerFactory(sys.stderr)
    )  # standard output has the figures
    for count in [int(each) for each in sys.argv[1:]] or COUNTS:
        run(count)


if __name__ == "__main__":
    main()
