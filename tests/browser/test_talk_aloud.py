"""Talk to this agent, for real: a whole installation, a microphone that says something, and the call that is left."""

import re
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from ringfence.boot.wavefile import ulaw_of
from ringfence.core.g711 import decode
from tests.browser.conftest import Launch, until
from tests.support.accounts import an_address
from tests.support.house import House, free_port
from tests.support.person import Person

pytestmark = pytest.mark.timeout(300)
SPEECH = Path(__file__).parents[1] / "data" / "speech"
AGENT = """
name: Yard
kind: guided
recording: {enabled: true, consent: notice}
turns: {no_input_s: 6, reprompts: 3, barge_in: false}
steps:
  - id: coming
    ask: Are you coming on Friday?
    answer: {kind: yes_no}
    save: coming
    read_back: never
  - id: bye
    end: Thank you. Goodbye.
"""
LEVEL = "document.querySelector('[data-part=level]').value"
LOUDEST = f"(window.loudest = 0, setInterval(() => (window.loudest = Math.max(window.loudest, {LEVEL})), 20))"
CALL = re.compile(r"/learn/calls/([0-9a-f-]{36})/")


def a_microphone(path: Path) -> Path:
    """Says "yes, please" every five seconds, for as long as somebody listens."""
    said = np.frombuffer(decode(ulaw_of(SPEECH / "yes-please.wav")), np.int16)
    samples = np.concatenate([said, np.zeros(5 * 8000 - len(said), np.int16)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48000)
        file.writeframes(np.repeat(samples, 6).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Person, str]]:
    made = House(tmp_path_factory.mktemp("talk"), free_port())
    person = Person(made, made.start())
    yield made, person, person.agent("yard", AGENT)
    made.stop()


@pytest.fixture(scope="module")
def speaking(launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    wav = a_microphone(tmp_path_factory.mktemp("microphone") / "yes.wav")
    found = launch(f"--use-file-for-fake-audio-capture={wav}")
    yield found
    found.close()


def enter(browser: Browser, house: House, agent: str) -> Page:
    context = browser.new_context(
        ignore_https_errors=True, permissions=["microphone"], reduced_motion="reduce"
    )
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(house.answer("member", "add", "--email", an_address(), "--role", "manager")["sign_in"])
    page.goto(f"https://localhost:{house.port}/agents/{agent}/talk/")
    return page


def ended(page: Page, person: Person) -> dict[str, Any]:
    expect(page.locator("[data-talk]")).to_have_attribute("data-state", "ended", timeout=60_000)
    link = CALL.search(page.locator("[data-part=result]").get_attribute("href") or "")
    assert link is not None
    return person.ended(link[1])


def test_what_the_microphone_says_is_heard_answered_captioned_and_recorded(
    house: tuple[House, Person, str], speaking: Browser
) -> None:
    installation, person, agent = house
    page = enter(speaking, installation, agent)
    page.get_by_role("button", name="Call", exact=True).click()
    captions = page.get_by_role("log", name="What is said")
    expect(captions).to_contain_text("Are you coming on Friday?", timeout=30_000)
    until(page, f"{LEVEL} > 0.2", 30)
    call = ended(page, person)
    assert page.evaluate(LEVEL) == 0
    assert "Goodbye" in captions.inner_text()
    assert (call["channel"], call["outcome"]) == ("web", "finished")
    assert call["variables"]["values"]["coming"]["value"] is True
    assert call["recording"]["available"]
    page.locator("[data-part=result]").click()
    expect(page.locator("audio")).to_have_count(1)
    expect(page.get_by_role("button", name="Are you coming on Friday?")).to_be_visible()
    page.get_by_role("link", name="Call Logs").first.click()
    expect(page.locator(f"tbody a[href*='{call['id']}']")).to_be_visible()
    page.context.close()


def test_typing_instead_of_talking_is_a_call_like_any_other(
    house: tuple[House, Person, str], browser: Browser
) -> None:
    installation, person, agent = house
    page = enter(browser, installation, agent)
    page.get_by_role("button", name="Call, and type").click()
    captions = page.get_by_role("log", name="What is said")
    expect(captions).to_contain_text("Are you coming on Friday?", timeout=30_000)
    page.get_by_label("Say by typing").fill("no thank you")
    page.keyboard.press("Enter")
    call = ended(page, person)
    assert "no thank you" in captions.inner_text()
    assert call["outcome"] == "finished"
    assert call["variables"]["values"]["coming"]["value"] is False
    page.context.close()


def test_muted_nothing_is_heard_and_hanging_up_ends_it(
    house: tuple[House, Person, str], speaking: Browser
) -> None:
    installation, person, agent = house
    page = enter(speaking, installation, agent)
    page.get_by_role("button", name="Call", exact=True).click()
    expect(page.locator("[data-talk]")).to_have_attribute("data-state", "live")
    page.get_by_role("button", name="Mute").click()
    captions = page.get_by_role("log", name="What is said")
    expect(captions).to_contain_text("Are you coming on Friday?", timeout=30_000)
    expect(page.get_by_role("button", name="Unmute")).to_be_visible()
    page.evaluate(LOUDEST)
    page.wait_for_timeout(6000)  # the microphone has said it again meanwhile
    assert page.evaluate("window.loudest") == 0, "the meter shows what is sent"
    page.get_by_role("button", name="Hang up").click()
    call = ended(page, person)
    expect(page.locator("[data-part=state]")).to_have_text("You hung up.")
    assert call["outcome"] == "caller_hung_up"
    assert call["variables"]["values"]["coming"]["given"] == "not_given"
    assert [turn["speaker"] for turn in call["transcript"]["turns"] if turn["speaker"] == "caller"] == []
    page.context.close()
