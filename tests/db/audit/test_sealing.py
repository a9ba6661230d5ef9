"""Events become batches: each once, none before its transaction is over, linked, signed, and found outside the database."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act
from ringfence.apps.audit.errors import NoTransaction
from ringfence.apps.audit.record import note, record
from ringfence.apps.rows.cursor import set_tenant
from ringfence.lifecycle.audit.checking import audit_status, check_trail
from ringfence.lifecycle.audit.ledger import FolderLedger, LedgerAway
from ringfence.lifecycle.audit.sealing import Sealer
from ringfence.vault.audit.verify import verify_audit_export
from tests.db.audit.conftest import Trail
from tests.support.database import as_login


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


def test_a_new_signing_key_takes_over_and_what_the_old_one_signed_verifies(trail: Trail) -> None:
    trail.happen(2)
    trail.seal()
    trail.vault.signers.renew()
    trail.restarted()
    trail.happen(2)
    trail.seal()
    assert verify_audit_export(trail.export(), trail.vault.signers.by_id()).problems == []
    assert not trail.verify().ok  # the older key alone does not know the newer batches


def test_the_ledger_gets_what_it_missed_while_it_was_away(
    trail: Trail, monkeypatch: pytest.MonkeyPatch
) -> None:
    trail.happen(1)
    with monkeypatch.context() as away:
        away.setattr(FolderLedger, "append", _away)
        with pytest.raises(LedgerAway):
            trail.seal()
    assert len(trail.ledger.since(trail.account_id, 1)) == 1
    trail.seal()  # nothing new, and still
    assert len(trail.ledger.since(trail.account_id, 1)) == 2
    assert trail.verify().ok


def test_a_line_that_a_crash_cut_short_hides_no_other(trail: Trail, tmp_path: Path) -> None:
    [file] = [path for path in tmp_path.rglob("*.jsonl") if str(trail.account_id) in path.name]
    with file.open("ab") as torn:
        torn.write(b'{"head": {"acc')
    trail.happen(1)
    trail.seal()
    trail.happen(1)
    trail.seal()
    assert [each.head.batch for each in trail.ledger.since(trail.account_id, 1)] == [1, 2, 3]
    assert trail.verify().ok


def test_two_sealers_at_once_make_one_chain(trail: Trail) -> None:
    others = [Sealer(trail.worker, trail.vault, trail.ledger) for _ in range(3)]
    trail.happen(20)
    with ThreadPoolExecutor(3) as pool:
        counts = list(pool.map(lambda each: each.run(), others))
    assert sum(counts) >= 20
    assert trail.verify().events == 21


def test_the_state_of_it_all(trail: Trail) -> None:
    trail.happen(1)
    assert audit_status(trail.clock).unsealed >= 1
    trail.seal()
    trail.clock.advance(5)
    status = audit_status(trail.clock)
    assert status.unsealed == 0
    assert status.last_head_at is not None


def test_a_chain_is_looked_at_again_and_what_is_wrong_is_counted(trail: Trail) -> None:
    trail.happen(2)
    trail.seal()
    with as_login("worker"):
        assert check_trail(trail.account_id, trail.ledger, trail.clock).ok
        before = audit_status(trail.clock).broken
        trail.break_with("DELETE FROM audit_event WHERE account_id = %(account)s")
        assert not check_trail(trail.account_id, trail.ledger, trail.clock).ok
        assert audit_status(trail.clock).broken == before + 1


def _away(*_args: object) -> None:
    raise LedgerAway("The ledger's folder cannot be written.")
