"""One account with one of everything for a whole file of tests, and its neighbour."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from ringfence.apps.calls.objects import objects
from ringfence.apps.keys import wiring
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.policy import Plan
from ringfence.work.database import Database as Pool
from tests.support.accounts import an_account
from tests.support.database import Database
from tests.support.furnished import Furnished, furnish
from tests.support.keys import a_vault
from tests.support.office import Office


@pytest.fixture(scope="module")
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture(scope="module")
def pools(database: Database) -> Iterator[tuple[Pool, Pool]]:
    """Connections of rf_media and of rf_worker."""
    both = Pool(database.url("media")), Pool(database.url("worker"))
    for pool in both:
        pool.open()
    yield both
    for pool in both:
        pool.close()


@pytest.fixture(scope="module")
def offices(
    pools: tuple[Pool, Pool], clock: ManualClock, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Office, Office]:
    folder: Path = tmp_path_factory.mktemp("access")
    vault = a_vault(folder, clock)
    wiring.install(vault)
    store, live = objects(current().object_store_url), folder / "live"
    live.mkdir()
    ours, theirs = (
        Office(an_account(clock, Plan.GROWTH), clock, vault, *pools, store, live, plan=Plan.GROWTH)
        for _ in range(2)
    )
    return ours, theirs


@pytest.fixture(scope="module")
def ours(offices: tuple[Office, Office]) -> Furnished:
    return furnish(offices[0])


@pytest.fixture(scope="module")
def theirs(offices: tuple[Office, Office], ours: Furnished) -> Furnished:
    """Another account with one of everything."""
    return furnish(offices[1])
