"""One account with a trail: what writes it down, what seals it, and what stands outside the database."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.audit.export import export_trail
from ringfence.lifecycle.audit.ledger import FolderLedger
from ringfence.lifecycle.audit.pruning import prune
from ringfence.lifecycle.audit.sealing import Sealer
from ringfence.policy import Plan
from ringfence.vault.audit.verify import Verdict, verify_audit_export
from ringfence.vault.signing import SigningKey
from ringfence.vault.vault import Vault
from ringfence.work.database import Database as Pool
from tests.support.accounts import an_account
from tests.support.database import Database


@dataclass
class Trail:
    """`happen` writes events down; `seal` is a round of the worker; `export` and `verify` are what a customer does."""

    account_id: UUID
    clock: ManualClock
    vault: Vault
    ledger: FolderLedger
    sealer: Sealer
    worker: Pool
    pruner: Pool
    database: Database

    def happen(self, count: int = 1, act: Act = Act.CALL_OPENED, thing: UUID | None = None) -> None:
        for _ in range(count):
            with tenant(self.account_id):
                record(self.account_id, act, Thing("call", str(thing or uuid4())))
            self.clock.advance(0.01)

    def seal(self) -> int:
        return self.sealer.run()

    def restarted(self) -> "Sealer":
        self.sealer = Sealer(self.worker, self.vault, self.ledger)
        return self.sealer

    def prune(self) -> int:
        return prune(self.pruner, self.vault)

    def export(self) -> bytes:
        return b"".join(export_trail(self.account_id, ledger=self.ledger, clock=self.clock))

    def verify(self) -> Verdict:
        key = SigningKey.of(self.vault.root)
        return verify_audit_export(self.export(), {key.key_id: key.public})

    def break_with(self, statement: str, **values: object) -> None:
        """What a superuser can do, past every trigger."""
        with self.database.superuser() as admin:
            admin.execute("SET session_replication_role = replica")
            done = admin.execute(statement, {"account": self.account_id, **values})
            assert done.rowcount


@pytest.fixture
def pruner(database: Database) -> Iterator[Pool]:
    """Connections of the login rf_audit."""
    pool = Pool(database.url("audit"))
    pool.open()
    yield pool
    pool.close()


@pytest.fixture
def trail(
    clock: ManualClock, vault: Vault, worker: Pool, pruner: Pool, database: Database, tmp_path: Path
) -> Trail:
    account_id = an_account(clock, Plan.GROWTH)
    ledger = FolderLedger(tmp_path / f"ledger-{os.getpid()}")
    made = Trail(account_id, clock, vault, ledger, Sealer(worker, vault, ledger), worker, pruner, database)
    made.seal()  # batch 1: that the account was opened
    return made
