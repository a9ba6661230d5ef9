"""What an account used: counted, shown, taken along, deleted, gone with the account; never of another account (collect.usage)."""

import csv
import io
from uuid import UUID

import pytest

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.models import Account, Role, User
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.analytics.counting import count_feature
from ringfence.apps.analytics.features import feature_of
from ringfence.apps.analytics.models import Feature
from ringfence.apps.analytics.usage import usage
from ringfence.apps.people.models import Session
from ringfence.core.clock import ManualClock
from ringfence.web.access import Action
from ringfence.web.matrix import pages
from ringfence.web.sheets import cell
from tests.support.accounts import an_account
from tests.support.office import Office
from tests.support.visitors import Visitor, a_member


@pytest.fixture
def owner(account_id: UUID, clock: ManualClock) -> User:
    return a_member(account_id, clock)


@pytest.fixture
def member(owner: User) -> Visitor:
    visitor = Visitor()
    visitor.link(owner)
    return visitor


def used(account_id: UUID, clock: ManualClock) -> dict[str, int]:
    return {each.feature: each.count for each in usage(account_id, days=7, now=clock.now()).features}


def test_a_feature_is_counted_for_its_account_and_for_no_other(
    member: Visitor, account_id: UUID, clock: ManualClock
) -> None:
    other = an_account(clock)
    member.get("/agents/")
    member.get("/agents/new/")
    member.get("/numbers/")
    assert used(account_id, clock) == {"agents": 2, "numbers": 1}
    assert used(other, clock) == {}


def test_a_program_with_a_key_uses_the_api(account_id: UUID, clock: ManualClock) -> None:
    token = issue(account_id, name="p", role=Role.OWNER, clock=clock).token
    visitor = Visitor()
    for _ in range(2):
        visitor.get("/api/v1/agents", Authorization=f"Bearer {token}")
    visitor.get("/api/v1/agents", Authorization="Bearer rf_nobody")
    assert used(account_id, clock) == {"api": 2}
    told = visitor.get("/api/v1/account/usage?days=7", Authorization=f"Bearer {token}").json()
    assert [(each["feature"], each["count"]) for each in told["features"]] == [("api", 2)]
    assert visitor.client.delete(
        "/api/v1/account/usage", secure=True, SERVER_NAME="localhost", headers={"Authorization": f"Bearer {token}"}
    ).status_code == 204  # fmt: skip
    assert used(account_id, clock) == {"api": 1}, "that request itself, which came after what it deleted"


def test_calls_are_counted_by_agent_and_direction_and_agents_when_made(
    office: Office, account_id: UUID, clock: ManualClock
) -> None:
    office.call(agent="front-desk")
    office.call(agent="front-desk")
    office.call(agent="evening")
    found = usage(account_id, days=7, now=clock.now())
    assert [(e.agent, e.direction, e.calls) for e in found.calls] == [
        ("evening", "inbound", 1), ("front-desk", "inbound", 2),
    ]  # fmt: skip
    assert sum(each.calls for each in found.totals) == 3
    assert sum(count for _, count in found.agents_made) == 2


def test_the_page_shows_it_and_the_files_hold_it(
    office: Office, member: Visitor, account_id: UUID, clock: ManualClock
) -> None:
    office.call()
    page = member.get("/settings/usage/").content.decode()
    assert "<svg" in page
    assert "style=" not in page
    assert "The same as a table" in page
    lines = list(csv.DictReader(io.StringIO(member.get("/settings/usage/file?days=7").content.decode())))
    assert {line["what"] for line in lines} >= {"all calls", "calls", "agents made", "feature"}
    told = member.get("/settings/usage/file?as=json").json()
    assert told["calls"][0]["agent"] == "front-desk"
    assert "+1202" not in page + str(lines) + str(told)


@pytest.mark.parametrize("text", ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "  =1", "\r=1"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert str(cell(text)).startswith("'")


def test_only_who_may_see_the_plan_sees_it(account_id: UUID, clock: ManualClock) -> None:
    for role, status in ((Role.ANALYST, 403), (Role.MANAGER, 403), (Role.BILLING, 200), (Role.ADMIN, 200)):
        visitor = Visitor()
        visitor.link(a_member(account_id, clock, role))
        assert visitor.get("/settings/usage/").status_code == status
    assert visitor.post("/settings/usage/delete/", what="features").status_code == 403


def test_the_owner_deletes_features_and_sessions_that_are_over(
    member: Visitor, owner: User, account_id: UUID, clock: ManualClock
) -> None:
    another = Visitor()
    another.password(owner.email)
    another.post("/sign-out/")
    member.get("/agents/")
    assert member.post("/settings/usage/delete/", what="features").status_code == 302
    assert used(account_id, clock) == {}
    assert Session.objects.filter(user_id=owner.id).count() == 2
    assert member.post("/settings/usage/delete/", what="sessions").status_code == 302
    left = Session.objects.filter(user_id=owner.id)
    assert [each.ended_at for each in left] == [None]
    assert member.post("/settings/usage/delete/", what="everything").status_code == 400


def test_an_account_that_is_being_erased_gets_no_row(account_id: UUID, clock: ManualClock) -> None:
    with tenant(account_id):
        Account.objects.filter(id=account_id).update(erasing_at=clock.now())
    count_feature(account_id, "agents", clock)
    with tenant(account_id):
        assert not Feature.objects.filter(account_id=account_id).exists()


def test_every_part_of_the_console_is_a_feature_with_a_name() -> None:
    nameless = [
        route.path
        for route in pages()
        if isinstance(route.asks, Action) and feature_of(route.path.removeprefix("/")) is None
    ]
    assert not nameless, "name the feature in apps/analytics/features.py"
