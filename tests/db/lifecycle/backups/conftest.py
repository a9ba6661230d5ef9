"""A database, objects and a ledger of each test's own."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ringfence.apps.keys import wiring
from ringfence.core import config
from tests.support.backups import Backups
from tests.support.database import Database, point_at
from tests.support.office import Office


@pytest.fixture
def database(database: Database, tmp_path: Path) -> Iterator[Database]:
    own = database.clone(f"own_{secrets.token_hex(4)}")
    before, keys = config.current(), wiring.vault()
    config.install(
        replace(
            before,
            database_urls=own.urls,
            ledger_url=str(tmp_path / "ledger"),
            data_dir=tmp_path / "data",
            object_store_url=str(tmp_path / "objects"),
        )
    )
    point_at(own)
    yield own
    config.install(before)
    wiring.install(keys)
    point_at(database)
    own.drop()


@pytest.fixture
def backups(office: Office, database: Database, tmp_path: Path) -> Backups:
    return Backups(office, database, tmp_path / "backups")
