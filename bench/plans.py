"""A plan change of an account with many calls: bucket keys, what an owner waits for, rows that follow; against moving call rows.

python -m bench.plans [calls]
"""

import os
import sys
import time
from typing import Any, Final

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.static_settings"  # noqa: TID251 - stands in for boot
django.setup()

from tests.support.database import Database  # noqa: E402

from bench.figures import figure  # noqa: E402
from bench.many import Many, fill, installation  # noqa: E402
from ringfence.apps.calls.content import LOG, Place, unwrap, wrap  # noqa: E402
from ringfence.apps.keys.buckets import bucket_for, open_bucket  # noqa: E402
from ringfence.lifecycle.plans.changing import Plans  # noqa: E402
from ringfence.lifecycle.plans.moving import follow, rewrap  # noqa: E402
from ringfence.policy import Part, Plan  # noqa: E402
from ringfence.vault.vault import Vault  # noqa: E402
from ringfence.work.database import Database as Pool  # noqa: E402

CALLS: Final = 250_000
BATCH: Final = 2_000


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else CALLS
    with installation() as (database, vault, clock):
        many = fill(database, vault, clock, count)
        worker = Pool(database.url("worker"))
        worker.open()
        try:
            measure(database, vault, many, worker, f"{count:,} calls")
        finally:
            worker.close()


def measure(database: Database, vault: Vault, many: Many, worker: Pool, case: str) -> None:
    account_id, plans = many.account_id, Plans(worker, vault)
    for name in ("first", "again"):  # the first makes the epochs of ninety later days
        began = time.perf_counter()
        with worker.transaction(account_id) as cursor:
            moved = rewrap(cursor, vault, account_id, Plan.ENTERPRISE, vault.clock.now(), 1)
        figure("plans", case, f"rewrap {moved} bucket rows, {name}", _ms(began), "ms", "9 ms for 71 rows")
    began = time.perf_counter()
    seen = plans.look(account_id, Plan.STARTER)
    figure("plans", case, f"count what a downgrade destroys ({seen.destroys:,})", _ms(began), "ms")
    before = _wal(database)
    began = time.perf_counter()
    plans.confirm_lower(account_id, Plan.STARTER, shown=seen.destroys, by="bench")
    while not follow(worker, vault, account_id):
        continue
    figure(
        "plans", case, "confirm a downgrade, every row's end entered", _ms(began) / 1000, "s", "below 28.7 s"
    )
    figure("plans", case, "WAL of that", (_wal(database) - before) / 1e6, "MB")
    assert seen.at is not None
    many.clock.advance((seen.at - many.clock.now()).total_seconds())
    began = time.perf_counter()
    plans.begin_lower(account_id)
    figure("plans", case, "put it into force, keys and shelf", _ms(began), "ms")
    began = time.perf_counter()
    _move_rows(vault, many, worker)
    figure("plans", case, "the other way: every call's key to another bucket", _ms(began) / 1000, "s")


def _move_rows(vault: Vault, many: Many, worker: Pool) -> None:
    """What there would be without bucket keys between the day and the call: each call's own key is rewrapped."""
    account_id, buckets = many.account_id, dict[Any, Any]()
    for start in range(0, len(many.ids), BATCH):
        with worker.transaction(account_id) as cursor:
            rows = cursor.execute(
                "SELECT id, log_bucket_id, wrapped_key, ended_at FROM calls_call WHERE account_id = %s AND id = ANY(%s)",
                (account_id, many.ids[start : start + BATCH]),
            ).fetchall()
            moved = []
            for call_id, bucket_id, wrapped, ended_at in rows:
                if bucket_id not in buckets:
                    old = open_bucket(cursor, vault, account_id, bucket_id)
                    new = bucket_for(cursor, vault, account_id, Part.LOG, ended_at.date(), 365)
                    buckets[bucket_id] = (old, new)
                old, new = buckets[bucket_id]
                place = Place(account_id, call_id)
                key = unwrap(old.key, bytes(wrapped), place, LOG)
                moved.append((new.id, wrap(new.key, key, place, LOG), account_id, call_id))
            cursor.executemany(
                "UPDATE calls_call SET log_bucket_id = %s, wrapped_key = %s WHERE account_id = %s AND id = %s",
                moved,
            )


def _ms(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def _wal(database: Database) -> float:
    with database.superuser() as look:
        row = look.execute("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')").fetchone()
    assert row is not None
    return float(row[0])


if __name__ == "__main__":
    main()
