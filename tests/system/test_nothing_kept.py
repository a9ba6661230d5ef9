"""What is kept for no day is never written: while a real call lasts, somebody looks at the disk, again and again."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ringfence.boot.wavefile import ulaw_of
from tests.support.house import House, free_port
from tests.support.person import Switch, switched_on
from tests.support.twilio_standin import Says, talk

pytestmark = pytest.mark.timeout(300)
AGENT = """
name: Yard
kind: guided
recording: {enabled: %s, consent: %s}
turns: {no_input_s: 4, reprompts: 3}
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
PIECE = 400  # bytes of audio that stand nowhere by chance
LOOK_S = 0.02


@pytest.fixture(scope="module")
def switch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Switch]:
    house = House(tmp_path_factory.mktemp("nothing"), free_port())
    link = house.start()
    with switched_on(house, link, AGENT % ("true", "notice")) as made:
        yield made
    house.stop()


@dataclass
class Seen:
    """Which journals and recordings there were at any look, by their kind."""

    kinds: set[str] = field(default_factory=set)
    looks: int = 0


@contextmanager
def watching(house: House) -> Iterator[Seen]:
    """Look at where calls are written until it is over. What was there before is none of it."""
    places = (house.data / "live", house.data / "objects")
    before = {path for place in places for path in place.rglob("*")}
    seen, over = Seen(), threading.Event()

    def look() -> None:
        while not over.wait(LOOK_S):
            seen.looks += 1
            for path in {path for place in places for path in place.rglob("*")} - before:
                if path.is_file():
                    seen.kinds.add(path.suffix or "object")

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()


def a_call(switch: Switch) -> Seen:
    with watching(switch.house) as seen:
        heard = asyncio.run(talk(switch.ring(), [Says(ulaw=ulaw_of(YES))], switch.trust))
        assert heard.refused == ""
        call = switch.newest()
        assert call["outcome"] == "finished"
        assert (
            call["variables"].get("values", {}) == {}
            or call["variables"]["values"]["coming"]["value"] is True
        )
    assert seen.looks > 50
    return seen


def places_of(house: House, needle: bytes) -> list[Path]:
    files = (path for path in house.folder.rglob("*") if path.is_file())
    return [path for path in files if needle in path.read_bytes()]


def test_a_call_that_is_kept_is_seen_by_this_look(switch: Switch) -> None:
    """Or the tests below would see nothing whatever was written."""
    assert {".audio", ".words", "object"} <= a_call(switch).kinds


def test_recording_off_brings_no_audio_to_any_disk(switch: Switch) -> None:
    switch.person.api("PUT", f"agents/{switch.agent_id}/draft", {"definition": AGENT % ("false", "off")})
    switch.person.api("POST", f"agents/{switch.agent_id}/versions")
    seen = a_call(switch)
    assert ".words" in seen.kinds
    assert not seen.kinds & {".audio", "object"}
    call = switch.newest()
    assert call["recording"]["reason"] == "never_kept"
    assert call["transcript"]["available"]
    assert places_of(switch.house, ulaw_of(YES)[4000 : 4000 + PIECE]) == []


def test_zero_retention_writes_no_byte_of_a_part(switch: Switch) -> None:
    switch.person.api("PUT", f"agents/{switch.agent_id}/draft", {"definition": AGENT % ("true", "notice")})
    switch.person.api("POST", f"agents/{switch.agent_id}/versions")
    switch.person.api("PUT", f"agents/{switch.agent_id}/periods", {"recording": 0, "transcript": 0})
    seen = a_call(switch)
    assert not seen.kinds & {".audio", ".words", "object"}
    call = switch.newest()
    assert call["recording"]["reason"] == call["transcript"]["reason"] == "never_kept"
    assert call["variables"]["available"] is False
    assert places_of(switch.house, ulaw_of(YES)[4000 : 4000 + PIECE]) == []
