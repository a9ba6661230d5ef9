"""Listening to a call by keys alone, and what stands beside the picture for those who do not see it."""

import json

from playwright.sync_api import Page, expect

from tests.browser.calls import BOOKING
from tests.browser.conftest import Enter, Site, until

AUDIO = "document.querySelector('[data-audio]')"


def a_call(site: Site, enter: Enter) -> Page:
    account_id = site.account()
    call = site.logger(account_id).log(BOOKING)
    return enter(account_id).go(f"/learn/calls/{call}/")


def at(page: Page) -> float:
    return round(float(page.evaluate(f"{AUDIO}.currentTime")), 3)


def test_playing_begins_where_the_recording_does(site: Site, enter: Enter) -> None:
    page = a_call(site, enter)
    expect(page.get_by_text("Sound was kept from 0:08 on, when the caller said yes.")).to_be_visible()
    page.locator("h1").click()
    page.keyboard.press(" ")
    until(page, f"{AUDIO}.currentTime >= 7.6")
    page.keyboard.press(" ")
    page.locator("#turn-1").click()
    assert at(page) == 0.4, "who goes there on purpose may"


def test_arrows_go_five_seconds_and_signs_change_the_speed(site: Site, enter: Enter) -> None:
    page = a_call(site, enter)
    page.get_by_text("An appointment.").click()
    page.keyboard.press("ArrowRight")
    assert at(page) == 20.6
    expect(page.locator(".turn[aria-current=true] .text")).to_have_text(
        "Friday, if there is something before the ferry leaves."
    )
    page.keyboard.press("ArrowLeft")
    assert at(page) == 15.6
    for key, speed in ((">", 1.25), (">", 1.5), ("<", 1.25)):
        page.keyboard.press(key)
        assert page.evaluate(f"{AUDIO}.playbackRate") == speed
    expect(page.get_by_label("Speed")).to_have_value("1.25")


def test_the_menu_opens_by_space_and_plays_nothing(site: Site, enter: Enter) -> None:
    page = a_call(site, enter)
    page.set_viewport_size({"width": 360, "height": 860})
    page.get_by_text("Menu", exact=True).focus()
    page.keyboard.press(" ")
    expect(page.get_by_role("navigation", name="Console, narrow")).to_be_visible()
    assert page.evaluate(f"{AUDIO}.paused")


def test_single_keys_can_be_turned_off_for_good(site: Site, enter: Enter) -> None:
    """WCAG 2.1.4: letters and signs as keys get in the way of those who speak to their browser."""
    page = a_call(site, enter)
    page.get_by_role("button", name="Keys").click()
    page.get_by_label("Letters and signs act as keys").uncheck()
    page.keyboard.press("Escape")
    page.reload()
    page.get_by_text("An appointment.").click()
    for key in ("j", ">", "?", "g", "l"):
        page.keyboard.press(key)
    expect(page.locator(".turn[aria-current=true] .text")).to_have_text("An appointment.")
    assert page.evaluate(f"{AUDIO}.playbackRate") == 1
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert page.url.endswith("/"), "still on the call's page"
    page.keyboard.press("ArrowRight")
    assert at(page) == 20.6


def test_the_picture_stands_as_a_table_beside_it(site: Site, enter: Enter) -> None:
    page = a_call(site, enter)
    position = page.get_by_role("slider", name="Position in the recording")
    expect(position).to_have_attribute("aria-describedby", "wave-table")
    position.focus()
    page.keyboard.press("ArrowRight")
    expect(position).to_have_attribute("aria-valuetext", "0:05 of 0:36")
    rows = page.get_by_role("table", name="Loudness of both sides").get_by_role("row")
    found = [row.inner_text().split("\t") for row in rows.all()]
    assert found[0] == ["Time", "Caller", "Agent"]
    loud = {row[0]: (int(row[1].rstrip(" %")), int(row[2].rstrip(" %"))) for row in found[1:]}
    assert len(loud) == 18
    assert loud["0:10 to 0:12"][0] < 5 < loud["0:10 to 0:12"][1], "the agent speaks"
    assert loud["0:20 to 0:22"][1] < 5 < loud["0:20 to 0:22"][0], "the caller answers"


def test_each_answer_says_how_long_it_took(site: Site, enter: Enter) -> None:
    page = a_call(site, enter)
    rows = page.get_by_role("table", name="Latency of each answer").locator("tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.first).to_contain_text("700 ms")
    expect(rows.first).to_contain_text("240 ms")


def test_a_call_leaves_as_vcon_with_its_audio(site: Site, enter: Enter) -> None:
    page = a_call(site, enter)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Export vCon").click()
    assert waiting.value.suggested_filename.endswith(".vcon.json")
    vcon = json.loads(waiting.value.path().read_bytes())
    kinds = [each["type"] for each in vcon["dialog"]]
    assert "recording" in kinds
    assert "ferry" in json.dumps(vcon["analysis"])
