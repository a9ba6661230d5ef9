"""A sweep goes over all accounts, and there is one mark of the clock: every test has a database of its own."""

import secrets
from collections.abc import Iterator

import pytest
from django.db import connections

from tests.support.database import Database, point_at
from tests.support.office import Office
from tests.support.sweeping import Broom


@pytest.fixture
def database(database: Database) -> Iterator[Database]:
    """A copy of the shared one's template; the shared one comes back afterwards."""
    connections.close_all()
    own = database.clone(f"ringfence_sweep_{secrets.token_hex(4)}")
    point_at(own)
    yield own
    connections.close_all()
    point_at(database)
    own.drop()


@pytest.fixture
def broom(office: Office) -> Broom:
    return Broom(office)
