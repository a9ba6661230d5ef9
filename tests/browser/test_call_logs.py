"""Learn → Call Logs as people use it: looking, searching, listening, deleting."""

import gzip
import re
from datetime import timedelta
from zoneinfo import ZoneInfo

from playwright.sync_api import expect

from ringfence.apps.accounts.models import Role
from ringfence.core.call import Channel, Given, Outcome, Variable
from tests.browser.calls import BOOKING, Script
from tests.browser.conftest import Enter, Site, until

BILL = Script(
    said=(
        ("agent", "What can I do for you?", 0.3, 1.9),
        ("caller", "I never paid the giraffe invoice.", 2.5, 5.0),
    ),
    variables=(Variable(name="reason", type="choice", given=Given.GIVEN, value="billing"),),
    outcome=Outcome.CALLER_HUNG_UP,
    channel=Channel.WEB,
    from_number="+12025550199",
)


def test_search_and_filters_find_whole_words_exact_values_and_numbers(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log = site.logger(account_id)
    now = site.clock.now()
    booked, bill = log.log(BOOKING, at=now - timedelta(hours=1)), log.log(BILL, at=now - timedelta(hours=2))
    visitor = enter(account_id)

    def found(query: str) -> list[str]:
        page = visitor.go(f"/learn/calls/?{query}")
        links = page.locator("table.list tbody a").all()
        return [re.findall(r"[0-9a-f-]{36}", each.get_attribute("href") or "")[0] for each in links]

    assert found("") == [str(booked), str(bill)]
    assert found("q=ferry+friday") == [str(booked)]
    assert found("q=fer") == []
    assert found("q=ferry+giraffe") == []
    assert found("variable=reason&value=billing") == [str(bill)]
    assert found("number=%2B1+202+555+0199") == [str(bill)]
    assert found("channel=web") == found("outcome=caller_hung_up") == found("longest=0:10") == [str(bill)]
    assert found("shortest=0:30") == [str(booked)]
    assert found("since=2030-01-01") == []


def test_a_filter_that_cannot_be_used_says_what_to_write(site: Site, enter: Enter) -> None:
    visitor = enter(site.account())
    page = visitor.go("/learn/calls/?number=12&since=yesterday")
    expect(page.get_by_text("Write the whole number with its country")).to_be_visible()
    expect(page.get_by_text("Write a day as 2026-11-23.")).to_be_visible()
    assert page.locator("#number").input_value() == "12"


def test_columns_are_in_the_address(site: Site, enter: Enter) -> None:
    account_id = site.account()
    site.logger(account_id).log()
    page = enter(account_id).go("/learn/calls/?col=until&col=direction")
    assert page.locator("th[scope=col]").all_inner_texts() == ["Started", "Direction", "Until"]


def test_a_call_in_progress_shows_without_loading_the_page(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log = site.logger(account_id)
    log.log()
    page = enter(account_id).go("/learn/calls/")
    expect(page.locator("#live tr")).to_have_count(0)
    log.live()
    expect(page.locator("#live tr")).to_contain_text("Ringing", timeout=8000)


def test_a_recording_plays_and_the_transcript_follows(site: Site, enter: Enter) -> None:
    account_id = site.account()
    call = site.logger(account_id).log()
    page = enter(account_id).go(f"/learn/calls/{call}/")
    expect(page.locator("[data-clock]")).to_have_text("0:00 / 0:36")
    assert (
        page.evaluate("document.querySelector('[data-audio]').readyState") == 0
    )  # opening a call is not listening to it
    page.get_by_text("An appointment.").click()
    assert page.evaluate("document.querySelector('[data-audio]').currentTime") == 15.6
    expect(page.locator(".turn[aria-current=true] .text")).to_have_text("An appointment.")
    page.keyboard.press("j")
    expect(page.locator(".turn[aria-current=true] .text")).to_have_text("Which day would suit you?")
    page.keyboard.press("k")
    expect(page.locator(".turn[aria-current=true] .text")).to_have_text("An appointment.")
    page.locator("h1").click()
    page.keyboard.press(" ")
    expect(page.locator("[data-play]")).to_have_text("Pause")
    until(page, "document.querySelector('[data-audio]').duration === 35.6")
    page.keyboard.press(" ")
    expect(page.locator("[data-play]")).to_have_text("Play")
    values = page.locator("[aria-labelledby=variables] dd").all_inner_texts()
    assert values == ["appointment", "2026-12-11", "Empty", "Not given"]
    kept = page.locator("[aria-labelledby=kept] dd")
    expect(kept).to_have_text(
        [re.compile("until 23 Dec 2026"), re.compile("until 23 Dec 2026"), "until 23 Dec 2026"]
    )


def test_ranges_are_exact(site: Site, enter: Enter) -> None:
    account_id = site.account()
    call = site.logger(account_id).log()
    visitor = enter(account_id)
    url = f"{site.url}/learn/calls/{call}/recording"
    whole = visitor.context.request.get(url)
    part = visitor.context.request.get(url, headers={"Range": "bytes=1000-1999"})
    assert (whole.status, part.status) == (200, 206)
    assert part.body() == whole.body()[1000:2000]
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(whole.body())}"
    beyond = visitor.context.request.get(url, headers={"Range": "bytes=99999999-"})
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{len(whole.body())}")


def test_deleting_a_recording_leaves_the_words(site: Site, enter: Enter) -> None:
    account_id = site.account()
    call = site.logger(account_id).log()
    visitor = enter(account_id)
    page = visitor.go(f"/learn/calls/{call}/")
    page.get_by_role("link", name="Delete… the recording").click()
    expect(page.get_by_text("Nobody can undo this")).to_be_visible()
    page.get_by_role("button", name="Delete for good").click()
    page.wait_for_url(f"**/learn/calls/{call}/")
    expect(page.locator("audio")).to_have_count(0)
    expect(page.get_by_text("Which day would suit you?")).to_be_visible()
    assert visitor.context.request.get(f"{site.url}/learn/calls/{call}/recording").status == 410


def test_several_calls_go_at_once_and_for_good(site: Site, enter: Enter) -> None:
    account_id = site.account()
    log = site.logger(account_id)
    now = site.clock.now()
    kept, *gone = (log.log(at=now - timedelta(hours=n)) for n in range(3))
    visitor = enter(account_id)
    page = visitor.go("/learn/calls/")
    expect(page.get_by_role("button", name="Delete…")).to_be_disabled()
    for call in gone:
        page.locator(f"[data-pick][value='{call}']").check()
    expect(page.locator("[data-picked]")).to_have_text("2 calls chosen.")
    page.get_by_role("button", name="Delete…").click()
    expect(page.locator("h1")).to_have_text("Delete 2 calls?")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Deleted: 2 calls")).to_be_visible()
    assert page.locator("table.list tbody tr").count() == 1
    for call in gone:
        assert visitor.context.request.get(f"{site.url}/learn/calls/{call}/").status == 410
    assert visitor.context.request.get(f"{site.url}/learn/calls/{kept}/").status == 200


def test_time_ends_a_call_to_the_second(site: Site, enter: Enter) -> None:
    account_id = site.account()
    site.clock.advance(40 * 86_400)  # keep other tests' calls out of it
    call = site.logger(account_id).log()
    url = f"{site.url}/learn/calls/{call}/recording"
    site.clock.advance(30 * 86_400 - 1)
    visitor = enter(account_id)
    assert visitor.context.request.get(url).status == 200
    site.clock.advance(1)
    assert visitor.context.request.get(url).status == 404
    site.clock.advance(-70 * 86_400)


def test_another_accounts_call_is_no_call(site: Site, enter: Enter) -> None:
    call = site.logger(site.account()).log()
    visitor = enter(site.account())
    for path in (f"/learn/calls/{call}/", f"/learn/calls/{call}/recording", f"/learn/calls/{call}/vcon"):
        theirs = visitor.context.request.get(site.url + path)
        nobodys = visitor.context.request.get(site.url + path.replace(str(call), str(call)[:-4] + "0000"))
        assert theirs.status == nobodys.status == 404
        assert theirs.text() == nobodys.text()


def test_an_analyst_sees_that_calls_took_place_and_nothing_of_what_was_said(site: Site, enter: Enter) -> None:
    account_id = site.account()
    call = site.logger(account_id).log()
    visitor = enter(account_id, role=Role.ANALYST)
    page = visitor.go("/learn/calls/")
    assert "202-555-0173" not in page.content()
    page = visitor.go(f"/learn/calls/{call}/")
    assert "ferry" not in page.content()
    assert "202-555-0173" not in page.content()
    assert visitor.context.request.get(f"{site.url}/learn/calls/{call}/recording").status == 403
    assert visitor.context.request.get(f"{site.url}/learn/calls/?q=ferry").status == 400
    assert visitor.context.request.get(f"{site.url}/learn/calls/delete/?id={call}").status == 403


def test_the_keyboard_goes_everywhere(site: Site, enter: Enter) -> None:
    account_id = site.account()
    site.logger(account_id).log()
    page = enter(account_id).go("/agents/")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/learn/calls/")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/learn/calls/[0-9a-f-]{36}/"))


