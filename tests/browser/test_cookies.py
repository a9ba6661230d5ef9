"""Every page in a browser, in every state a person can be in: the cookies are those of the published table, and nothing else is asked for.

Foreign requests, inline scripts and what the content security policy refuses are complaints of the window itself (conftest).
"""

from dataclasses import dataclass
from typing import Any, Final

import pytest

from ringfence.boot.clock import SystemClock
from ringfence.policy import load
from tests.browser.conftest import Enter, Site, Visitor
from tests.browser.test_every_page import CONSOLE, PUBLIC

ANALYTICS: Final = "__Host-rf_analytics"
MAY_BE: Final = {"__Host-rf_session", "__Host-rf_csrf"}
DAY_S: Final = 86_400
SLACK_S: Final = 120


@dataclass(frozen=True)
class Listed:
    days: int
    flags: frozenset[str]


def published(visitor: Visitor) -> dict[str, Listed]:
    """The table of cookies as its page shows it."""
    rows = visitor.go("/privacy").locator("#cookies ~ .scroll tbody tr")
    found = {}
    for row in rows.all():
        name, days, flags = (
            row.locator("th code").inner_text(), row.locator("td").nth(1).inner_text(), row.locator("td").nth(2).inner_text()
        )  # fmt: skip
        found[name] = Listed(int(days.split()[0]), frozenset(flags.split(", ")))
    return found


def flags_of(cookie: Any) -> frozenset[str]:
    said = {"Secure"} if cookie["secure"] else set()
    said |= {"HttpOnly"} if cookie["httpOnly"] else set()
    return frozenset(said | {f"SameSite={cookie['sameSite']}"})


def check(visitor: Visitor, table: dict[str, Listed], expected: bool, where: str) -> None:
    cookies = visitor.context.cookies()
    names = {each["name"] for each in cookies}
    assert names <= MAY_BE | ({ANALYTICS} if expected else set()), where
    if expected:
        assert ANALYTICS in names, where
    for each in cookies:
        listed = table[each["name"]]
        assert flags_of(each) == listed.flags, (where, each["name"])
        left = each["expires"] - SystemClock().now().timestamp()
        assert 0 < left <= listed.days * DAY_S + SLACK_S, (where, each["name"])
        assert (each["domain"], each["path"]) == ("localhost", "/")


def looks(
    visitor: Visitor, table: dict[str, Listed], pages: dict[str, str], expected: bool, state: str
) -> None:
    for name, path in pages.items():
        page = visitor.go(path)
        inline = page.evaluate(
            "[...document.querySelectorAll('script')].filter((s) => !s.src && s.textContent.trim()).length"
            " + document.querySelectorAll('[style],[onclick],[onload],style').length"
        )
        assert inline == 0, (state, name)
        check(visitor, table, expected, f"{state}: {name}")


def choose(visitor: Visitor, *, counted: bool) -> None:
    page = visitor.go("/profile/")
    box = page.get_by_label("Count my visits")
    if box.is_checked() != counted:
        box.click()
    page.get_by_role("button", name="Save the choice").click()
    page.wait_for_url("**/profile/")


def test_the_page_says_what_the_file_says(enter: Enter) -> None:
    table = published(enter())
    assert table == {
        each.name: Listed(
            each.days,
            frozenset(
                {"Secure", f"SameSite={each.same_site.value}"} | ({"HttpOnly"} if each.http_only else set())
            ),
        )
        for each in load().cookies
    }


@pytest.mark.timeout(300)
def test_every_page_sets_the_cookies_of_the_table_and_no_other(site: Site, enter: Enter) -> None:
    stranger = enter()
    table = published(stranger)
    assert stranger.context.cookies() == []
    looks(stranger, table, PUBLIC, False, "signed out")
    account_id = site.account()
    site.logger(account_id).log()
    member = enter(account_id)
    looks(member, table, CONSOLE, False, "not opted in")
    choose(member, counted=True)
    check(member, table, True, "just opted in")
    looks(member, table, CONSOLE, True, "opted in")
    choose(member, counted=False)
    check(member, table, False, "just opted out")
    choose(member, counted=True)
    member.page.get_by_role("button", name="Sign out").first.click()
    member.page.wait_for_url("**/")
    assert member.context.cookies() == [] or ANALYTICS not in {e["name"] for e in member.context.cookies()}


@pytest.mark.timeout(300)
@pytest.mark.parametrize("signal", [{"Sec-GPC": "1"}, {"DNT": "1"}])
def test_a_browser_that_asks_not_to_be_followed_gets_none(
    site: Site, enter: Enter, signal: dict[str, str]
) -> None:
    member = enter(site.account(), extra_http_headers=signal)
    table = published(member)
    choose(member, counted=True)
    assert member.page.get_by_text("asks not to be followed").count() == 1
    looks(
        member,
        table,
        {name: CONSOLE[name] for name in ("calls", "agents", "usage", "profile")},
        False,
        str(signal),
    )
