"""Keys of the API: a scope, an end, and never more than whoever made them, as they are now."""

from datetime import timedelta

import pytest

from ringfence.apps.accounts import apikeys
from ringfence.apps.accounts.errors import KeyRefused, RoleTooHigh
from ringfence.apps.accounts.members import add_member, change_role, remove_member
from ringfence.apps.accounts.models import Role, Scope
from ringfence.apps.audit.acts import Act
from ringfence.boot.people import duration
from ringfence.core.clock import ManualClock
from ringfence.core.errors import BadInput
from ringfence.lifecycle.audit.trail import TrailFilters, read_trail
from tests.support.furnished import Furnished, ask
from tests.support.visitors import Visitor, a_member


def statuses(token: str, ours: Furnished) -> dict[str, int]:
    """What a key is answered: reading a call, changing an agent, deleting, seeing who looked."""
    tried = {
        "read": ("GET", "/api/v1/calls/{call_id}"), "hear": ("GET", "/api/v1/calls/{call_id}/recording"),
        "agents": ("GET", "/api/v1/agents"), "put away": ("DELETE", "/api/v1/agents/{unknown}"),
        "delete": ("DELETE", "/api/v1/calls/{unknown}"), "audit": ("GET", "/api/v1/audit"), "keys": ("GET", "/api/v1/keys"),
    }  # fmt: skip
    unknown = "00000000-0000-7000-8000-000000000007"
    found = {}
    for name, (method, path) in tried.items():
        answer = ask(method, ours.path(path.replace("{unknown}", unknown)), token)
        found[name] = answer.status_code
        if answer.streaming:
            answer.close()
    return found


def test_a_key_has_an_end_though_nobody_chose_one(ours: Furnished, clock: ManualClock) -> None:
    made = apikeys.issue(ours.account_id, name="k", role=Role.OWNER, clock=clock)
    facts = next(each for each in apikeys.keys(ours.account_id) if each.id == made.id)
    assert facts.expires_at == clock.now() + timedelta(days=90)
    assert (facts.scope, facts.created_by, facts.last_used_at) == (Scope.EVERYTHING, None, None)
    apikeys.verify(made.token, clock)
    facts = next(each for each in apikeys.keys(ours.account_id) if each.id == made.id)
    assert facts.last_used_at == clock.now()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.PRIVACY_OFFICER])
def test_nobody_makes_a_key_that_may_more_than_they(ours: Furnished, clock: ManualClock, role: Role) -> None:
    person = a_member(ours.account_id, clock, role, password=None)
    more = {Role.OWNER} | ({Role.PRIVACY_OFFICER} if role is not Role.PRIVACY_OFFICER else {Role.ADMIN})
    for wanted in more:
        with pytest.raises(RoleTooHigh):
            apikeys.issue(ours.account_id, name="k", role=wanted, clock=clock, created_by=person.id)
    apikeys.issue(ours.account_id, name="k", role=role, clock=clock, created_by=person.id)


def test_a_stranger_makes_no_key(ours: Furnished, theirs: Furnished, clock: ManualClock) -> None:
    stranger = a_member(theirs.account_id, clock, Role.OWNER, password=None)
    with pytest.raises(RoleTooHigh):
        apikeys.issue(ours.account_id, name="k", role=Role.ANALYST, clock=clock, created_by=stranger.id)


def test_a_key_is_lowered_with_its_maker_and_raised_no_further_than_it_was(
    ours: Furnished, clock: ManualClock
) -> None:
    person = a_member(ours.account_id, clock, Role.ADMIN, password=None)
    token = apikeys.issue(
        ours.account_id, name="k", role=Role.MANAGER, clock=clock, created_by=person.id
    ).token
    whole = {
        "read": 200,
        "hear": 200,
        "agents": 200,
        "put away": 404,
        "delete": 404,
        "audit": 403,
        "keys": 403,
    }
    assert statuses(token, ours) == whole
    change_role(ours.account_id, person.id, Role.PRIVACY_OFFICER)
    assert statuses(token, ours) == {**whole, "put away": 403}, (
        "reads and deletes; agents are not theirs to change"
    )
    change_role(ours.account_id, person.id, Role.ANALYST)
    lowered = {**dict.fromkeys(whole, 403), "agents": 200}
    assert statuses(token, ours) == lowered
    change_role(ours.account_id, person.id, Role.OWNER)
    assert statuses(token, ours) == whole, "a manager's key stays one"


def test_a_key_ends_with_its_makers_membership_for_good(ours: Furnished, clock: ManualClock) -> None:
    person = a_member(ours.account_id, clock, Role.ADMIN, password=None)
    made = apikeys.issue(ours.account_id, name="k", role=Role.ANALYST, clock=clock, created_by=person.id)
    assert apikeys.verify(made.token, clock).role is Role.ANALYST
    remove_member(ours.account_id, person.id, clock)
    with pytest.raises(KeyRefused):
        apikeys.verify(made.token, clock)
    add_member(ours.account_id, email=person.email, role=Role.OWNER, clock=clock)
    with pytest.raises(KeyRefused):
        apikeys.verify(made.token, clock)
    told = read_trail(
        ours.account_id,
        TrailFilters(act=Act.KEY_REVOKED, thing=str(made.id)),
        clock=clock,
        before=None,
        limit=5,
    )
    assert len(told.events) == 1


