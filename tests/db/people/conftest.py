"""One account whose people come and go."""

from collections.abc import Callable
from uuid import UUID

import pytest

from ringfence.apps.accounts.models import User
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.audit.trail import TrailFilters, read_trail
from tests.support.visitors import a_member

Acts = Callable[[], list[str]]


@pytest.fixture
def owner(account_id: UUID, clock: ManualClock) -> User:
    return a_member(account_id, clock)


@pytest.fixture
def acts(account_id: UUID, clock: ManualClock) -> Acts:
    """What stands in the account's trail since the last time this was asked."""
    known: set[UUID] = set()

    def new() -> list[str]:
        events = read_trail(account_id, TrailFilters(), clock=clock, limit=200).events
        fresh = [each for each in events if each.id not in known]
        known.update(each.id for each in events)
        return sorted(str(each.act) for each in fresh)

    return new
