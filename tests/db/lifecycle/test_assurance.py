"""Looks notice when a promise is broken, and what they found is written down once."""

import dataclasses
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from ringfence.apps.accounts import logins
from ringfence.apps.assurance.measurements import LOOK, newest, write
from ringfence.apps.calls.objects import object_name
from ringfence.apps.policies.enforced import remember
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.lifecycle.assurance import guarding, keeping, publishing
from ringfence.lifecycle.assurance.looks import LOOKS, look, measure
from ringfence.lifecycle.assurance.values import Looking, State
from ringfence.lifecycle.deletion import Part, mark
from ringfence.policy import load
from tests.support.database import Database, as_login
from tests.support.office import Office


@pytest.fixture
def looking(office: Office) -> Looking:
    return Looking(office.clock, current(), office.vault)


def test_every_look_says_something_and_none_is_broken_here(looking: Looking, database: Database) -> None:
    with database.superuser() as admin:
        remember(admin.cursor(), load(), "the test's own", looking.clock)  # as a start does
    with as_login("worker"):
        found = look(looking)
    assert set(found) == set(LOOKS)
    broken = {promise for promise, seen in found.items() if seen.state is State.NOT_KEPT}
    assert (
        broken
        <= {
            "keep.receipts",
            "keep.audit",
            "keep.compliance",
        }
    )  # the installation is shared: other tests took ledgers away, and left calls whose callers were told nothing
    assert all(seen.says.endswith((".", "!")) or seen.says for seen in found.values())


def test_a_cipher_that_is_not_the_vaults_is_not_claimed(
    looking: Looking, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sentence is about what seals here, whatever the policy's file says."""
    assert guarding.rest(looking).state is not State.NOT_KEPT
    for cipher, bits in (("AES", 257), ("AES", 128), ("DES", 256)):
        guard = dataclasses.replace(load().guard, cipher=cipher, bits=bits)
        other = dataclasses.replace(load(), guard=guard)
        with monkeypatch.context() as patch:
            patch.setattr(guarding, "load", lambda said=other: said)
            assert guarding.rest(looking).state is State.NOT_KEPT


def test_measuring_writes_each_promise_once_and_remembers_since_when(
    office: Office, looking: Looking
) -> None:
    with as_login("worker"):
        measure(looking)
        began = office.clock.now()
        office.clock.advance(600)
        measure(looking)
    mine = [each for each in newest() if each.source == LOOK]
    assert sorted(each.promise for each in mine) == sorted(LOOKS)
    declared = next(each for each in mine if each.promise == "collect.nothing-else")
    assert (declared.state, declared.measured_at) == ("kept", office.clock.now())
    assert declared.since <= began


def test_a_state_that_changes_begins_anew(office: Office) -> None:
    with as_login("worker"):
        write([("keep.delete", "kept", "Fine.", {})], LOOK, office.clock)
        office.clock.advance(60)
        write([("keep.delete", "not_kept", "Not fine.", {"Open": "1"})], LOOK, office.clock)
    row = next(each for each in newest() if (each.promise, each.source) == ("keep.delete", LOOK))
    assert (row.state, row.since, row.facts) == ("not_kept", office.clock.now(), (("Open", "1"),))


def test_pages_show_and_cannot_write(office: Office) -> None:
    from django.db import ProgrammingError

    with pytest.raises(ProgrammingError, match="permission denied"):
        write([("keep.delete", "kept", "Forged.", {})], LOOK, office.clock)


def test_a_table_that_nobody_declared_is_noticed(database: Database, looking: Looking) -> None:
    with database.superuser() as server:
        server.execute("CREATE TABLE smuggled (name text)")
    try:
        with as_login("worker"):
            assert guarding.everything_declared(looking).state is State.NOT_KEPT
    finally:
        with database.superuser() as server:
            server.execute("DROP TABLE smuggled")


def test_an_exemption_that_has_lapsed_is_noticed(database: Database, looking: Looking) -> None:
    later = ManualClock(datetime(2040, 1, 1, tzinfo=UTC))
    with as_login("worker"):
        assert guarding.everything_declared(looking).state is State.KEPT
        assert guarding.everything_declared(dataclasses.replace(looking, clock=later)).state is State.NOT_KEPT


def test_an_object_that_is_not_sealed_is_noticed(office: Office, looking: Looking, tmp_path: Path) -> None:
    name = object_name(office.account_id, office.call())
    assert office.objects._folder is not None
    path = tmp_path / name
    path.parent.mkdir(parents=True)
    path.write_bytes((office.objects._folder / name).read_bytes())
    here = dataclasses.replace(
        looking, config=dataclasses.replace(looking.config, object_store_url=str(tmp_path))
    )
    assert guarding.rest(here).state is State.KEPT
    path.write_bytes(b"RIFF" + bytes(100))
    found = guarding.rest(here)
    assert (found.state, found.facts["Not sealed"]) == (State.NOT_KEPT, "1")


def test_no_corner_of_the_store_is_safe_from_being_looked_at(
    office: Office, looking: Looking, tmp_path: Path
) -> None:
    for n in range(2 * guarding.SAMPLE):
        path = tmp_path / object_name(office.account_id, UUID(int=n))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"RIFF" if n == 2 * guarding.SAMPLE - 1 else guarding.SEALED + bytes(100))
    here = dataclasses.replace(
        looking, config=dataclasses.replace(looking.config, object_store_url=str(tmp_path))
    )
    assert any(guarding.rest(here).state is State.NOT_KEPT for _ in range(60)), "half of it at each look"


def test_a_deletion_that_waits_too_long_is_noticed(office: Office, looking: Looking) -> None:
    call_id = office.call()
    mark(office.account_id, [call_id], Part.CALL, "test", office.clock)
    with as_login("worker"):
        assert keeping.deletions(looking).state is State.KEPT
        office.clock.advance(3601)
        assert keeping.deletions(looking).state is State.NOT_KEPT


def test_an_unset_address_is_a_gap_and_never_kept(looking: Looking) -> None:
    assert publishing.address_named(looking).state is State.GAP
    named = dataclasses.replace(
        looking, config=dataclasses.replace(current(), privacy_address="a@example.org")
    )
    assert publishing.address_named(named).state is State.KEPT


@pytest.mark.parametrize(
    ("breaking", "mending"),
    [
        ("ALTER TABLE calls_call NO FORCE ROW LEVEL SECURITY", "ALTER TABLE calls_call FORCE ROW LEVEL SECURITY"),
        ("ALTER TABLE keys_bucket DISABLE ROW LEVEL SECURITY", "ALTER TABLE keys_bucket ENABLE ROW LEVEL SECURITY"),
        ("ALTER ROLE rf_web BYPASSRLS", "ALTER ROLE rf_web NOBYPASSRLS"),
        ("ALTER TABLE holds_hold OWNER TO rf_web", "ALTER TABLE holds_hold OWNER TO rf_owner"),
    ],
)  # fmt: skip
def test_a_fence_that_is_down_is_noticed(
    database: Database, looking: Looking, breaking: str, mending: str
) -> None:
    with as_login("worker"):
        assert guarding.roles(looking).state is State.KEPT
        with database.superuser() as server:
            server.execute(breaking)
            try:
                assert guarding.roles(looking).state is State.NOT_KEPT
            finally:
                server.execute(mending)
                with database.connect("owner") as owner:
                    logins.apply(owner)  # who owned a table for a moment has lost what was granted
        assert guarding.roles(looking).state is State.KEPT
