"""An account's own engines."""

from uuid import UUID

import pytest

from ringfence.apps.agents import engines
from ringfence.apps.agents.errors import BadEngine, NameTaken, NoSuchEngine
from ringfence.apps.agents.models import EngineKind
from ringfence.core.clock import ManualClock
from ringfence.vault.vault import Vault
from tests.support.accounts import an_account
from tests.support.database import Database

SECRET = "an-engine-key-that-must-not-rest"


def add(
    account_id: UUID, clock: ManualClock, name: str = "mine", base_url: str = "https://llm.example.org/v1/"
) -> UUID:
    return engines.add_engine(
        account_id, name=name, kind=EngineKind.LLM, base_url=base_url, model="m", secret=SECRET, clock=clock
    )


def test_the_secret_opens_for_a_call_and_nowhere_else(
    account_id: UUID, clock: ManualClock, vault: Vault, database: Database
) -> None:
    engine_id = add(account_id, clock)
    opened = engines.connection_of(account_id, "mine")
    assert (opened.base_url, opened.secret) == ("https://llm.example.org/v1", SECRET)
    [facts] = engines.engines(account_id, EngineKind.LLM)
    assert facts.has_secret
    assert engines.engines(account_id, EngineKind.TTS) == ()
    assert SECRET not in repr(opened) + repr(facts)
    with database.superuser() as look:
        row = look.execute("SELECT e::text FROM agents_engine e WHERE id = %s", [engine_id]).fetchone()
    assert row is not None
    assert SECRET.encode().hex() not in row[0]


def test_names_are_taken_once_and_removed(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    engine_id = add(account_id, clock)
    with pytest.raises(NameTaken):
        add(account_id, clock)
    with pytest.raises(NoSuchEngine):
        engines.remove_engine(an_account(clock), engine_id)
    engines.remove_engine(account_id, engine_id)
    with pytest.raises(NoSuchEngine):
        engines.connection_of(account_id, "mine")


@pytest.mark.parametrize(
    "base_url",
    ["", "llm.example.org", "http://llm.example.org/v1", "ftp://llm.example.org", "https://", "https://a:b@example.org",
     "https://example.org/?key=1", "https://example.org/#x", "http://localhost.example.org", "https://example.org:99999"],
)  # fmt: skip
def test_addresses_that_are_refused(
    account_id: UUID, clock: ManualClock, vault: Vault, base_url: str
) -> None:
    with pytest.raises(BadEngine):
        add(account_id, clock, base_url=base_url)


@pytest.mark.parametrize(
    "base_url", ["http://localhost:11434/v1", "http://127.0.0.1:8000", "http://[::1]:8000/v1"]
)
def test_this_machine_may_be_spoken_to_in_the_clear(
    account_id: UUID, clock: ManualClock, vault: Vault, base_url: str
) -> None:
    add(account_id, clock, base_url=base_url)


def test_the_built_in_engines_name_is_taken(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    with pytest.raises(BadEngine):
        add(account_id, clock, name="offline")
