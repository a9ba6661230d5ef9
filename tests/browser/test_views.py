"""A view of Call Logs: its columns, its days, its rows that follow the calls, and how it stands on a phone."""

import re
from datetime import UTC, datetime, time, timedelta

from playwright.sync_api import expect

from ringfence.apps.accounts.models import Role
from ringfence.core.call import Direction
from tests.browser.calls import BOOKING, Script
from tests.browser.conftest import Enter, Site

HEADS = "th[scope=col]"
USUAL = ["Started", "Agent", "Channel", "From", "Outcome", "Duration", "Kept"]


def test_columns_are_remembered_until_somebody_signs_out(site: Site, enter: Enter) -> None:
    account_id = site.account()
    site.logger(account_id).log()
    visitor = enter(account_id)
    page = visitor.go("/learn/calls/")
    page.get_by_text("Filters and columns").click()
    page.get_by_label("Until", exact=True).check()
    page.get_by_label("Channel", exact=True).and_(page.get_by_role("checkbox")).uncheck()
    page.get_by_role("search").get_by_role("button", name="Show").first.click()
    own = ["Started", "Agent", "From", "Outcome", "Duration", "Kept", "Until"]
    expect(page.locator(HEADS)).to_have_text(own)
    assert "col=until" in page.url, "a view is shared by its address"
    visitor.go("/agents/")
    visitor.go("/learn/calls/")
    expect(page.locator(HEADS)).to_have_text(own)
    page.get_by_text("Filters and columns").click()
    page.get_by_label("Until", exact=True).uncheck()
    page.get_by_label("Channel", exact=True).and_(page.get_by_role("checkbox")).check()
    page.get_by_role("search").get_by_role("button", name="Show").first.click()
    expect(page.locator(HEADS)).to_have_text(USUAL)
    visitor.go("/learn/calls/")
    expect(page.locator(HEADS)).to_have_text(USUAL)


def test_days_begin_at_the_readers_midnight_and_the_page_says_where(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log, day = site.logger(account_id), (site.clock.now() - timedelta(days=3)).date()
    late, early = (
        log.log(at=datetime.combine(day, time(hour, 30), UTC)) for hour in (14, 16)
    )  # 23:30 and 01:30 in Tokyo
    next_day = f"{day + timedelta(days=1):%Y-%m-%d}"
    page = enter(account_id, zone="Asia/Tokyo").go("/learn/calls/")
    page.get_by_text("Filters and columns").click()
    expect(page.get_by_text("Days begin at midnight in Asia/Tokyo.")).to_be_visible()
    page.get_by_label("From day").fill(next_day)
    page.get_by_label("To day").fill(next_day)
    page.keyboard.press("Enter")
    page.wait_for_url("**zone=Asia%2FTokyo**")
    expect(page.locator("tbody a")).to_have_count(1)
    assert str(early) in (page.locator("tbody a").get_attribute("href") or "")
    there = enter(account_id, zone="America/Lima").go(page.url.removeprefix(site.url))
    expect(there.locator("tbody a")).to_have_count(1)
    assert str(late) not in there.content(), "a view that is shared shows the same"


def test_a_filtered_view_follows_its_calls_and_no_others(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log = site.logger(account_id)
    log.log()
    page = enter(account_id).go("/learn/calls/?direction=inbound")
    log.live(Script(direction=Direction.OUTBOUND))
    shown = log.live()
    expect(page.locator("#live tr")).to_have_count(1, timeout=8000)
    assert str(shown) in (page.locator("#live a").get_attribute("href") or "")
    expect(page.locator("[data-live-status]")).to_have_text("Calls in progress: 1.")
    expect(page.locator("#live .length")).to_have_text(re.compile(r"^\d+:\d\d$"))


def test_what_keys_find_is_not_asked_for_again_and_again(site: Site, enter: Enter) -> None:
    account_id = site.account()
    site.logger(account_id).log()
    page = enter(account_id).go("/learn/calls/?q=ferry")
    assert page.locator("[hx-get]").count() == 0


def test_an_empty_view_fills_when_a_call_comes(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log = site.logger(account_id)
    page = enter(account_id).go("/learn/calls/")
    expect(page.get_by_role("heading", name="No calls yet")).to_be_visible()
    log.live()
    expect(page.locator("tbody tr")).to_have_count(1, timeout=8000)


def test_on_a_phone_each_call_is_a_card(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log, now = site.logger(account_id), site.clock.now()
    for hour in range(3):
        log.log(BOOKING, at=now - timedelta(hours=hour))
    page = enter(account_id, width=360).go("/learn/calls/")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(3)
    boxes = [row.bounding_box() for row in rows.all()]
    for box in boxes:
        assert box is not None
        assert box["width"] <= 360
        assert box["height"] > 60
    assert page.get_by_role("columnheader", name="Duration").count() == 1, "still a table to a screen reader"
    assert page.get_by_role("cell", name=re.compile("^0:36$")).count() == 3
    rows.nth(1).click(position={"x": 200, "y": 50})
    page.wait_for_url(re.compile(r"/learn/calls/[0-9a-f-]{36}/"))


def test_a_person_who_may_not_delete_is_not_asked_to_choose(site: Site, enter: Enter) -> None:
    account_id = site.account()
    site.logger(account_id).log()
    page = enter(account_id, role=Role.ANALYST).go("/learn/calls/")
    assert page.get_by_role("checkbox", name=re.compile("Choose")).count() == 0
    assert page.get_by_role("button", name="Delete…").count() == 0
