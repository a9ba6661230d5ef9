"""Every page that stands in the addresses: it has its name and one heading, holds still, is for everybody, and is reached by keys.

A page that is added and not named here fails the first test.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.urls import URLPattern, get_resolver
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Enter, Site, Visitor
from tests.browser.staff import employed

PUBLIC: Final = {
    "home": "/", "privacy": "/privacy", "privacy-changes": "/privacy/changes", "trust": "/trust", "problems": "/docs/problems", "sign-in": "/sign-in/",
    "sign-in-link": "/sign-in/link/", "forgotten": "/sign-in/forgotten/", "sign-on": "/sign-in/company/",
}  # fmt: skip
CONSOLE: Final = {
    "calls": "/learn/calls/", "agents": "/agents/", "new-agent": "/agents/new/", "numbers": "/numbers/",
    "receipts": "/receipts/", "recipients": "/recipients/", "audit": "/audit/", "consents": "/consents/", "support": "/support/", "retention": "/retention/", "plan": "/settings/plan/", "usage": "/settings/usage/", "billing": "/settings/billing/",
    "company": "/settings/company/", "members": "/settings/members/", "ways-in": "/settings/sign-in/",
    "engines": "/settings/engines/", "keys": "/settings/keys/", "security": "/security/", "profile": "/profile/",
    "outbox": "/outbox/",
}  # fmt: skip
OPERATOR: Final = {
    "operator": "/operator/", "operator-accounts": "/operator/accounts/", "operator-abuse": "/operator/abuse/",
    "operator-health": "/operator/health/", "operator-analytics": "/operator/analytics/", "operator-staff": "/operator/staff/",
}  # fmt: skip
ELSEWHERE: Final = {
    "gallery": "test_pages: only in development",
    "delete-calls": "test_pages: with calls chosen",
    "sign-up": "test_people: where sign-up is open",
    "confirm-sign-up": "test_people: from a mail",
    "new-password": "test_people: from a mail",
    "confirm-address": "test_people: from a mail",
    "invitation": "test_people: from a mail",
    "mfa_authenticate": "test_people: between password and page",
    "step-up": "test_people: when a proof has grown old",
    "app": "test_people: after a fresh proof",
    "recovery-codes": "test_people: after a fresh proof",
}
NO_PAGES: Final = {
    "privacy-elsewhere", "privacy-json", "trust-elsewhere", "trust-json", "public-keys", "gpc", "count-me", "account_login", "sign-in-passkey",
    "sign-in-passkey-options", "set-password", "add-passkey", "passkey-options", "remove-app", "end-other-sessions",
    "change-address", "sign-out", "choose-account", "live-calls", "connect", "add-number", "send-code", "test-call",
    "audit-export", "usage-file", "forget-usage", "enforce-sign-on", "forget-sign-on", "change-plan", "leave-account", "keep-account",
}  # fmt: skip
SLOW_S: Final = 0.4
WATCH: Final = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const each of list.getEntries()) window.shifts.push([each.value, each.sources.map((s) => s.node?.outerHTML?.slice(0, 120))]);
}).observe({ type: "layout-shift", buffered: true });
"""


def names(patterns: list[Any]) -> Iterator[str]:
    """The addresses without an argument, the API's aside."""
    for each in patterns:
        if isinstance(each, URLPattern) and "<" not in str(each.pattern):
            assert each.name is not None, each
            yield each.name


def test_every_address_is_a_page_that_is_looked_at_or_none() -> None:
    known = {*PUBLIC, *CONSOLE, *OPERATOR, *ELSEWHERE, *NO_PAGES}
    found = set(names(get_resolver().url_patterns))
    assert found - known == set(), "look at it here, or say why not"
    assert {*PUBLIC, *CONSOLE, *OPERATOR} - found == set()


def pages(site: Site, enter: Enter, **window: Any) -> Iterator[tuple[str, Visitor, str]]:
    account_id = site.account()
    site.logger(account_id).log()
    for account, table in ((None, PUBLIC), (account_id, CONSOLE)):
        visitor = enter(account, **window)
        for name, path in table.items():
            yield name, visitor, path
    visitor = employed(site, enter(None, **window))
    for name, path in OPERATOR.items():
        yield name, visitor, path


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("width", "dark"), [(1280, True), (360, False)])
def test_every_page_is_for_everybody(site: Site, enter: Enter, width: int, dark: bool) -> None:
    broken: dict[str, Any] = {}
    for name, visitor, path in pages(site, enter, width=width, dark=dark):
        page = visitor.go(path)
        visitor.photograph(f"every-{name}-{width}{'-dark' if dark else ''}")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if found := visitor.axe() + ([f"{wide} px wider than the window"] if wide > 0 else []):
            broken[name] = found
    assert not broken


def test_every_page_says_its_name_and_has_one_heading(site: Site, enter: Enter) -> None:
    titles: dict[str, str] = {}
    for name, visitor, path in pages(site, enter):
        page = visitor.go(path)
        title = page.title()
        assert title.endswith(" · Ringfence"), name
        assert page.locator("h1").count() == 1, name
        assert page.locator("main#main").count() == 1, name
        titles.setdefault(title, name)
        assert titles[title] in {name, "sign-in"}, f"{name} and {titles[title]} are both called {title}"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_jumps_while_a_page_loads(site: Site, enter: Enter, width: int) -> None:
    """Scripts come late on purpose: what they change must have its room already."""

    def late(route: Route) -> None:
        visitor.page.wait_for_timeout(1000 * SLOW_S)
        route.continue_()

    moved = {}
    account_id = site.account()
    call = site.logger(account_id).log()
    visitor = enter(account_id, width=width, zone="Asia/Tokyo")
    visitor.context.add_init_script(WATCH)
    visitor.page.route("**/page.js", late)
    for path in (*CONSOLE.values(), f"/learn/calls/{call}/", "/learn/calls/?q=ferry", "/"):
        page = visitor.go(path)
        page.wait_for_timeout(150)
        shifts = page.evaluate("window.shifts")
        if sum(value for value, _ in shifts) > 0.01:
            moved[path] = shifts
    assert not moved


def focused(page: Page) -> str:
    found = page.evaluate(
        """() => { const e = document.activeElement, box = e.getBoundingClientRect(), ring = getComputedStyle(e);
             const seen = box.width > 0 && (ring.outlineStyle !== 'none' || e.closest('.wave') !== null);
             return (seen ? '' : 'unseen: ') + e.tagName + ' ' + (e.getAttribute('aria-label') || e.textContent || e.id || '').trim().slice(0, 60) }"""
    )
    return str(found)


def test_tab_goes_through_a_page_in_the_order_it_is_read_and_is_always_seen(site: Site, enter: Enter) -> None:
    account_id = site.account()
    call = site.logger(account_id).log()
    page = enter(account_id).go(f"/learn/calls/{call}/")
    passed = []
    for _ in range(60):
        page.keyboard.press("Tab")
        passed.append(focused(page))
        if passed[-1].startswith("BODY"):
            break
    seen = [each for each in passed if each.startswith("unseen") and "BODY" not in each]
    assert seen == []
    wanted = [
        "A Skip to the content",
        "A Ringfence",
        "A Call Logs",
        "A Export vCon",
        "INPUT Position in the recording",
        "BUTTON Play",
    ]
    at = [passed.index(each) for each in wanted]
    assert at == sorted(at)


def test_the_first_tab_skips_the_menu(site: Site, enter: Enter) -> None:
    page = enter(site.account()).go("/agents/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="New agent")).to_be_focused()
