"""The register: who may be in it, who may not, and what the database itself refuses."""

from datetime import date
from uuid import UUID, uuid4

import psycopg
import pytest

from ringfence.apps.agents.agents import create_agent
from ringfence.apps.agents.engines import add_engine, remove_engine
from ringfence.apps.agents.models import EngineKind
from ringfence.apps.agents.versions import publish
from ringfence.apps.recipients.errors import BadTerms, NoSuchRecipient
from ringfence.apps.recipients.received import who_received
from ringfence.apps.recipients.register import checked, end, recipients, register, say
from ringfence.core.clock import ManualClock
from ringfence.core.config import Login
from ringfence.egress.recipients import NOTHING_SAID, Ground, Kind, Terms
from ringfence.egress.target import Target
from ringfence.vault.vault import Vault
from tests.support.accounts import an_account
from tests.support.database import Database

EEA = Terms(ground=Ground.EEA, country="DE", agreement="DPA of 1 March 2026")
HOST = Target("engine.example.org", 443)
ROW = """
INSERT INTO recipients_{table} (id, {account} kind, role, host, port, purposes, categories, ground, country, agreement, registered_at)
VALUES (gen_random_uuid(), {value} %s, 'customer', 'ads.example', 443, %s, '{{call}}', 'eea', 'DE', 'x', now())
"""


@pytest.mark.parametrize("kind", ["advertiser", "buyer", "broker", "analytics", "partner", ""])
@pytest.mark.parametrize("login", ["web", "gate", "owner"])
def test_no_login_registers_an_advertiser_or_a_buyer(
    database: Database, account_id: UUID, login: Login, kind: str
) -> None:
    """Not even the owner of the table: the list of kinds is closed there."""
    with database.connect(login) as connection, connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(account_id)])
        table = "house" if login == "gate" else "recipient"
        statement = ROW.format(
            table=table, account="account_id," if table == "recipient" else "",
            value=f"'{account_id}'," if table == "recipient" else "",
        )  # fmt: skip
        with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
            connection.execute(statement, [kind, ["service"]])
        with pytest.raises(psycopg.errors.CheckViolation), connection.transaction():
            connection.execute(statement, ["engine", ["advertising"]])
        connection.execute(statement, ["engine", ["service"]])


def test_the_gates_login_reads_and_counts_and_can_do_nothing_else(
    database: Database, account_id: UUID
) -> None:
    with database.connect("gate") as gate:
        for statement in (
            "UPDATE recipients_recipient SET ground = 'eea'",
            "DELETE FROM recipients_recipient",
            "DELETE FROM recipients_refusal",
            "UPDATE recipients_refusal SET reason = 'policy'",
            "SELECT * FROM calls_call",
            "SELECT * FROM keys_bucket",
            "SELECT * FROM agents_engine",
            "SELECT name FROM accounts_account",
            "INSERT INTO audit_event (id) VALUES (gen_random_uuid())",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                gate.execute(statement)


def test_an_engine_is_registered_with_who_runs_it_and_ended_with_the_last_one(
    account_id: UUID, clock: ManualClock, vault: Vault
) -> None:
    def add(name: str, terms: Terms = NOTHING_SAID) -> UUID:
        return add_engine(
            account_id, name=name, kind=EngineKind.LLM, base_url="https://engine.example.org/v1", model="m", clock=clock,
            terms=terms,
        )  # fmt: skip

    first = add("one", EEA)
    second = add("two")
    [found] = recipients(account_id)
    assert (found.kind, found.host, found.port, found.terms) == (Kind.ENGINE, HOST.host, HOST.port, EEA)
    remove_engine(account_id, first)
    assert recipients(account_id) == (found,)
    remove_engine(account_id, second)
    assert recipients(account_id) == ()
    [ended] = who_received(account_id)
    assert ended.ended_at == clock.now(), "it stays on record"
    add("three", EEA)
    assert len(who_received(account_id)) == 2


def test_a_published_agents_tools_are_registered(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    text = """
name: Helper
kind: llm
engines: {stt: ear, tts: mouth, llm: brain}
first_message: Yes?
instructions: Be brief.
tools:
  - {name: stock, description: What is in stock, url: "https://shop.example.org/stock"}
"""
    agent_id = create_agent(account_id, slug="helper", name="Helper", draft=text, clock=clock)
    publish(account_id, agent_id, definition=text, name="Helper", clock=clock)
    [found] = recipients(account_id)
    assert (found.kind, found.host, found.terms) == (Kind.TOOL, "shop.example.org", NOTHING_SAID)


def test_nobody_reaches_anothers_recipient(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    other = an_account(clock)
    made = register(other, Kind.ENGINE, HOST, clock, EEA)
    assert recipients(account_id) == ()
    for who in (made, uuid4()):
        with pytest.raises(NoSuchRecipient):
            say(account_id, who, EEA, clock)
        with pytest.raises(NoSuchRecipient):
            end(account_id, who, clock)
    assert len(recipients(other)) == 1


@pytest.mark.parametrize(
    ("entered", "field"),
    [
        ({"ground": "eea", "country": "US", "agreement": "DPA"}, "country"),
        ({"ground": "eea", "country": "Germany", "agreement": "DPA"}, "country"),
        ({"ground": "eea", "country": "DE", "agreement": " "}, "agreement"),
        ({"ground": "adequacy", "country": "IN", "agreement": "DPA"}, "country"),
        ({"ground": "adequacy", "country": "us", "agreement": "DPA"}, "assessed_on"),
        ({"ground": "scc", "country": "IN", "agreement": "DPA", "assessed_on": "2026-01-05"}, "module"),
        ({"ground": "scc", "country": "IN", "agreement": "DPA", "module": "9", "assessed_on": "2026-01-05"}, "module"),
        ({"ground": "scc", "country": "IN", "agreement": "DPA", "module": "2"}, "assessed_on"),
        ({"ground": "scc", "country": "IN", "agreement": "DPA", "module": "2", "assessed_on": "soon"}, "assessed_on"),
        ({"ground": "scc", "country": "IN", "agreement": "DPA", "module": "2", "assessed_on": "2126-01-05"}, "assessed_on"),
        ({"ground": "sold", "country": "DE", "agreement": "DPA"}, "ground"),
    ],
)  # fmt: skip
def test_what_is_entered_wrong_is_said_at_its_field(entered: dict[str, str], field: str) -> None:
    with pytest.raises(BadTerms) as wrong:
        checked(entered, date(2026, 6, 1))
    assert wrong.value.field == field


def test_nothing_entered_is_nothing_said() -> None:
    assert checked({}, date(2026, 6, 1)) == NOTHING_SAID
    assert checked({"ground": "unsaid", "country": "XX"}, date(2026, 6, 1)) == NOTHING_SAID
