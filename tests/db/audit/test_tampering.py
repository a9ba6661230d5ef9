"""A superuser of the database edits, deletes, reorders, truncates, forges; the offline verifier finds each of it."""

import pytest

from ringfence.vault.audit.verify import verify_audit_export
from ringfence.vault.signing import SigningKey
from tests.db.audit.conftest import Trail

# What is done to the second batch, and a word of what the verifier says of it.
ATTACKS = {
    "an event's bytes are changed": (
        "UPDATE audit_event SET body = set_byte(body, 40, get_byte(body, 40) # 1) WHERE id = %(first)s",
        "does not open",
    ),
    "an event is deleted": ("DELETE FROM audit_event WHERE id = %(first)s", "it was deleted"),
    "an event and its leaf are deleted": (
        "WITH gone AS (DELETE FROM audit_leaf WHERE id = %(first)s) DELETE FROM audit_event WHERE id = %(first)s",
        "not those that were sealed",
    ),
    "two events change places": (
        ("UPDATE audit_event e SET body = o.body FROM audit_event o WHERE (e.id, o.id) IN"
        " ((%(first)s, %(second)s), (%(second)s, %(first)s))"),
        "does not open",
    ),
    "two leaves change places": (
        ("UPDATE audit_leaf l SET leaf = o.leaf FROM audit_leaf o WHERE (l.id, o.id) IN"
        " ((%(first)s, %(second)s), (%(second)s, %(first)s))"),
        "not those that were sealed",
    ),
    "a leaf is changed": (
        "UPDATE audit_leaf SET leaf = sha256(leaf) WHERE id = %(first)s",
        "not those that were sealed",
    ),
    "a batch is deleted": (
        ("WITH heads AS (DELETE FROM audit_head WHERE account_id = %(account)s AND batch = 2),"
        " leaves AS (DELETE FROM audit_leaf WHERE account_id = %(account)s AND batch = 2)"
        " DELETE FROM audit_event WHERE id IN (SELECT id FROM audit_leaf WHERE account_id = %(account)s AND batch = 2)"),
        "batches are missing",
    ),
    "a head is written anew": (
        ("UPDATE audit_head SET message = replace(message, '\"size\":6', '\"size\":5')"
        " WHERE account_id = %(account)s AND batch = 2"),
        "signature does not fit",
    ),
    "a head is made unreadable": (
        "UPDATE audit_head SET message = 'x' WHERE account_id = %(account)s AND batch = 2",
        "not what an audit export is made of",
    ),
    "two batches change places": (
        ("UPDATE audit_head SET message = o.message, signature = o.signature FROM audit_head o"
        " WHERE o.account_id = %(account)s AND audit_head.account_id = %(account)s AND o.batch = 5 - audit_head.batch"
        " AND o.batch IN (2, 3)"),
        "out of order",
    ),
    "the newest batch is deleted": (
        ("WITH heads AS (DELETE FROM audit_head WHERE account_id = %(account)s AND batch = 3),"
        " events AS (DELETE FROM audit_event WHERE id IN"
        " (SELECT id FROM audit_leaf WHERE account_id = %(account)s AND batch = 3))"
        " DELETE FROM audit_leaf WHERE account_id = %(account)s AND batch = 3"),
        "the newest events were deleted",
    ),
    "everything is deleted": (
        ("WITH heads AS (DELETE FROM audit_head WHERE account_id = %(account)s),"
        " leaves AS (DELETE FROM audit_leaf WHERE account_id = %(account)s)"
        " DELETE FROM audit_event WHERE account_id = %(account)s"),
        "the newest events were deleted",
    ),
}  # fmt: skip


@pytest.fixture
def sealed(trail: Trail) -> Trail:
    """Three batches, of 1, 6 and 4 events."""
    for count in (6, 4):
        trail.happen(count)
        trail.seal()
        trail.clock.advance(1)
    assert trail.verify().ok
    return trail


@pytest.mark.parametrize("attack", ATTACKS)
def test_it_is_found(sealed: Trail, attack: str) -> None:
    statement, told = ATTACKS[attack]
    with sealed.database.superuser() as look:
        ids = look.execute(
            "SELECT id FROM audit_leaf WHERE account_id = %s AND batch = 2 ORDER BY position", [sealed.account_id]
        ).fetchall()  # fmt: skip
    sealed.break_with(statement, first=ids[2][0], second=ids[3][0])
    verdict = sealed.verify()
    assert not verdict.ok
    assert any(told in problem for problem in verdict.problems), verdict.problems


@pytest.mark.parametrize(
    "attack", ["a batch is deleted", "the newest batch is deleted", "everything is deleted"]
)
def test_what_comes_later_hides_nothing(sealed: Trail, attack: str) -> None:
    """The chain goes on from what stands outside the database, so that the gap stays."""
    sealed.break_with(ATTACKS[attack][0])
    sealed.happen(3)
    sealed.seal()
    verdict = sealed.verify()
    assert any("missing" in problem for problem in verdict.problems), verdict.problems
    assert sealed.ledger.since(sealed.account_id, 1)[-1].head.batch == 4


def test_a_chain_written_anew_with_another_key_is_found(sealed: Trail) -> None:
    stranger = SigningKey(bytes(32))
    assert not verify_audit_export(sealed.export(), {stranger.key_id: stranger.public}).ok


def test_nothing_stands_beside_the_end_that_was_signed(sealed: Trail) -> None:
    key = sealed.vault.signers.current()
    whole = sealed.export()
    for more in (b'"note":"complete",', b'"end":{"batches":0},'):
        *lines, end = whole.splitlines(keepends=True)
        found = verify_audit_export(b"".join([*lines, b"{" + more + end[1:]]), {key.key_id: key.public})
        assert not found.ok


def test_an_export_that_is_cut_or_changed_is_found(sealed: Trail) -> None:
    key = SigningKey.of(sealed.vault.root)
    keys, lines = {key.key_id: key.public}, sealed.export().splitlines(keepends=True)
    assert verify_audit_export(b"".join(lines), keys).ok
    for number in range(len(lines)):
        without = lines[:number] + lines[number + 1 :]
        assert not verify_audit_export(b"".join(without), keys).ok, number
        assert not verify_audit_export(b"".join(lines[:number]), keys).ok, number
    for number in range(1, len(lines) - 1):
        swapped = [*lines[: number - 1], lines[number], lines[number - 1], *lines[number + 1 :]]
        assert not verify_audit_export(b"".join(swapped), keys).ok, number


def test_anothers_events_do_not_open_here(sealed: Trail) -> None:
    """An export that is said to be of another account."""
    key = SigningKey.of(sealed.vault.root)
    other = sealed.export().replace(str(sealed.account_id).encode(), b"0" * 36)
    assert not verify_audit_export(other, {key.key_id: key.public}).ok