def test_a_key_whose_maker_is_gone_from_the_table_is_none(ours: Furnished, clock: ManualClock) -> None:
    """The second fence: a membership that went by another way than ours, with the key left as it was."""
    from ringfence.apps.accounts.models import Membership
    from ringfence.apps.accounts.tenancy import tenant

    person = a_member(ours.account_id, clock, Role.ADMIN, password=None)
    made = apikeys.issue(ours.account_id, name="k", role=Role.ADMIN, clock=clock, created_by=person.id)
    with tenant(ours.account_id):
        Membership.objects.filter(account_id=ours.account_id, user_id=person.id).delete()
    with pytest.raises(KeyRefused):
        apikeys.verify(made.token, clock)


def test_the_page_offers_what_may_be_given_and_shows_what_was(ours: Furnished, clock: ManualClock) -> None:
    person = a_member(ours.account_id, clock, Role.ADMIN, password=None)
    visitor = Visitor()
    visitor.link(person)
    page = visitor.get("/settings/keys/").content.decode()
    assert 'value="manager"' in page
    assert 'value="owner"' not in page
    assert 'value="privacy_officer"' not in page
    sent = {"name": "Collector", "role": "admin", "scope": "audit", "days": "30"}
    assert "Copy this key now" in visitor.post("/settings/keys/", **sent).content.decode()
    made = apikeys.keys(ours.account_id)[0]
    assert (made.name, made.role, made.scope, made.created_by) == (
        "Collector",
        Role.ADMIN,
        Scope.AUDIT,
        person.id,
    )
    assert made.expires_at == clock.now() + timedelta(days=30)
    assert "Who looked, and consent, alone" in visitor.get("/settings/keys/").content.decode()
    for wrong in ({"role": "owner"}, {"role": "privacy_officer"}):
        assert visitor.post("/settings/keys/", **sent | wrong).status_code == 403
    for wrong in ({"scope": "all"}, {"days": "never"}, {"days": "3650"}, {"role": "king"}):
        assert visitor.post("/settings/keys/", **sent | wrong).status_code == 400


def test_the_api_lists_and_revokes_and_makes_none(ours: Furnished, clock: ManualClock) -> None:
    token = ours.key(Role.ADMIN)
    made = apikeys.issue(
        ours.account_id, name="old", role=Role.ANALYST, scope=Scope.CALLS_READING, clock=clock
    )
    listed = ask("GET", "/api/v1/keys", token)
    assert made.token not in listed.content.decode()
    line = next(each for each in listed.json()["items"] if each["id"] == str(made.id))
    assert (line["role"], line["scope"], line["revoked_at"]) == ("analyst", "calls-reading", None)
    assert ask("DELETE", f"/api/v1/keys/{made.id}", token).status_code == 204
    assert ask("GET", "/api/v1/agents", made.token).status_code == 401
    assert ask("POST", "/api/v1/keys", token, {"role": "analyst"}).status_code == 405


def test_an_admin_gives_no_role_that_may_more_than_theirs(ours: Furnished, clock: ManualClock) -> None:
    admin, other = (a_member(ours.account_id, clock, Role.ADMIN, password=None) for _ in range(2))
    officer = a_member(ours.account_id, clock, Role.PRIVACY_OFFICER, password=None)
    visitor = Visitor()
    visitor.link(admin)
    for person, sent in (
        (admin, {"role": "owner"}), (admin, {"role": "privacy_officer"}), (other, {"role": "privacy_officer"}),
        (officer, {"role": "analyst"}), (officer, {"do": "remove"}), (ours.people[Role.OWNER], {"do": "remove"}),
    ):  # fmt: skip
        assert visitor.post(f"/settings/members/{person.id}/", **sent).status_code == 403, (person, sent)
    assert visitor.post(f"/settings/members/{other.id}/", role="billing").status_code == 302
    refused = visitor.post("/settings/members/", email="x@example.org", role="privacy_officer")
    assert refused.status_code == 400
    assert "Nobody gives a role" in refused.content.decode()


@pytest.mark.parametrize(
    ("text", "lives"),
    [("30d", timedelta(days=30)), ("12h", timedelta(hours=12)), ("15m", timedelta(minutes=15))],
)
def test_how_long_a_key_lives_is_written_shortly(text: str, lives: timedelta) -> None:
    assert duration(text) == lives


@pytest.mark.parametrize("text", ["", "d", "never", "0d", "-3d", "1.5h", "3", "٣d", "3w", "9" * 30 + "d"])
def test_what_is_no_life_of_a_key(text: str) -> None:
    with pytest.raises(BadInput):
        duration(text)
