"""How never.sell, never.advertise and gdpr.transfers are looked at: what would show if one of them were broken."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pytest

from ringfence.apps.recipients.register import register
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Kind, Recipient
from ringfence.egress.target import Target
from ringfence.lifecycle.assurance import leaving
from ringfence.lifecycle.assurance.trials import leaving as trials
from ringfence.lifecycle.assurance.trials.scene import Scene
from ringfence.lifecycle.assurance.values import Evidence, Looking, State
from ringfence.vault.vault import Vault
from ringfence.work.database import Database as Pool
from ringfence.work.leaving import Books
from tests.support.database import Database, as_login
from tests.support.gate import WORD, MemoryBook, gate


@pytest.fixture
def door(database: Database, clock: ManualClock) -> Iterator[Gate]:
    pool = Pool(database.url("gate"))
    pool.open()
    with gate(Books(pool, clock), nearby="", clock=clock) as made:
        yield made
    pool.close()


def looking(door: Gate, vault: Vault, **settings: Any) -> Looking:
    config = replace(current(), run_dir=door.ready.parent, gate_word=WORD, **settings)
    return Looking(vault.clock, config, vault)


def seen(look: Any, at: Looking) -> Evidence:
    with as_login("worker"):
        found: Evidence = look(at)
    return found


def test_a_closed_list_and_a_gate_that_refuses_are_kept(door: Gate, vault: Vault) -> None:
    found = seen(leaving.nobody_buys, looking(door, vault))
    assert found.state is State.KEPT, found
    assert "advertiser" not in found.facts["Kinds of recipients"]


def test_without_a_gate_nothing_can_be_said(door: Gate, vault: Vault) -> None:
    door.ready.unlink()
    for look in (leaving.nobody_buys, leaving.transfers):
        assert seen(look, looking(door, vault)).state is State.GAP


def test_a_list_that_was_opened_shows(door: Gate, vault: Vault, database: Database) -> None:
    name = "recipients_recipient_kind_is_known"
    with database.superuser() as admin:
        was = admin.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        ).fetchone()
        assert was is not None
        try:
            admin.execute(f"ALTER TABLE recipients_recipient DROP CONSTRAINT {name}")
            assert seen(leaving.nobody_buys, looking(door, vault)).state is State.NOT_KEPT
            wider = was[0].replace("ARRAY[", "ARRAY['advertiser'::character varying, ", 1)
            admin.execute(f"ALTER TABLE recipients_recipient ADD CONSTRAINT {name} {wider}")
            assert seen(leaving.nobody_buys, looking(door, vault)).state is State.NOT_KEPT
        finally:
            admin.execute(f"ALTER TABLE recipients_recipient DROP CONSTRAINT IF EXISTS {name}")
            admin.execute(f"ALTER TABLE recipients_recipient ADD CONSTRAINT {name} {was[0]}")


def test_a_gate_that_lets_a_stranger_through_shows(vault: Vault, clock: ManualClock) -> None:
    class Careless(MemoryBook):
        def find(self, going: Any, host: str, port: int) -> Recipient | None:
            return self.add(going.kind, host, port, account=going.account_id)

    with gate(Careless(), nearby="nobody.invalid", clock=clock) as door:
        assert seen(leaving.nobody_buys, looking(door, vault)).state is State.NOT_KEPT


def test_a_way_past_the_gate_shows_and_is_tried_only_where_the_operator_said_so(
    door: Gate, vault: Vault, account_id: UUID, clock: ManualClock
) -> None:
    register(account_id, Kind.ENGINE, Target("engine.example.org", 443), clock)
    unasked = seen(leaving.transfers, looking(door, vault))
    assert unasked.state is State.KEPT
    assert unasked.facts["Past the gate"].startswith("not tried")
    with socket.create_server(("127.0.0.1", 0)) as outside:
        address = f"127.0.0.1:{outside.getsockname()[1]}"
        open_ = seen(leaving.transfers, looking(door, vault, try_direct=address))
    assert open_.state is State.GAP
    closed = seen(leaving.transfers, looking(door, vault, try_direct=address))
    assert closed.state is State.KEPT
    assert closed.facts["Past the gate"].startswith("closed")


def test_the_trials_find_what_they_try(door: Gate, vault: Vault, account_id: UUID) -> None:
    scene = cast(
        "Scene", SimpleNamespace(account_id=account_id, clock=vault.clock, config=looking(door, vault).config)
    )
    for trial in (trials.nobody_buys, trials.grounds):
        assert trial(scene).state is State.KEPT, trial(scene)
    door.ready.unlink()
    for trial in (trials.nobody_buys, trials.grounds):
        assert trial(scene).state is State.GAP
