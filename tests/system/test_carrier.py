"""A carrier is connected on the page, calls come in and go out over its real protocol, and stand in Call Logs."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ringfence.boot.wavefile import ulaw_of
from tests.support.house import House, free_port
from tests.support.person import Switch, switched_on
from tests.support.twilio_standin import OWN, PHONE, Heard, Says, Stream, stream_of, talk

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


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    house = House(tmp_path_factory.mktemp("carrier"), free_port())
    link = house.start()
    with switched_on(house, link, AGENT) as made:
        yield made
    house.stop()


def conversation(switch: Switch, stream: Stream, **how: Any) -> Heard:
    return asyncio.run(talk(stream, [Says(ulaw=ulaw_of(YES))], switch.trust, **how))


def test_a_call_comes_in_is_answered_and_stands_in_the_log(switch: Switch) -> None:
    heard = conversation(switch, switch.ring())
    assert heard.refused == ""
    assert len(heard.played) > 8000 * 3
    call = switch.newest()
    assert (call["direction"], call["channel"], call["from"], call["to"]) == ("inbound", "twilio", PHONE, OWN)
    assert (call["status"], call["outcome"]) == ("completed", "finished")
    assert call["variables"]["values"]["coming"]["value"] is True
    assert abs(call["recording"]["duration_s"] - heard.seconds) < 2
    assert call["disclosure"]["ai"]


def test_a_ticket_admits_one_stream_and_a_forged_upgrade_none(switch: Switch) -> None:
    stream, trust = switch.ring(), switch.trust
    assert asyncio.run(talk(stream, [], trust, token="wrong", most_s=5)).refused == "bad_signature"
    first = asyncio.run(talk(stream, [], trust, hang_up_s=1.5))
    assert first.refused == ""
    assert asyncio.run(talk(stream, [], trust, most_s=5)).refused == "not_admitted"
    unknown = Stream(stream.url, {"ticket": "nobody-gave-this-one-away"})
    assert asyncio.run(talk(unknown, [], trust, most_s=5)).refused == "not_admitted"


def test_a_number_is_confirmed_by_a_code_and_then_called(switch: Switch) -> None:
    person, standing = switch.person, switch.carrier
    page = person.send("/numbers/", "/numbers/code/", number=PHONE, connection=switch.connection)
    code = "".join(c for c in standing.placed[-1].spoken if c.isdigit())[:6]
    assert code not in page
    waiting = re.search(r"/numbers/confirmed/([^/]+)/", page)
    assert waiting is not None
    page = person.send("/numbers/", f"/numbers/confirmed/{waiting[1]}/", code=code)
    assert "Confirmed" in page
    number = next(each for each in person.api("GET", "numbers")["items"] if each["number"] == OWN)
    person.send("/numbers/", "/numbers/call/", agent=switch.agent_id, to=PHONE, **{"from": number["id"]})
    placed = standing.placed[-1]
    assert (placed.fields["To"], placed.fields["From"]) == (PHONE, OWN)
    conversation(switch, stream_of(placed.fields["Twiml"], placed.sid))
    call = switch.newest("?direction=outbound")
    assert (call["outcome"], call["from"], call["to"]) == ("finished", OWN, PHONE)


def test_key_nine_is_answered_and_the_number_is_never_called(switch: Switch) -> None:
    person, caller = switch.person, "+12025550188"
    asyncio.run(talk(switch.ring(From=caller), [Says(keys="9")], switch.trust, most_s=30))
    call = switch.newest("?number=%2B12025550188")
    assert any("not call this number again" in turn["text"] for turn in call["transcript"]["turns"])
    placed = len(switch.carrier.placed)
    refused = person.post("/numbers/", "/numbers/code/", number=caller, connection=switch.connection)
    assert refused.status == 400
    assert "asked not to be called" in refused.body
    assert len(switch.carrier.placed) == placed
