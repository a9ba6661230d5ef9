"""What most tests of rows need: an account of their own and an open vault."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from ringfence.apps.calls.objects import objects
from ringfence.apps.keys import wiring
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.vault.vault import Vault
from ringfence.work.database import Database as Pool
from tests.support.accounts import an_account
from tests.support.database import Database
from tests.support.keys import a_vault
from tests.support.office import Office


@pytest.fixture
def vault(tmp_path: Path, clock: ManualClock) -> Vault:
    """A fresh vault, installed for this process."""
    opened = a_vault(tmp_path, clock)
    wiring.install(opened)
    return opened


@pytest.fixture
def account_id(database: Database, vault: Vault, clock: ManualClock) -> UUID:
    return an_account(clock)


@pytest.fixture
def media(database: Database) -> Iterator[Pool]:
    """Connections of the login rf_media."""
    pool = Pool(database.url("media"))
    pool.open()
    yield pool
    pool.close()


@pytest.fixture
def worker(database: Database) -> Iterator[Pool]:
    """Connections of the login rf_worker."""
    pool = Pool(database.url("worker"))
    pool.open()
    yield pool
    pool.close()


@pytest.fixture
def biller(database: Database) -> Iterator[Pool]:
    """Connections of the login rf_billing."""
    pool = Pool(database.url("billing"))
    pool.open()
    yield pool
    pool.close()


@pytest.fixture
def office(
    account_id: UUID, clock: ManualClock, vault: Vault, media: Pool, worker: Pool, tmp_path: Path
) -> Office:
    """An account with an agent, whose calls go the whole way."""
    live = tmp_path / "live"
    live.mkdir()
    store = objects(current().object_store_url)
    return Office(account_id, clock, vault, media, worker, store, live)
