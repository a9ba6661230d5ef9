"""The real gate over the real register: what goes is counted before it goes, what does not is written down and told."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from ringfence.apps.audit.acts import Act
from ringfence.apps.recipients.received import houses, one_received, refusals, who_received
from ringfence.apps.recipients.register import end, register, say
from ringfence.boot.houses import houses_of, places, store_hosts
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.egress.errors import Refused
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Ground, Kind, Terms
from ringfence.egress.target import Target
from ringfence.vault.vault import Vault
from ringfence.work.database import Database as Pool
from ringfence.work.leaving import Books, tell_refusals
from tests.support.accounts import an_account
from tests.support.database import Database
from tests.support.gate import gate, going

EEA = Terms(ground=Ground.EEA, country="DE", agreement="DPA of 1 March 2026")


@pytest.fixture
def pool(database: Database) -> Iterator[Pool]:
    """Connections of the login rf_gate."""
    made = Pool(database.url("gate"))
    made.open()
    yield made
    made.close()


@pytest.fixture
def port() -> Iterator[int]:
    """Somebody who takes whatever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def send(door: Gate, wanted: Going, host: str, port: int, data: bytes = b"") -> str:
    """Why nothing was sent; empty if it was."""
    try:
        with door.way(wanted).socket(host, port) as made:
            made.sendall(data)
            time.sleep(0.1)
    except Refused as refused:
        return refused.reason
    return ""


def test_what_went_is_on_record_by_day(account_id: UUID, clock: ManualClock, pool: Pool, port: int) -> None:
    made = register(account_id, Kind.ENGINE, Target("127.0.0.1", port), clock)
    other = an_account(clock)
    with gate(Books(pool, clock), nearby=f"127.0.0.1:{port}", clock=clock) as door:
        assert send(door, going(account=account_id), "127.0.0.1", port, b"x" * 321) == ""
        [seen] = who_received(account_id)
        assert (seen.tunnels, seen.last_at) == (1, clock.now()), "before it was counted how much"
        clock.advance(86_400)
        assert send(door, going(account=account_id), "127.0.0.1", port, b"y") == ""
        assert send(door, going(account=other), "127.0.0.1", port) == "not_registered"
    found, days = one_received(account_id, made)
    assert (found.tunnels, found.sent) == (2, 322)
    assert [(each.tunnels, each.category, each.purpose) for each in days] == [(1, "call", "service")] * 2
    assert who_received(other) == ()


def test_what_did_not_is_on_record_and_told_once(
    account_id: UUID, clock: ManualClock, pool: Pool, worker: Pool, vault: Vault, database: Database
) -> None:
    made = register(account_id, Kind.ENGINE, Target("engine.example.org", 443), clock)
    with gate(Books(pool, clock), nearby="", clock=clock) as door:
        for _ in range(3):
            assert send(door, going(account=account_id), "ads.example", 443) == "not_registered"
        assert send(door, going(account=account_id), "engine.example.org", 443) in {"no_ground", "no_address"}
        end(account_id, made, clock)
        assert send(door, going(account=account_id), "engine.example.org", 443) == "not_registered"
        assert send(door, going(account=UUID(int=5)), "ads.example", 443) == "not_registered"
    seen = {(each.host, each.reason): each.times for each in refusals(account_id)}
    assert seen["ads.example", "not_registered"] == 3
    assert seen["engine.example.org", "not_registered"] == 1
    assert tell_refusals(worker, vault) >= 2
    assert tell_refusals(worker, vault) == 0
    with database.superuser() as look:
        told = look.execute(
            "SELECT count(*) FROM recipients_refusal WHERE account_id = %s AND told_at IS NOT NULL",
            [account_id],
        ).fetchone()
        house = look.execute(
            "SELECT count(*) FROM recipients_houserefusal WHERE host = 'ads.example'"
        ).fetchone()
    assert told == (len(seen),)
    assert house == (1,), "of no account that there is"
    assert Act.LEAVING_REFUSED


def test_what_is_said_later_opens_and_what_is_taken_back_shuts(
    account_id: UUID, clock: ManualClock, pool: Pool, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = register(account_id, Kind.TOOL, Target("127.0.0.1", port), clock)
    monkeypatch.setattr(
        "ringfence.egress.proxy.judge.outside", lambda _address: True
    )  # as if it were far away
    with gate(Books(pool, clock), nearby="", clock=clock) as door:
        assert send(door, going(Kind.TOOL, account_id), "127.0.0.1", port) == "no_ground"
        say(account_id, made, EEA, clock)
        assert send(door, going(Kind.TOOL, account_id), "127.0.0.1", port) == ""
        assert send(door, going(Kind.ENGINE, account_id), "127.0.0.1", port) == "not_registered"


def test_while_the_database_is_away_nothing_leaves(
    account_id: UUID, clock: ManualClock, port: int, tmp_path: Path
) -> None:
    nowhere = Pool(f"postgresql://rf_gate@/none?host={tmp_path}")
    with gate(Books(nowhere, clock), nearby="127.0.0.1", clock=clock) as door:
        assert send(door, going(account=account_id), "127.0.0.1", port) == "gate_away"


def test_the_installations_own_are_registered_and_need_a_ground_off_the_machine(
    clock: ManualClock, pool: Pool, monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    from dataclasses import replace

    url = "smtps://u:p@mail.example.org:465?from=a@example.org"
    config = replace(
        current(), smtp_url=url, object_store_url="s3://bucket/x", ledger_url="https://ledger.example.net/x"
    )
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    houses_of(config, pool, clock)
    houses_of(config, pool, clock)
    assert [(each.kind.value, each.host, each.port) for each in houses()] == [
        ("mail", "mail.example.org", 465),
        ("objects", ".s3.eu-central-1.amazonaws.com", 443),
        ("objects", "ledger.example.net", 443),
        ("objects", "s3.eu-central-1.amazonaws.com", 443),
    ]
    with gate(Books(pool, clock), nearby="", clock=clock) as door:
        assert send(door, going(Kind.MAIL, None), "mail.example.org", 465) in {"no_ground", "no_address"}
        assert (
            send(door, going(Kind.OBJECTS, None), "bucket.s3.us-east-1.amazonaws.com", 443)
            == "not_registered"
        )
    assert (
        list(places(replace(config, smtp_url=None, object_store_url="/tmp/x", ledger_url="file:///tmp/y")))
        == []
    )
    assert store_hosts("gs://b")[0] == "storage.googleapis.com"
    with database.superuser() as admin:
        admin.execute("DELETE FROM recipients_house")
