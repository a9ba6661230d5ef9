"""The end of an event: refused at the exact moment, gone with the next round, its leaf and its proofs left."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import psycopg
import pytest

from ringfence.apps.accounts.models import Account
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.errors import NoSuchEvent
from ringfence.core.ids import moment_of
from ringfence.lifecycle.audit.trail import TrailFilters, proof_of, read_trail
from ringfence.policy import Plan
from ringfence.vault.audit.verify import verify_audit_proof
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import day_epoch
from ringfence.vault.signing import SigningKey
from ringfence.vault.wrap import open_bucket_key
from tests.db.audit.conftest import Trail
from tests.support.database import Database


def page(trail: Trail) -> Any:
    return read_trail(trail.account_id, TrailFilters(), clock=trail.clock).events


def at(trail: Trail, days: float, seconds: float = 0.0) -> None:
    """So long after the newest event."""
    trail.clock.moment = moment_of(page(trail)[0].id) + timedelta(days=days, seconds=seconds)


def test_the_last_second_is_readable_and_the_next_is_not(trail: Trail) -> None:
    trail.happen(1)
    trail.seal()
    event = page(trail)[0]
    at(trail, 90, -1)
    assert page(trail)[0].id == event.id
    trail.clock.advance(1)
    assert page(trail) == ()
    with pytest.raises(NoSuchEvent):
        proof_of(trail.account_id, event.id, clock=trail.clock)


def test_pruned_events_are_gone_and_old_proofs_hold(trail: Trail) -> None:
    trail.happen(5)
    trail.seal()
    key = SigningKey.of(trail.vault.root)
    keys = {key.key_id: key.public}
    proofs = [orjson.dumps(proof_of(trail.account_id, each.id, clock=trail.clock)) for each in page(trail)]
    at(trail, 89)
    trail.happen(2)
    trail.seal()
    trail.clock.advance(86_400 + 1)
    assert trail.prune() >= 6
    trail.prune()
    assert len(page(trail)) == 2
    for proof in proofs:
        assert verify_audit_proof(proof, keys).ok
        assert not verify_audit_proof(proof.replace(b"_opened", b"_closed"), keys).ok
    verdict = trail.verify()
    assert verdict.ok, verdict.problems
    assert (verdict.pruned, verdict.events) == (6, 2)


def test_the_bytes_are_gone_from_the_table_and_what_a_disk_keeps_opens_for_nobody(trail: Trail) -> None:
    trail.happen(3)
    trail.seal()
    with trail.database.superuser() as look:
        where = f"FROM audit_event WHERE account_id = '{trail.account_id}'"
        bodies = [bytes(row[0]) for row in look.execute(f"SELECT body {where}")]
        wrapped = look.execute(
            "SELECT id, epoch, wrapped FROM audit_bucket WHERE account_id = %s", [trail.account_id]
        ).fetchone()
    assert wrapped is not None
    at(trail, 92)
    trail.prune()
    with trail.database.superuser() as admin:
        admin.execute("VACUUM audit_event")
        admin.execute("CHECKPOINT")
        row = admin.execute("SELECT pg_relation_filepath('audit_event')").fetchone()
        assert row is not None
        heap = Path(trail.database.sockets, "postgres", row[0]).read_bytes()
        kept = admin.execute(
            "SELECT 1 FROM audit_bucket WHERE account_id = %s", [trail.account_id]
        ).fetchone()
    # A vacuumed page may keep old bytes where its free space is, and the log until it is recycled: neither opens.
    assert len(bodies) == 4
    assert kept is None
    assert all(b"call_opened" not in part for part in (heap, *bodies))
    trail.vault.keyring.destroy(day_epoch((trail.clock.now() - timedelta(days=2)).date()))
    with pytest.raises(EpochGone):
        open_bucket_key(trail.vault.keyring, trail.account_id, wrapped[0], wrapped[1], bytes(wrapped[2]))


def test_a_plan_that_keeps_longer_lengthens_and_one_that_keeps_shorter_takes_nothing(trail: Trail) -> None:
    trail.happen(2)
    trail.seal()
    for plan in (Plan.ENTERPRISE, Plan.STARTER):
        with tenant(trail.account_id):
            Account.objects.filter(id=trail.account_id).update(plan=plan.value)
        trail.prune()
    at(trail, 400)
    trail.prune()
    assert len(page(trail)) == 3
    assert trail.verify().ok


def test_each_plan_keeps_what_the_policy_says(trail: Trail) -> None:
    with tenant(trail.account_id):
        Account.objects.filter(id=trail.account_id).update(plan=Plan.STARTER.value)
    trail.happen(1)
    at(trail, 30, -1)
    assert len(page(trail)) == 2
    trail.clock.advance(1)
    assert len(page(trail)) == 1  # the one that was written under Growth


@pytest.mark.parametrize("login", ["web", "media", "worker"])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit_event", "UPDATE audit_event SET leaf = leaf", "TRUNCATE audit_event", "DELETE FROM audit_leaf",
        "UPDATE audit_leaf SET batch = 1", "DELETE FROM audit_head", "UPDATE audit_head SET batch = 1",
        "DELETE FROM audit_bucket", "UPDATE audit_bucket SET period_days = 1", "UPDATE audit_bucket SET wrapped = ''",
        "INSERT INTO audit_event (xact) VALUES (1)",
    ],
)  # fmt: skip
def test_serving_logins_only_append(database: Database, login: Any, statement: str) -> None:
    with database.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT body FROM audit_event", "INSERT INTO audit_event (id) VALUES (gen_random_uuid())", "DELETE FROM audit_leaf",
        "DELETE FROM audit_head", "SELECT name FROM accounts_account", "SELECT 1 FROM calls_call", "SELECT 1 FROM keys_bucket",
    ],
)  # fmt: skip
def test_the_pruner_does_nothing_else(database: Database, statement: str) -> None:
    with database.connect("audit") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_even_the_owner_writes_nothing_over(trail: Trail) -> None:
    trail.seal()
    with trail.database.connect("owner") as owner:
        for table in ("audit_event", "audit_leaf", "audit_head"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                owner.execute(f"UPDATE {table} SET account_id = account_id")  # noqa: S608 - our own table names


def test_another_account_sees_nothing_of_it(trail: Trail, account_id: Any) -> None:
    trail.happen(3)
    with trail.database.connect("web") as web, web.transaction():
        web.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(account_id)])
        row = web.execute(
            "SELECT count(*) FROM audit_event WHERE account_id = %s", [trail.account_id]
        ).fetchone()
        assert row == (0,)
    with trail.database.connect("web") as web:
        assert web.execute("SELECT count(*) FROM audit_event").fetchone() == (0,)
