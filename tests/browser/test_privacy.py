"""The published policy: for everybody, on every screen, and without a cookie."""

import json
from typing import Any

import pytest

from ringfence.core.config import current, install
from ringfence.policy import load
from tests.browser.conftest import Enter, Site

PATHS = ("/privacy", "/privacy/changes")


@pytest.fixture
def address(site: Site) -> Any:
    """Sets this installation's privacy address for one test."""
    from dataclasses import replace

    served = current()
    yield lambda text: install(replace(served, privacy_address=text))
    install(served)


@pytest.mark.parametrize(("width", "dark"), [(1280, False), (1280, True), (768, False), (360, True)])
def test_the_policy_is_for_everybody(enter: Enter, width: int, dark: bool) -> None:
    visitor = enter(width=width, dark=dark)
    for path in PATHS:
        page = visitor.go(path)
        visitor.photograph(f"public{path.replace('/', '-')}-{width}{'-dark' if dark else ''}")
        assert visitor.axe() == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visitor.context.cookies() == []


def test_the_pages_are_the_same_for_members_and_read_nothing_of_them(site: Site, enter: Enter) -> None:
    member, stranger = enter(site.account()), enter()
    before = member.context.cookies()
    assert member.go("/privacy").content() == stranger.go("/privacy").content()
    assert [each["name"] for each in member.context.cookies()] == [each["name"] for each in before]
    answer = stranger.context.request.get(f"{site.url}/privacy")
    assert "set-cookie" not in answer.headers
    assert answer.headers["cache-control"] == "public, max-age=60"


def test_every_promise_stands_on_the_page_and_can_be_pointed_at(enter: Enter) -> None:
    visitor = enter()
    page = visitor.go("/privacy")
    for promise, text in load().promises.items():
        assert page.locator(f"[id='{promise}']").count() == 1, promise
        assert text in page.locator(f"[id='{promise}']").inner_text() or text in (
            page.locator(f"[id='{promise}']").text_content() or ""
        )


def test_an_unset_address_is_said_and_a_set_one_is_shown(enter: Enter, address: Any) -> None:
    visitor = enter()
    assert "has not named a privacy address" in visitor.go("/privacy").locator("#rights + *").inner_text()
    address("privacy@example.org")
    page = visitor.go("/privacy")
    assert "has not named" not in page.content()
    assert page.locator("a[href='mailto:privacy@example.org']").count() == 2
    told = json.loads(visitor.context.request.get(f"{visitor.site.url}/privacy.json").text())
    assert told["privacy_address"] == "privacy@example.org"


def test_home_and_the_console_lead_to_it(site: Site, enter: Enter) -> None:
    visitor = enter()
    visitor.go("/").get_by_role("main").get_by_role("link", name="Privacy policy").click()
    assert visitor.page.url == f"{site.url}/privacy"
    member = enter(site.account())
    member.page.get_by_role("contentinfo").get_by_role("link", name="Privacy policy").click()
    assert member.page.url == f"{site.url}/privacy"


def test_a_slash_too_many_still_arrives(enter: Enter) -> None:
    visitor = enter()
    visitor.go("/privacy/")
    assert visitor.page.url == f"{visitor.site.url}/privacy"
