"""The trail: what an event adds to an act, how fast events are sealed, verified and pruned.

An act is one transaction of the pages' own login under row-level security: the account is set, a row of its own is changed,
and an event is written down. Inside the clock: all of it, up to the commit on the disk. "Plain" writes the same event in the clear into
a table with the same indexes, without sealing, salt and leaf. Both in turns, in one run. The sealer works once a second in a
process of its own while both are measured, as it does in service.
"""

import multiprocessing
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid4

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.support.static_settings"  # noqa: TID251 - stands in for boot
django.setup()

import orjson  # noqa: E402 - after the set-up
from django.db import connection  # noqa: E402
from tests.support.accounts import an_account  # noqa: E402
from tests.support.database import Database as Server  # noqa: E402

from bench.figures import figure  # noqa: E402
from bench.many import installation  # noqa: E402
from ringfence.apps.accounts.tenancy import tenant  # noqa: E402
from ringfence.apps.audit.acts import Act, Thing  # noqa: E402
from ringfence.apps.audit.record import record  # noqa: E402
from ringfence.core.clock import ManualClock  # noqa: E402
from ringfence.core.ids import new_id  # noqa: E402
from ringfence.lifecycle.audit.export import export_trail  # noqa: E402
from ringfence.lifecycle.audit.ledger import FolderLedger  # noqa: E402
from ringfence.lifecycle.audit.pruning import prune  # noqa: E402
from ringfence.lifecycle.audit.sealing import Sealer  # noqa: E402
from ringfence.policy import Plan  # noqa: E402
from ringfence.vault.audit.verify import verify_audit_export  # noqa: E402
from ringfence.vault.vault import Vault  # noqa: E402
from ringfence.work.database import Database  # noqa: E402

ACTS = 200
ROUNDS = 12
EVENTS = 20_000
_PLAIN = """
CREATE TABLE bench_event (id uuid PRIMARY KEY, account_id uuid NOT NULL, actor_kind varchar(8) NOT NULL, body jsonb NOT NULL,
  actor uuid, act varchar(30) NOT NULL, object uuid, xact bigint NOT NULL DEFAULT pg_current_xact_id()::text::bigint);
CREATE INDEX ON bench_event (account_id, id DESC);
CREATE INDEX ON bench_event (xact);
CREATE INDEX ON bench_event (account_id, object);
CREATE INDEX ON bench_event (account_id, id DESC) WHERE actor_kind IN ('operator', 'staff');
ALTER TABLE bench_event ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON bench_event USING (account_id = NULLIF(current_setting('ringfence.account_id', true), '')::uuid);
GRANT SELECT, INSERT ON bench_event TO rf_web
"""
_INSERT = "INSERT INTO bench_event (id, account_id, actor_kind, body, actor, act, object) VALUES (%s, %s, %s, %s, %s, %s, %s)"
_CHANGE = "UPDATE accounts_account SET timezone = %s WHERE id = %s"


class Acts:
    """The same act with a sealed event and with a plain one."""

    def __init__(self, account_id: UUID, clock: ManualClock) -> None:
        self._account_id, self._clock, self._thing = account_id, clock, uuid4()

    def sealed(self) -> None:
        with tenant(self._account_id), connection.cursor() as cursor:
            cursor.execute(_CHANGE, ["UTC", self._account_id])
            record(self._account_id, Act.CALL_OPENED, Thing("call", str(self._thing)))

    def plain(self) -> None:
        account_id, now = self._account_id, self._clock.now()
        with tenant(account_id), connection.cursor() as cursor:
            cursor.execute(_CHANGE, ["UTC", account_id])
            body = {
                "act": "call_opened",
                "at": now.isoformat(),
                "purpose": "service",
                "account": str(account_id),
            }
            row = (
                new_id(self._clock),
                account_id,
                "system",
                orjson.dumps(body).decode(),
                None,
                "call_opened",
                self._thing,
            )
            cursor.execute(_INSERT, row)


def per_second(act: Callable[[], None], count: int) -> float:
    began = time.perf_counter()
    for _ in range(count):
        act()
    return count / (time.perf_counter() - began)


