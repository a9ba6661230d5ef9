"""Agents, and versions that nobody can change."""

from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents import agents, versions
from ringfence.apps.agents.errors import (
    Archived,
    BadPeriods,
    NoSuchAgent,
    NoSuchVersion,
    NotPublished,
    SlugTaken,
)
from ringfence.apps.agents.models import AgentVersion
from ringfence.core.clock import ManualClock
from ringfence.core.errors import BadInput
from ringfence.policy import AgentPeriods, Plan
from ringfence.policy.values import LONGEST_DAYS
from tests.support.accounts import an_account

DRAFT = "name: Front desk\nkind: guided\n"


@pytest.fixture
def agent_id(account_id: UUID, clock: ManualClock) -> UUID:
    return agents.create_agent(account_id, slug="front-desk", name="Front desk", draft=DRAFT, clock=clock)


def publish(account_id: UUID, agent_id: UUID, clock: ManualClock, definition: str = DRAFT) -> int:
    return versions.publish(account_id, agent_id, definition=definition, name="Front desk", clock=clock)


def test_a_draft_reaches_no_call_until_published(
    account_id: UUID, agent_id: UUID, clock: ManualClock
) -> None:
    with pytest.raises(NotPublished):
        versions.get_for_call(account_id, agent_id)
    assert publish(account_id, agent_id, clock) == 1
    agents.save_draft(account_id, agent_id, "half written: [", clock)
    ready = versions.get_for_call(account_id, agent_id)
    assert (ready.slug, ready.version, ready.definition) == ("front-desk", 1, DRAFT)
    assert agents.agent(account_id, agent_id).draft == "half written: ["


def test_versions_count_up_and_stay(account_id: UUID, agent_id: UUID, clock: ManualClock) -> None:
    assert publish(account_id, agent_id, clock) == 1
    assert publish(account_id, agent_id, clock) == 1
    assert publish(account_id, agent_id, clock, "name: Second\n") == 2
    assert publish(account_id, agent_id, clock, DRAFT) == 3
    assert [each.number for each in versions.versions(account_id, agent_id)] == [3, 2, 1]
    assert versions.definition_of(account_id, agent_id, 2) == "name: Second\n"
    with pytest.raises(NoSuchVersion):
        versions.definition_of(account_id, agent_id, 4)


def test_publishing_at_once_makes_versions_in_a_row(
    account_id: UUID, agent_id: UUID, clock: ManualClock
) -> None:
    start, numbers = Barrier(4), list[int]()

    def go(text: str) -> None:
        start.wait()
        try:
            numbers.append(publish(account_id, agent_id, clock, text))
        finally:
            connection.close()

    threads = [Thread(target=go, args=(f"name: {n}\n",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == [1, 2, 3, 4]
    assert agents.agent(account_id, agent_id).live_version == 4


def test_a_published_version_is_neither_changed_nor_deleted(
    account_id: UUID, agent_id: UUID, clock: ManualClock
) -> None:
    publish(account_id, agent_id, clock)
    with pytest.raises(DatabaseError), tenant(account_id):
        AgentVersion.objects.filter(account_id=account_id).update(definition="other")
    with pytest.raises(DatabaseError), tenant(account_id):
        AgentVersion.objects.filter(account_id=account_id).delete()
    assert versions.definition_of(account_id, agent_id, 1) == DRAFT


def test_an_archived_agent_takes_no_calls(account_id: UUID, agent_id: UUID, clock: ManualClock) -> None:
    publish(account_id, agent_id, clock)
    agents.archive(account_id, agent_id, clock)
    with pytest.raises(Archived):
        versions.get_for_call(account_id, agent_id)
    with pytest.raises(Archived):
        publish(account_id, agent_id, clock, "name: x\n")
    assert agents.agents(account_id) == ()
    assert [each.id for each in agents.agents(account_id, archived=True)] == [agent_id]
    agents.restore(account_id, agent_id)
    assert versions.get_for_call(account_id, agent_id).version == 1


def test_short_names_are_the_accounts_own(account_id: UUID, agent_id: UUID, clock: ManualClock) -> None:
    with pytest.raises(SlugTaken):
        agents.create_agent(account_id, slug="front-desk", name="x", draft="", clock=clock)
    agents.create_agent(an_account(clock), slug="front-desk", name="x", draft="", clock=clock)
    assert agents.agent_by_slug(account_id, "front-desk").id == agent_id
    for slug in ("", "front desk", "a/b", "x" * 61):
        with pytest.raises((BadInput, DatabaseError)):
            agents.create_agent(account_id, slug=slug, name="x", draft="", clock=clock)


@pytest.mark.parametrize("draft", ["x" * 200_001, "a\x00b"])
def test_a_draft_that_is_no_text_is_refused(
    account_id: UUID, agent_id: UUID, clock: ManualClock, draft: str
) -> None:
    with pytest.raises(BadInput):
        agents.save_draft(account_id, agent_id, draft, clock)


def test_anothers_agent_is_as_none(agent_id: UUID, clock: ManualClock) -> None:
    other = an_account(clock)
    for wanted in (agent_id, uuid4()):
        for attempt in (
            lambda wanted: agents.agent(other, wanted),
            lambda wanted: agents.save_draft(other, wanted, "x", clock),
            lambda wanted: agents.archive(other, wanted, clock),
            lambda wanted: publish(other, wanted, clock),
            lambda wanted: versions.get_for_call(other, wanted),
        ):
            with pytest.raises(NoSuchAgent):
                attempt(wanted)
        assert versions.versions(other, wanted) == ()


@pytest.mark.parametrize(
    ("periods", "plan", "allowed"),
    [
        (AgentPeriods(recording=1), Plan.STARTER, True),
        (AgentPeriods(recording=0, transcript=0), Plan.STARTER, True),
        (AgentPeriods(recording=5, transcript=5, log=5), Plan.GROWTH, True),
        (AgentPeriods(recording=5, transcript=6, log=5), Plan.GROWTH, False),
        (AgentPeriods(log=5), Plan.GROWTH, False),
        (AgentPeriods(log=40), Plan.STARTER, False),
        (AgentPeriods(log=40), Plan.ENTERPRISE, False),
        (AgentPeriods(recording=0, transcript=0, log=0), Plan.STARTER, False),
        (AgentPeriods(recording=-1), Plan.STARTER, False),
        (AgentPeriods(recording=LONGEST_DAYS), Plan.ENTERPRISE, True),
        (AgentPeriods(recording=LONGEST_DAYS + 1), Plan.ENTERPRISE, False),
        (AgentPeriods(transcript=10**10), Plan.ENTERPRISE, False),
    ],
)
def test_periods_fit_the_plan_and_one_another(
    account_id: UUID, agent_id: UUID, periods: AgentPeriods, plan: Plan, allowed: bool
) -> None:
    if not allowed:
        with pytest.raises((BadPeriods, BadInput)):
            agents.set_periods(account_id, agent_id, periods, plan)
        return
    agents.set_periods(account_id, agent_id, periods, plan)
    assert agents.agent(account_id, agent_id).periods == periods
