"""Sessions: how long they last, where they are used, and how they end."""

from datetime import timedelta
from uuid import UUID

import pytest

from ringfence.apps.accounts.models import Role, User
from ringfence.apps.people import rules, sessions
from ringfence.apps.people.errors import BadDetails
from ringfence.core.clock import ManualClock
from ringfence.web.people.seen import browser, network
from tests.db.people.conftest import Acts
from tests.support.visitors import PASSWORD, SAFARI, Visitor, a_member, letters

IDLE = timedelta(hours=4)


def test_a_session_that_idles_is_over(owner: User, clock: ManualClock) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    for _ in range(3):
        clock.advance(29 * 60)
        assert visitor.inside()
    clock.advance(31 * 60)
    assert not visitor.inside()
    assert sessions.sessions(owner.id, clock, IDLE) == ()


def test_what_a_page_asks_by_itself_is_no_sign_of_life(owner: User, clock: ManualClock) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    for _ in range(3):
        clock.advance(9 * 60)
        assert visitor.get("/learn/calls/live/").status_code == 200
    clock.advance(4 * 60)
    assert not visitor.inside()


def test_no_session_lasts_longer_than_twelve_hours(owner: User, clock: ManualClock) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    for _ in range(12 * 3 - 1):
        clock.advance(20 * 60)
        assert visitor.inside()
    clock.advance(20 * 60)
    assert not visitor.inside()


def test_an_account_chooses_its_idle_time(
    owner: User, account_id: UUID, clock: ManualClock, acts: Acts
) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    acts()
    assert visitor.post("/settings/sign-in/", do="idle", idle="10").status_code == 302
    assert acts() == ["rules_changed"]
    assert visitor.post("/settings/sign-in/", do="idle", idle="1").status_code == 400
    clock.advance(11 * 60)
    assert not visitor.inside()
    with pytest.raises(BadDetails):
        rules.set_idle(account_id, 24 * 60, clock)


def test_a_cookie_that_was_carried_off_opens_nothing_elsewhere(owner: User, acts: Acts) -> None:
    home = Visitor(at="203.0.113.7")
    home.password(owner.email)
    acts()
    thief = home.carried_off("192.0.2.9")
    for path in ("/learn/calls/", "/agents/", "/security/", "/settings/keys/", "/profile/"):
        assert thief.get(path)["Location"].startswith("/step-up/"), path
    assert thief.post("/settings/members/", email="friend@example.org", role="owner").status_code == 302
    assert acts() == ["session_elsewhere"]
    assert "192.0.2.9" in letters(owner.email)[0].lines[0]
    assert len([each for each in letters(owner.email) if "elsewhere" in each.subject]) == 1, "told once"
    assert thief.post("/step-up/", password="guess").status_code == 400
    assert home.inside(), "its owner is not disturbed"
    assert b"turned up elsewhere" in home.get("/security/").content.lower()


def test_another_browser_is_another_place(owner: User) -> None:
    home = Visitor(at="203.0.113.7")
    home.password(owner.email)
    assert not home.carried_off("203.0.113.7", agent=SAFARI).inside()
    assert home.carried_off("203.0.113.200").inside(), "the same network is the same place"


def test_whoever_travels_shows_that_it_is_they_and_goes_on(owner: User) -> None:
    person = Visitor(at="203.0.113.7")
    person.password(owner.email)
    person.at = "192.0.2.9"
    assert not person.inside()
    assert person.post("/step-up/", password=PASSWORD, next="/learn/calls/")["Location"] == "/learn/calls/"
    assert person.inside()


def test_a_sign_in_at_a_new_place_is_mailed_and_at_a_known_one_is_not(owner: User) -> None:
    for _ in range(2):
        Visitor(at="203.0.113.7").password(owner.email)
    assert letters(owner.email) == [], "the first place of all is news to nobody"
    Visitor(at="192.0.2.9").password(owner.email)
    assert [each.subject for each in letters(owner.email)] == ["A new sign-in to Ringfence"]


def test_one_signs_out_elsewhere_and_everywhere_else(owner: User, clock: ManualClock, acts: Acts) -> None:
    here, there, third = Visitor(), Visitor(), Visitor()
    for each in (here, there, third):
        each.password(owner.email)
        clock.advance(5)
    page = here.get("/security/").content.decode()
    assert there.at in page
    target = next(each for each in sessions.sessions(owner.id, clock, IDLE) if each.address == there.at)
    acts()
    assert here.post(f"/security/sessions/{target.id}/end/").status_code == 302
    assert acts() == ["session_ended"]
    assert not there.inside()
    assert third.inside()
    here.post("/security/sessions/end/")
    assert not third.inside()
    assert here.inside()


def test_nobody_ends_somebody_elses_session(owner: User, account_id: UUID, clock: ManualClock) -> None:
    other = a_member(account_id, clock, Role.ADMIN)
    theirs, mine = Visitor(), Visitor()
    theirs.password(other.email)
    mine.password(owner.email)
    [target] = sessions.sessions(other.id, clock, IDLE)
    assert mine.post(f"/security/sessions/{target.id}/end/").status_code == 404
    assert theirs.inside()


def test_signing_out_ends_the_session_itself_and_not_the_cookie_alone(
    owner: User, clock: ManualClock
) -> None:
    visitor = Visitor()
    visitor.password(owner.email)
    copy = visitor.carried_off(visitor.at)
    assert copy.inside()
    visitor.post("/sign-out/")
    assert not copy.inside()
    assert sessions.sessions(owner.id, clock, IDLE) == ()


def test_a_session_of_which_nobody_knows_is_none(owner: User) -> None:
    visitor = Visitor()
    visitor.client.force_login(owner, backend="django.contrib.auth.backends.ModelBackend")
    assert not visitor.inside()


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/141.0 Mobile Safari/604.1", "Chrome on an iPhone"),
        (SAFARI, "Safari on a Mac"), ("curl/8.9", "Another program"), ("", "Another program"), ("<script>", "Another program"),
    ],
)  # fmt: skip
def test_a_browser_has_a_name_that_its_owner_knows(agent: str, name: str) -> None:
    assert browser(agent) == name


def test_a_network_is_what_a_connection_keeps() -> None:
    assert network("203.0.113.7") == network("203.0.113.250") == "203.0.113.0/24"
    assert network("2001:db8:1:2::1") == network("2001:db8:1:ffff::9") == "2001:db8:1::/48"
    assert network("") == network("a socket") == "unknown"