def test_pages_are_light_and_show_the_readers_own_time(site: Site, enter: Enter) -> None:
    account_id = site.account()
    site.logger(account_id).log()
    visitor = enter(account_id, zone="Asia/Tokyo")
    page = visitor.go("/learn/calls/")
    there = site.clock.now().astimezone(ZoneInfo("Asia/Tokyo"))
    time = page.locator("tbody time").first
    expect(time).to_have_attribute("data-local", "")
    assert f"{there:%H}:" in time.inner_text()
    assert time.get_attribute("title") == f"{time.get_attribute('datetime')[:19].replace('T', ' ')} UTC"  # type: ignore[index]


def test_the_first_page_weighs_less_than_100_kb(site: Site, enter: Enter) -> None:
    """A full page of calls with all that it is made of, compressed; counted from the page's own text."""
    account_id = site.account()
    log, now = site.logger(account_id), site.clock.now()
    for n in range(50):
        log.log(BILL, at=now - timedelta(minutes=n + 1))
    visitor = enter(account_id)
    page = visitor.context.request.get(f"{site.url}/learn/calls/").text()
    assert page.count("data-pick ") + page.count("data-pick>") == 50
    weight = len(gzip.compress(page.encode(), mtime=0))
    parts = set(re.findall(r"(?:src|href)=\"(/static/[^\"]+)\"", page))
    for path in parts:
        weight += len(gzip.compress(visitor.context.request.get(site.url + path).body(), mtime=0))
    assert len(parts) >= 7
    assert weight < 100_000
