"""An account that asks all its members for a second factor: whoever has shown none reaches nothing of it."""

import re
from uuid import UUID

import pytest

from ringfence.apps.accounts import apikeys
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.people import rules, sessions
from ringfence.core.clock import ManualClock
from ringfence.core.ids import new_id
from ringfence.web import matrix
from ringfence.web.access import Action, Who
from ringfence.web.people import factors
from tests.db.people.conftest import Acts
from tests.db.people.test_signing_in import SECRET, code, with_app
from tests.support.accounts import an_account
from tests.support.visitors import Visitor, a_member

FIRST = "A second factor first"
HERE = sessions.Seen(browser="Firefox", address="198.51.100.7", network="198.51.100.0/24")


def ask(account_id: UUID, clock: ManualClock) -> None:
    rules.ask_second_factor(account_id, wanted=True, clock=clock)


def came_in(user: User) -> Visitor:
    visitor = Visitor()
    assert visitor.link(user).status_code == 302
    return visitor


def test_asking_stands_in_the_trail_and_holds_from_the_next_click_on(
    account_id: UUID, owner: User, clock: ManualClock, acts: Acts
) -> None:
    asking, member = came_in(owner), came_in(a_member(account_id, clock, Role.MANAGER))
    assert member.inside()
    acts()
    assert asking.post("/settings/sign-in/", do="factor", wanted="yes").status_code == 302
    assert acts() == ["second_factor_asked"]
    for each in (member, asking, came_in(a_member(account_id, clock))):
        page = each.get("/learn/calls/")
        assert (page.status_code, FIRST in page.content.decode()) == (403, True)
    rows = member.get("/learn/calls/live/", **{"HX-Request": "true"})
    assert (rows.status_code, rows["HX-Refresh"]) == (403, "true")
    rules.ask_second_factor(account_id, wanted=False, clock=clock)
    assert acts()[-1] == "signed_in"
    assert member.inside()
    rules.set_idle(account_id, 20, clock)
    assert not rules.asks_second_factor(account_id), "one rule leaves the other as it is"


@pytest.mark.parametrize("role", [Role.MANAGER, Role.BILLING])
def test_who_may_not_set_it_does_not(account_id: UUID, clock: ManualClock, role: Role) -> None:
    visitor = came_in(a_member(account_id, clock, role))
    assert visitor.post("/settings/sign-in/", do="factor", wanted="yes").status_code == 403
    assert not rules.asks_second_factor(account_id)


def test_it_takes_a_fresh_proof(account_id: UUID, owner: User, clock: ManualClock) -> None:
    visitor = came_in(owner)
    clock.advance(11 * 60)
    answer = visitor.post("/settings/sign-in/", do="factor", wanted="yes")
    assert answer["Location"].startswith("/step-up/")
    assert not rules.asks_second_factor(account_id)


def test_no_address_of_the_account_opens(account_id: UUID, owner: User, clock: ManualClock) -> None:
    visitor = came_in(owner)
    ask(account_id, clock)
    opened, asked = [], 0
    for route in matrix.pages():
        if isinstance(route.asks, Action) or route.asks is Who.MEMBER:
            path = re.sub(r"<int:\w+>", "1", re.sub(r"<(uuid|str|slug):\w+>", str(new_id(clock)), route.path))
            answer = visitor.get(path) if route.method == "GET" else visitor.post(path)
            asked += 1
            if answer.status_code != 403 or FIRST not in answer.content.decode():
                opened.append((route.method, path, answer.status_code))
    assert opened == []
    assert asked > 60


def test_whoever_sets_one_up_comes_in_and_whoever_removes_it_is_out(
    account_id: UUID, owner: User, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(account_id, clock)
    visitor = came_in(owner)
    monkeypatch.setattr(factors, "new_secret", lambda: SECRET)
    assert visitor.get("/security/").status_code == 200
    assert visitor.get("/security/app/").status_code == 200
    assert visitor.post("/security/app/", code=code()).status_code == 200
    assert visitor.inside()
    assert visitor.post("/security/app/remove/").status_code == 302
    assert not visitor.inside()


def test_one_that_was_not_shown_in_this_session_is_asked_for(
    account_id: UUID, owner: User, clock: ManualClock
) -> None:
    visitor = came_in(owner)
    ask(account_id, clock)
    codes = with_app(owner)
    answer = visitor.get("/learn/calls/")
    assert (answer.status_code, answer["Location"]) == (302, "/step-up/?next=%2Flearn%2Fcalls%2F")
    assert visitor.post("/step-up/", code=codes[0]).status_code == 302
    assert visitor.inside()
    anew = Visitor()
    assert anew.password(owner.email).status_code == 302
    assert not anew.inside()
    assert anew.post("/sign-in/second/", code=codes[1]).status_code == 302
    assert anew.inside()


def test_another_account_of_the_same_person_stays_open(
    account_id: UUID, owner: User, clock: ManualClock
) -> None:
    from ringfence.apps.accounts.members import add_member

    other = an_account(clock)
    add_member(other, email=owner.email, role=Role.OWNER, clock=clock)
    ask(account_id, clock)
    visitor = came_in(owner)
    visitor.post("/account/", account=str(account_id))
    page = visitor.get("/learn/calls/").content.decode()
    assert "with a second factor" in page, "the way into the closed one is shown"
    assert str(account_id) not in page


def test_keys_go_on(account_id: UUID, owner: User, clock: ManualClock) -> None:
    made = apikeys.issue(account_id, name="k", role=Role.MANAGER, clock=clock, created_by=owner.id)
    ask(account_id, clock)
    assert Visitor().get("/api/v1/calls", Authorization=f"Bearer {made.token}").status_code == 200


@pytest.mark.parametrize("method", ["link", "password", "passkey", "totp", "recovery"])
@pytest.mark.parametrize("has", [True, False])
def test_what_is_open_goes_on_only_where_one_was_shown(
    account_id: UUID, owner: User, clock: ManualClock, method: str, has: bool
) -> None:
    """What streams and calls in a browser ask, again and again."""
    if has:
        with_app(owner)
    session_id = sessions.begin(owner.id, method, HERE, clock)
    assert sessions.role_now(account_id, owner.id, session_id) is Role.OWNER
    ask(account_id, clock)
    goes_on = has and method in {"passkey", "totp", "recovery"}
    assert sessions.role_now(account_id, owner.id, session_id) is (Role.OWNER if goes_on else None)


def test_a_password_after_a_factor_takes_nothing_away(
    account_id: UUID, owner: User, clock: ManualClock
) -> None:
    with_app(owner)
    ask(account_id, clock)
    session_id = sessions.begin(owner.id, "totp", HERE, clock)
    sessions.prove(session_id, HERE, clock, "password")
    assert sessions.role_now(account_id, owner.id, session_id) is Role.OWNER
