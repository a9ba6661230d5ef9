"""What most tests of rows need: an account of their own and an open vault."""

from pathlib import Path
from uuid import UUID

import pytest

from ringfence.apps.keys import wiring
from ringfence.core.clock import ManualClock
from ringfence.vault.vault import Vault
from tests.support.accounts import an_account
from tests.support.database import Database
from tests.support.keys import a_vault


@pytest.fixture
def vault(tmp_path: Path, clock: ManualClock) -> Vault:
    """A fresh vault, installed for this process."""
    opened = a_vault(tmp_path, clock)
    wiring.install(opened)
    return opened


@pytest.fixture
def account_id(database: Database, clock: ManualClock) -> UUID:
    return an_account(clock)