def sealing(url: str, folder: Path, vault: Vault, until: "multiprocessing.synchronize.Event") -> None:
    """What a worker does meanwhile."""
    worker = Database(url)
    worker.open()
    sealer = Sealer(worker, vault, FolderLedger(folder))
    while not until.is_set():
        sealer.run()
        until.wait(1.0)
    worker.close()


def on_disk(server: Server, *, waited: bool) -> None:
    """In service a commit is on the disk before it is answered; without that, what an event costs shows barer."""
    with server.superuser() as admin:
        for setting in ("fsync", "synchronous_commit"):
            admin.execute(f"ALTER SYSTEM SET {setting} = {'on' if waited else 'off'}")
        admin.execute("SELECT pg_reload_conf()")
    connection.close()


def inserts(
    server: Server, vault: Vault, account_id: UUID, clock: ManualClock, folder: Path, case: str, target: str = ""
) -> None:  # fmt: skip
    acts = Acts(account_id, clock)
    acts.sealed()
    clock.advance(300)  # the day's key is settled, and remembered
    until = multiprocessing.get_context("fork").Event()
    beside = multiprocessing.get_context("fork").Process(
        target=sealing, args=(server.url("worker"), folder, vault, until)
    )
    beside.start()
    try:
        per_second(acts.plain, ACTS)
        per_second(acts.sealed, ACTS)
        pairs = [(per_second(acts.plain, ACTS), per_second(acts.sealed, ACTS)) for _ in range(ROUNDS)]
    finally:
        until.set()
        beside.join()
    plain, sealed = (statistics.median(column) for column in zip(*pairs, strict=True))
    figure("audit", case, "plain insert", plain, "acts/s")
    figure("audit", case, "audit on", sealed, "acts/s")
    share = statistics.median(ours / theirs for theirs, ours in pairs)
    figure("audit", case, "audit on against plain insert", share, "of it", target)


def throughput(server: Server, vault: Vault, account_id: UUID, clock: ManualClock, folder: Path) -> None:
    worker, pruner = Database(server.url("worker")), Database(server.url("audit"))
    worker.open()
    pruner.open()
    ledger = FolderLedger(folder)
    sealer = Sealer(worker, vault, ledger)
    sealer.run()
    thing = Thing("call", str(uuid4()))
    for _ in range(EVENTS // 100):
        with tenant(account_id):
            record(account_id, Act.CALL_OPENED, *([thing] * 100))
    began = time.perf_counter()
    count = sealer.run()
    figure("audit", "a batch", "sealing", count / (time.perf_counter() - began), "events/s")
    began = time.perf_counter()
    idle = [sealer.run() for _ in range(50)]
    assert not any(idle)
    figure("audit", "nothing to seal", "a round", (time.perf_counter() - began) / 50 * 1000, "ms")
    began = time.perf_counter()
    data = b"".join(export_trail(account_id, ledger=ledger, clock=clock))
    verdict = verify_audit_export(data, vault.signers.by_id())
    assert verdict.ok, verdict.problems
    rate = verdict.events / (time.perf_counter() - began)
    figure("audit", "a chain", "exporting and verifying", rate, "events/s")
    figure("audit", "a chain", "an event in an export", len(data) / verdict.events, "bytes")
    clock.advance(91 * 86_400)
    began = time.perf_counter()
    gone = prune(pruner, vault)
    figure("audit", "the end of a day", "pruning", gone / (time.perf_counter() - began), "events/s")
    worker.close()
    pruner.close()


def main() -> None:
    with installation() as (server, vault, clock), TemporaryDirectory() as folder:
        with server.superuser() as admin:
            admin.execute(_PLAIN)
        account_id = an_account(clock, Plan.GROWTH)
        on_disk(server, waited=False)
        inserts(server, vault, account_id, clock, Path(folder), "an act, the disk not waited for")
        on_disk(server, waited=True)
        inserts(server, vault, account_id, clock, Path(folder), "an act", "≥ 0.85")
        throughput(server, vault, account_id, clock, Path(folder))


if __name__ == "__main__":
    main()
