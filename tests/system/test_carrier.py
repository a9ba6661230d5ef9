"""A carrier is connected on the page, calls come in and go out over its real protocol, and stand in Call Logs."""

import asyncio
import html
import json
import re
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from ringfence.boot.calling import ulaw_of
from tests.support.house import Browser, House, free_port
from tests.support.twilio_standin import (
    OWN,
    PHONE,
    SID,
    TOKEN,
    Carrier,
    Says,
    Stream,
    carrier,
    ring,
    stream_of,
    talk,
)

pytestmark = pytest.mark.timeout(300)
AGENT = """
name: Yard
kind: guided
recording: {enabled: true, consent: notice}
turns: {no_input_s: 4, reprompts: 1}
steps:
  - id: coming
    ask: Are you coming on Friday?
    answer: {kind: yes_no}
    save: coming
    read_back: never
  - id: bye
    end: Thank you. Goodbye.
"""
YES = Path(__file__).parents[1] / "data" / "speech" / "yes-please.wav"


class Person:
    """Uses pages by their forms, and the API by a key."""

    def __init__(self, house: House, link: str) -> None:
        self.browser: Browser = house.browser()
        self.browser.get(link)
        key = house.answer("apikey", "create", "--account", "demo", "--role", "owner")["token"]
        self._headers = {"Authorization": f"Bearer {key}"}

    def send(self, page: str, path: str, **fields: str) -> str:
        """Fill in a form of a page; the page that follows."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.browser.get(page).body)
        assert token is not None
        answer = self.browser.ask("POST", path, urlencode({"csrfmiddlewaretoken": token[1], **fields}))
        assert answer.status == 200, re.findall(r'role="alert">([^<]+)', answer.body)
        return html.unescape(answer.body)

    def api(self, method: str, path: str, body: Any = None) -> Any:
        headers = {**self._headers, **({"Content-Type": "application/json"} if body else {})}
        answer = self.browser.ask(method, f"/api/v1/{path}", json.dumps(body) if body else "", headers)
        assert answer.status in {200, 201}, answer.body
        return json.loads(answer.body)

    def ended(self, call_id: str) -> dict[str, Any]:
        deadline = time.monotonic() + 30
        while (call := self.api("GET", f"calls/{call_id}"))["ended_at"] is None or call["summary"].get(
            "reason"
        ) == "pending":
            assert time.monotonic() < deadline, call
            time.sleep(0.2)
        return dict(call)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, str]]:
    made = House(tmp_path_factory.mktemp("carrier"), free_port())
    link = made.start()
    yield made, link
    made.stop()


@pytest.fixture(scope="module")
def there(house: tuple[House, str]) -> Iterator[tuple[House, Person, Carrier, ssl.SSLContext, str]]:
    """The carrier is connected, its number is answered by an agent; all of it done on the page."""
    made, link = house
    person = Person(made, link)
    agent = person.api("POST", "agents", {"slug": "yard", "definition": AGENT})["id"]
    person.api("POST", f"agents/{agent}/versions")
    with carrier() as standing:
        page = person.send(
            "/numbers/",
            "/numbers/connect/",
            account_sid=SID,
            auth_token=TOKEN,
            base_url=standing.address,
            label="Twilio",
        )
        assert TOKEN not in page
        webhook = re.search(r"https://[^<]+/voice", page)
        connection = re.search(r"/numbers/connections/([^/]+)/disconnect/", page)
        assert webhook is not None
        assert connection is not None
        page = person.send("/numbers/", "/numbers/add/", number=OWN, connection=connection[1], agent=agent)
        assert "+1 202-555-0100" in page
        trust = ssl.create_default_context(cafile=str(made.data / "tls" / "authority.pem"))
        yield made, person, standing, trust, webhook[0]


def conversation(stream: Stream, trust: ssl.SSLContext, **how: Any) -> Any:
    return asyncio.run(talk(stream, [Says(ulaw=ulaw_of(YES))], trust, **how))


def test_a_call_comes_in_is_answered_and_stands_in_the_log(there: Any) -> None:
    made, person, _carrier, trust, webhook = there
    twiml = ring(f"https://localhost:{made.port}", webhook, trust)
    heard = conversation(stream_of(twiml), trust)
    assert heard.refused == ""
    assert len(heard.played) > 8000 * 3
    (line, *_rest) = person.api("GET", "calls")["items"]
    call = person.ended(line["id"])
    assert (call["direction"], call["channel"], call["from"], call["to"]) == ("inbound", "twilio", PHONE, OWN)
    assert (call["status"], call["outcome"]) == ("completed", "finished")
    assert call["variables"]["values"]["coming"]["value"] is True
    assert abs(call["recording"]["duration_s"] - heard.seconds) < 2
    assert call["disclosure"]["ai"]


def test_a_ticket_admits_one_stream_and_a_forged_upgrade_none(there: Any) -> None:
    made, _person, _carrier, trust, webhook = there
    base = f"https://localhost:{made.port}"
    stream = stream_of(ring(base, webhook, trust))
    assert asyncio.run(talk(stream, [], trust, token="wrong", most_s=5)).refused == "bad_signature"
    first = asyncio.run(talk(stream, [], trust, hang_up_s=1.5))
    assert first.refused == ""
    assert asyncio.run(talk(stream, [], trust, most_s=5)).refused == "not_admitted"
    unknown = Stream(stream.url, {"ticket": "nobody-gave-this-one-away"})
    assert asyncio.run(talk(unknown, [], trust, most_s=5)).refused == "not_admitted"


def test_a_number_is_confirmed_by_a_code_and_then_called(there: Any) -> None:
    _made, person, standing, trust, _webhook = there
    page = person.browser.get("/numbers/").body
    connection = re.search(r'<option value="([^"]+)">Twilio', page)
    assert connection is not None
    page = person.send("/numbers/", "/numbers/code/", number=PHONE, connection=connection[1])
    code = "".join(c for c in standing.placed[-1].spoken if c.isdigit())[:6]
    assert code not in page
    waiting = re.search(r"/numbers/confirmed/([^/]+)/", page)
    assert waiting is not None
    page = person.send("/numbers/", f"/numbers/confirmed/{waiting[1]}/", code=code)
    assert "Confirmed" in page
    number = next(each for each in person.api("GET", "numbers")["items"] if each["number"] == OWN)
    agent = number["agent_id"]
    person.send("/numbers/", "/numbers/call/", agent=agent, to=PHONE, **{"from": number["id"]})
    placed = standing.placed[-1]
    assert (placed.fields["To"], placed.fields["From"]) == (PHONE, OWN)
    conversation(stream_of(placed.fields["Twiml"]), trust, call_sid=placed.sid)
    (line, *_rest) = person.api("GET", "calls?direction=outbound")["items"]
    call = person.ended(line["id"])
    assert (call["outcome"], call["from"], call["to"]) == ("finished", OWN, PHONE)


def test_key_nine_is_answered_and_the_number_is_never_called(there: Any) -> None:
    made, person, standing, trust, webhook = there
    stream = stream_of(ring(f"https://localhost:{made.port}", webhook, trust, From="+12025550188"))
    asyncio.run(talk(stream, [Says(keys="9")], trust, most_s=30))
    call = person.ended(person.api("GET", "calls?number=%2B12025550188")["items"][0]["id"])
    assert any("not call this number again" in turn["text"] for turn in call["transcript"]["turns"])
    placed = len(standing.placed)
    connection = re.search(r'<option value="([^"]+)">Twilio', person.browser.get("/numbers/").body)
    assert connection is not None
    with pytest.raises(AssertionError, match="asked not to be called"):
        person.send("/numbers/", "/numbers/code/", number="+12025550188", connection=connection[1])
    assert len(standing.placed) == placed
