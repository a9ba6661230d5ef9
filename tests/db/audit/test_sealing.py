"""Events become batches: each once, none before its transaction is over, linked, signed, and found outside the database."""

import psycopg
import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act
from ringfence.apps.audit.errors import NoTransaction
from ringfence.apps.audit.record import note, record
from ringfence.apps.rows.cursor import set_tenant
from tests.db.audit.conftest import Trail


def test_what_happened_verifies(trail: Trail) -> None:
    for _ in range(3):
        trail.happen(4)
        assert trail.seal() >= 4
        trail.clock.advance(1)
    trail.happen(2)
    verdict = trail.verify()
    assert verdict.problems == []
    assert (verdict.batches, verdict.events, verdict.unsealed) == (4, 13, 2)
    assert [each.head.batch for each in trail.ledger.since(trail.account_id, 1)] == [1, 2, 3, 4]


def test_sealed_once_also_by_a_worker_that_starts_anew(trail: Trail) -> None:
    trail.happen(5)
    trail.seal()
    assert trail.seal() == 0
    assert trail.restarted().run() == 0
    trail.happen(1)
    trail.seal()
    assert trail.verify().events == 7


def test_an_event_of_an_open_transaction_waits_and_comes_in_order(trail: Trail) -> None:
    with psycopg.connect(trail.database.url("web")) as late, late.cursor() as cursor:
        set_tenant(cursor, trail.account_id)
        note(cursor, trail.vault, trail.account_id, Act.KEY_ISSUED)
        trail.happen(3)
        trail.seal()
        assert trail.verify().events == 1  # younger ones wait for it, too: nothing can come before them later
        late.commit()
    trail.seal()
    verdict = trail.verify()
    assert verdict.ok
    assert verdict.events == 5


def test_what_is_rolled_back_leaves_nothing(trail: Trail) -> None:
    def fail() -> None:
        with tenant(trail.account_id):
            record(trail.account_id, Act.KEY_ISSUED)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    trail.seal()
    assert trail.verify().events == 1


def test_nothing_is_written_down_beside_a_transaction(trail: Trail) -> None:
    with pytest.raises(NoTransaction):
        record(trail.account_id, Act.KEY_ISSUED)


def test_events_of_a_restored_database_are_sealed(trail: Trail) -> None:
    """They bring transaction numbers that this server has not reached yet."""
    trail.happen(2)
    trail.break_with(
        "UPDATE audit_event SET xact = xact + 1000000000 WHERE account_id = %(account)s AND id NOT IN"
        " (SELECT id FROM audit_leaf)"
    )
    assert trail.restarted().run() == 2
    trail.happen(1)
    trail.seal()
    assert trail.verify().events == 4
