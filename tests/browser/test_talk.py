"""Talk to this agent: what the page sends and shows, with the other end of the wire played by the test."""

import json
from typing import Any

from playwright.sync_api import WebSocketRoute, expect

from tests.browser.conftest import Enter, Site, Visitor

AGENT_AUDIO = bytes([0xFF] * 1600)


class Wire:
    """The platform's end: says it is ready, and keeps what arrives."""

    def __init__(self, visitor: Visitor) -> None:
        self.frames: list[bytes] = []
        self.messages: list[dict[str, Any]] = []
        self.socket: WebSocketRoute | None = None
        visitor.page.route_web_socket(lambda url: "/media/web/" in url, self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.on_message(self._take)
        socket.send(json.dumps({"type": "ready", "rate": 16000}))

    def _take(self, message: str | bytes) -> None:
        if isinstance(message, bytes):
            self.frames.append(message)
        else:
            self.messages.append(json.loads(message))

    def say(self, **message: object) -> None:
        assert self.socket is not None
        self.socket.send(json.dumps(message))


def _page(site: Site, enter: Enter) -> tuple[Visitor, Wire]:
    account_id = site.account()
    agent = site.logger(account_id).agent()
    visitor = enter(account_id, permissions=["microphone"])
    wire = Wire(visitor)
    visitor.go(f"/agents/{agent}/talk/")
    return visitor, wire


def _until(visitor: Visitor, met: Any) -> None:
    for _ in range(100):
        if met():
            return
        visitor.page.wait_for_timeout(50)
    raise AssertionError("it did not come to be")


def test_the_microphone_leaves_as_frames_of_20_ms(site: Site, enter: Enter) -> None:
    visitor, wire = _page(site, enter)
    visitor.page.get_by_role("button", name="Call", exact=True).click()
    _until(visitor, lambda: len(set(b"".join(wire.frames))) > 8)  # the fake microphone beeps now and then
    assert {len(frame) for frame in wire.frames} == {320}
    visitor.page.get_by_role("button", name="Mute").click()
    visitor.page.wait_for_timeout(200)
    wire.frames.clear()
    _until(visitor, lambda: len(wire.frames) > 5)
    assert set(b"".join(wire.frames)) <= {0xFF, 0x7F}, "muted is silence, and the call goes on"


def test_captions_typing_and_hanging_up(site: Site, enter: Enter) -> None:
    visitor, wire = _page(site, enter)
    page = visitor.page
    page.get_by_role("button", name="Call, and type").click()
    page.get_by_label("Say by typing").fill("on Friday")
    page.keyboard.press("Enter")
    _until(visitor, lambda: {"type": "text", "text": "on Friday"} in wire.messages)
    wire.say(type="caption", speaker="caller", text="on Friday")
    wire.say(type="caption", speaker="agent", text="You said Friday.")
    assert wire.socket is not None
    wire.socket.send(AGENT_AUDIO)
    wire.say(type="mark", name="1")
    expect(page.locator("[data-captions] .agent")).to_contain_text("You said Friday.")
    assert visitor.axe() == []
    visitor.photograph("talking-1280")
    _until(visitor, lambda: len(wire.frames) > 3)
    page.get_by_role("button", name="Hang up").click()
    _until(visitor, lambda: {"type": "hangup"} in wire.messages)


def test_the_agents_end_leads_to_the_call_log(site: Site, enter: Enter) -> None:
    visitor, wire = _page(site, enter)
    page = visitor.page
    page.get_by_role("button", name="Call, and type").click()
    _until(visitor, lambda: len(wire.frames) > 1)
    wire.say(type="ended", code="finished")
    assert wire.socket is not None
    wire.socket.close()
    page.get_by_role("link", name="See its call log").click()
    page.wait_for_url("**/learn/calls/*/")


def test_the_level_is_seen(site: Site, enter: Enter) -> None:
    visitor, _ = _page(site, enter)
    meter = visitor.page.locator("[data-part=level]")
    seen = []
    for value in (0, 0.5, 1):
        meter.evaluate("(meter, value) => { meter.value = value }", value)
        seen.append(meter.screenshot())
    assert len(set(seen)) == 3
