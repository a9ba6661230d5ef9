"""What stating a purpose, and looking at a mark, add to a read: the same read with and without, in turns, in one run.

- `purpose`: the call log's commonest statement over psycopg as rf_worker, in a transaction with its account set. Inside the clock: this
  process's CPU time for the transaction, the statement, its rows; the server's is its own. Without: psycopg's own cursor.
- `mark`: the memberships of a person, as every page asks. Inside the clock: CPU time for the statement, and looking at the row. Without: the same
  statement, and the row as it is.

    python -m bench.purpose
"""

import os
import statistics
import time
from collections.abc import Callable

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.static_settings"  # noqa: TID251 - stands in for boot
django.setup()

import psycopg  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402
from tests.support.accounts import an_account  # noqa: E402
from tests.support.visitors import a_member  # noqa: E402

from bench.figures import figure  # noqa: E402
from bench.many import installation  # noqa: E402
from ringfence.apps.accounts.members import _OF_USER, belongings  # noqa: E402 - the statement itself
from ringfence.apps.rows.cursor import set_tenant  # noqa: E402
from ringfence.apps.rows.purpose import StatedCursor  # noqa: E402

ROUNDS, READS = 41, 100
READ = "SELECT id, status, started_at, duration_ms FROM calls_call WHERE account_id = %s ORDER BY id DESC LIMIT 50"


def microseconds(read: Callable[[], object]) -> float:
    began = time.process_time()
    for _ in range(READS):
        read()
    return (time.process_time() - began) / READS * 1e6


def beside(case: str, with_it: Callable[[], object], without: Callable[[], object], target: str) -> None:
    """Both in turns; the median of the turns' ratios counts."""
    turns = [(microseconds(with_it), microseconds(without)) for _ in range(ROUNDS)]
    figure("purpose", case, "with", statistics.median(each[0] for each in turns), "µs")
    figure("purpose", case, "without", statistics.median(each[1] for each in turns), "µs")
    figure("purpose", case, "ratio", statistics.median(a / b for a, b in turns), "×", target)


def main() -> None:
    with installation() as (database, _vault, clock):
        account_id = an_account(clock)
        person = a_member(account_id, clock, password=None)
        with (
            psycopg.connect(database.url("worker"), cursor_factory=StatedCursor) as stated,
            psycopg.connect(database.url("worker")) as plain,
        ):

            def read(of: psycopg.Connection[tuple[object, ...]]) -> object:
                with of.transaction(), of.cursor() as cursor:
                    set_tenant(cursor, account_id)
                    return cursor.execute(READ, (account_id,)).fetchall()

            beside("purpose", lambda: read(stated), lambda: read(plain), "≤ 1.1")

        def unlooked() -> object:
            with connection.cursor() as cursor:
                cursor.execute(_OF_USER, [person.id])
                return cursor.fetchall()

        beside("mark", lambda: belongings(person.id), unlooked, "≤ 2")


if __name__ == "__main__":
    main()
