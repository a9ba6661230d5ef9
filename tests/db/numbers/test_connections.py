"""Carriers' connections and the numbers reached through them."""

from uuid import UUID, uuid4

import pytest

from ringfence.apps.numbers import connections, numbers
from ringfence.apps.numbers.errors import NoSuchConnection, NoSuchNumber, NumberTaken
from ringfence.core.clock import ManualClock
from ringfence.vault.vault import Vault
from tests.support.accounts import an_account
from tests.support.database import Database

SECRET = "a-carrier-token-that-must-not-rest"


@pytest.fixture
def connection_id(account_id: UUID, clock: ManualClock, vault: Vault) -> UUID:
    return connections.connect(
        account_id, vendor="twilio", label="main", settings={"account_sid": "AC1"}, secret=SECRET, clock=clock
    )


def test_a_webhook_finds_its_connection_without_knowing_whose(account_id: UUID, connection_id: UUID) -> None:
    found = connections.connection_for_webhook(connection_id)
    assert (found.account_id, found.vendor, found.settings, found.secret) == (
        account_id, "twilio", {"account_sid": "AC1"}, SECRET,
    )  # fmt: skip
    assert SECRET not in repr(found)
    with pytest.raises(NoSuchConnection):
        connections.connection_for_webhook(uuid4())


def test_the_secret_is_sealed_to_its_row(account_id: UUID, connection_id: UUID, database: Database) -> None:
    other = connections.connect(
        account_id, vendor="twilio", label="b", settings={}, secret="another", clock=ManualClock()
    )
    with database.superuser() as look:
        row = look.execute(
            "SELECT c::text FROM numbers_connection c WHERE id = %s", [connection_id]
        ).fetchone()
        assert row is not None
        assert SECRET.encode().hex() not in row[0]
        look.execute(
            "UPDATE numbers_connection SET sealed_secret = (SELECT sealed_secret FROM numbers_connection WHERE id = %s)"
            " WHERE id = %s",
            [other, connection_id],
        )
    with pytest.raises(NoSuchConnection):
        connections.open_connection(account_id, connection_id)


def test_anothers_connection_is_as_none(connection_id: UUID, clock: ManualClock) -> None:
    other = an_account(clock)
    for attempt in (
        lambda: connections.open_connection(other, connection_id),
        lambda: connections.disconnect(other, connection_id),
        lambda: numbers.add_number(other, connection_id, "+12125550100", clock=clock),
    ):
        with pytest.raises(NoSuchConnection):
            attempt()


def test_a_number_is_answered_by_whom_it_is_assigned_to(
    account_id: UUID, connection_id: UUID, clock: ManualClock
) -> None:
    number_id = numbers.add_number(account_id, connection_id, "+1 212 555 0100", clock=clock, label="desk")
    assert numbers.number_called(account_id, connection_id, "+12125550100").agent_id is None
    agent_id = uuid4()
    numbers.assign(account_id, number_id, agent_id)
    assert numbers.number_called(account_id, connection_id, "+12125550100").agent_id == agent_id
    with pytest.raises(NumberTaken):
        numbers.add_number(account_id, connection_id, "+12125550100", clock=clock)
    with pytest.raises(NoSuchNumber):
        numbers.number_called(account_id, connection_id, "+12125550101")
    for attempt in (numbers.remove_number, lambda a, n: numbers.assign(a, n, None)):
        with pytest.raises(NoSuchNumber):
            attempt(an_account(clock), number_id)


def test_disconnecting_takes_secret_and_numbers(
    account_id: UUID, connection_id: UUID, clock: ManualClock
) -> None:
    numbers.add_number(account_id, connection_id, "+12125550100", clock=clock)
    connections.disconnect(account_id, connection_id)
    assert numbers.numbers(account_id) == ()
    assert connections.connections(account_id) == ()
    with pytest.raises(NoSuchConnection):
        connections.connection_for_webhook(connection_id)
