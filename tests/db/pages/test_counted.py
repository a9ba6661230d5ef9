"""Who is counted, and under what: the cookie of those who opted in, and nobody else's (cookies.analytics)."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.accounts.models import User
from ringfence.apps.analytics import counting
from ringfence.apps.analytics.figures import figures
from ringfence.apps.analytics.models import PERSON, VISITOR, Day, Mark, View
from ringfence.apps.rows.purpose import reading_for
from ringfence.core.clock import ManualClock
from ringfence.policy import load
from ringfence.work.database import Database as Pool
from tests.support.database import Database
from tests.support.visitors import Visitor, a_member

NAME = "__Host-rf_analytics"
LISTED = {each.name: each for each in load().cookies}


@pytest.fixture
def person(account_id: UUID, clock: ManualClock) -> User:
    return a_member(account_id, clock)


@pytest.fixture
def member(person: User) -> Visitor:
    visitor = Visitor()
    assert visitor.link(person).status_code == 302
    return visitor


def views(clock: ManualClock, page: str, kind: str) -> int:
    found = View.objects.filter(day=clock.now().date(), page=page, kind=kind).values_list("count", flat=True)
    return next(iter(found), 0)


def browsers(clock: ManualClock) -> int:
    return next(iter(Day.objects.filter(day=clock.now().date()).values_list("browsers", flat=True)), 0)


def value(answer: Any) -> str | None:
    """The cookie that an answer sets; empty if it takes it away; None if it does neither."""
    cookie = answer.cookies.get(NAME)
    return None if cookie is None else str(cookie.value)


def opt_in(visitor: Visitor) -> None:
    assert visitor.post("/profile/counting/", counted="yes").status_code == 302


def test_a_visitor_is_counted_without_a_cookie(account_id: UUID, clock: ManualClock) -> None:
    for page, path in (("home", "/"), ("privacy", "/privacy"), ("sign-in", "/sign-in/")):
        before = views(clock, page, VISITOR)
        answer = Visitor().get(path)
        assert value(answer) is None
        assert views(clock, page, VISITOR) == before + 1


@pytest.mark.parametrize("signal", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_who_asks_not_to_be_followed_is_not_counted(
    account_id: UUID, clock: ManualClock, signal: dict[str, str], member: Visitor
) -> None:
    opt_in(member)
    before = views(clock, "home", VISITOR), views(clock, "agents", PERSON), browsers(clock)
    Visitor().get("/", **signal)
    assert value(member.get("/agents/", **signal)) is None
    assert (views(clock, "home", VISITOR), views(clock, "agents", PERSON), browsers(clock)) == before
    assert value(member.get("/agents/"))
    taken = member.get("/agents/", **signal)
    assert value(taken) == ""
    assert NAME not in member.client.cookies or not member.client.cookies[NAME].value


def test_somebody_who_did_not_opt_in_gets_no_cookie_and_no_count(member: Visitor, clock: ManualClock) -> None:
    before = views(clock, "agents", PERSON), views(clock, "agents", VISITOR)
    assert value(member.get("/agents/")) is None
    assert (views(clock, "agents", PERSON), views(clock, "agents", VISITOR)) == before


def test_the_cookie_is_as_the_policy_lists_it_and_rotates_with_the_day(
    person: User, clock: ManualClock
) -> None:
    clock.advance(86_400 - (clock.now() - clock.now().replace(hour=0, minute=5)).total_seconds())
    clock.advance(23.5 * 3600)
    member = Visitor()
    member.link(person)
    opt_in(member)
    answer = member.get("/agents/")
    cookie, listed = answer.cookies[NAME], LISTED[NAME]
    assert cookie["secure"]
    assert bool(cookie["httponly"]) is listed.http_only
    assert cookie["samesite"] == listed.same_site.value
    assert int(cookie["max-age"]) == listed.days * 86_400
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    first = value(answer)
    assert value(member.get("/numbers/")) is None, "the same all day"
    clock.advance(28 * 60)
    assert first
    assert first.startswith(f"{clock.now() - timedelta(hours=1):%Y%m%d}.")
    second = value(member.get("/agents/"))
    assert second
    assert second.startswith(f"{clock.now():%Y%m%d}.")
    assert second.partition(".")[2] != first.partition(".")[2]


def test_a_browser_counts_once_a_day_and_a_page_each_time(member: Visitor, clock: ManualClock) -> None:
    opt_in(member)
    before, seen = browsers(clock), views(clock, "agents", PERSON)
    for _ in range(3):
        member.get("/agents/")
    assert browsers(clock) == before + 1
    assert views(clock, "agents", PERSON) == seen + 3


def test_opting_out_and_signing_out_take_the_cookie_away(member: Visitor, person: User) -> None:
    opt_in(member)
    assert value(member.get("/agents/"))
    assert value(member.post("/profile/counting/")) == ""
    assert not value(member.get("/agents/"))
    opt_in(member)
    assert value(member.get("/agents/"))
    answer = member.post("/sign-out/")
    assert value(answer) == ""
    assert '"cookies"' in answer["Clear-Site-Data"]


def test_a_page_that_names_an_id_is_counted_by_its_route(
    member: Visitor, account_id: UUID, clock: ManualClock
) -> None:
    opt_in(member)
    member.get(f"/audit/{UUID(int=7)}/")
    member.get("/learn/calls/?q=ferry+harbour")
    told = set(View.objects.values_list("page", flat=True))
    assert "calls" in told
    assert not [page for page in told if "/" in page or "ferry" in page or any(c.isdigit() for c in page)]


def test_what_is_made_up_is_no_id_of_ours(member: Visitor) -> None:
    opt_in(member)
    member.client.cookies[NAME] = "19990101.somebody-i-know-by-name"
    fresh = value(member.get("/agents/"))
    assert fresh
    assert "somebody" not in fresh


def marked(day: date) -> bool:
    with reading_for(counting.IMPROVE, counting.AGGREGATE):
        return Mark.objects.filter(day=day).exists()


def test_marks_go_with_their_day(member: Visitor, worker: Pool, clock: ManualClock) -> None:
    opt_in(member)
    member.get("/agents/")
    today = clock.now().date()
    assert marked(today)
    counted = browsers(clock)
    clock.advance(86_400)
    with worker.transaction() as cursor:
        counting.forget_marks(cursor, clock)
    assert not marked(today)
    assert Day.objects.get(day=today).browsers == counted


def test_a_count_that_fails_fails_no_page(
    account_id: UUID, database: Database, member: Visitor, clock: ManualClock
) -> None:
    with database.superuser() as admin:
        admin.execute("ALTER TABLE analytics_view RENAME TO analytics_away")
    try:
        opt_in(member)
        assert Visitor().get("/").status_code == 200
        assert member.get("/agents/").status_code == 200
    finally:
        with database.superuser() as admin:
            admin.execute("ALTER TABLE analytics_away RENAME TO analytics_view")


def test_the_site_says_that_it_heeds_the_signal(account_id: UUID) -> None:
    answer = Visitor().get("/.well-known/gpc.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.json()["gpc"] is True


def test_the_operator_sees_days_and_pages_and_nobody(member: Visitor, clock: ManualClock) -> None:
    today = clock.now().date()
    before = figures(1, today)
    Visitor().get("/")
    opt_in(member)
    member.get("/agents/")
    member.get("/agents/")
    found = figures(1, today)
    assert found.visitors.get(today, 0) == before.visitors.get(today, 0) + 1
    assert found.people[today] == before.people.get(today, 0) + 2
    assert found.browsers[today] == before.browsers.get(today, 0) + 1
    told = found.document()
    assert set(told["days"][0]) == {"day", "visitors", "people", "browsers"}
    assert set(told["pages"][0]) == {"page", "visitors", "people"}
