"""What every engine, carrier and client has to do before it is offered: leave through the way it was given, and no other.

A folder that is added to `voice/speech` or `voice/telephony` fails the first test until it stands in one of the tables.
"""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Final

import obstore
import pytest
from obstore.exceptions import BaseError

from ringfence.core.agent.model import Tool
from ringfence.core.errors import RingfenceError
from ringfence.egress.gate import Gate, Way
from ringfence.egress.recipients import Kind
from ringfence.egress.smtp import Relay
from ringfence.egress.stores import bucket
from ringfence.voice.runtime.tools import ToolFailed, Tools
from ringfence.voice.speech.openai import Endpoint, OpenAiLlm, OpenAiStt, OpenAiTts
from ringfence.voice.telephony.twilio.rest import Account, Rest
from tests.support.gate import ACCOUNT, MemoryBook, gate, going
from tests.support.obeys import watched
from tests.support.openai_standin import KEY, standin, tone
from tests.support.twilio_standin import SID, TOKEN, carrier

VOICE: Final = Path(__file__).parents[2] / "src" / "ringfence" / "voice"


@dataclass(frozen=True)
class Offered:
    """One that leaves. `use` sends something to the address that it is given."""

    kind: Kind
    use: Callable[[Way, str], Awaitable[None]]


async def llm(way: Way, address: str) -> None:
    engine = OpenAiLlm(Endpoint(address, "m", KEY, way=way))
    try:
        [_ async for _ in engine.chat([{"role": "user", "content": "hello"}], tools=[], temperature=0)]
    finally:
        await engine.aclose()


async def tts(way: Way, address: str) -> None:
    engine = OpenAiTts(Endpoint(address, "m", KEY, way=way))
    try:
        [_ async for _ in engine.synthesize("hello", rate=8000, language="en-GB", voice=None)]
    finally:
        await engine.aclose()


async def stt(way: Way, address: str) -> None:
    engine = OpenAiStt(Endpoint(address, "m", KEY, way=way))
    stream = engine.stream(rate=8000, answer=None, language="en-GB")
    try:
        stream.push(tone(0.2, 8000))
        stream.flush()
        [_ async for _ in stream]
    finally:
        await engine.aclose()


async def twilio(way: Way, address: str) -> None:
    client = Rest(Account(sid=SID, token=TOKEN, base_url=address), way)
    try:
        client.numbers()
    finally:
        client.close()


async def tool(way: Way, address: str) -> None:
    tools = Tools(way.gate)
    try:
        await tools.use(
            ACCOUNT, Tool(name="t", description="A tool.", url=address, method="post"), {"day": "Friday"}
        )
    finally:
        await tools.aclose()


LEAVES: Final = {
    "speech/openai llm": Offered(Kind.ENGINE, llm),
    "speech/openai tts": Offered(Kind.ENGINE, tts),
    "speech/openai stt": Offered(Kind.ENGINE, stt),
    "telephony/twilio": Offered(Kind.CARRIER, twilio),
    "runtime/tools": Offered(Kind.TOOL, tool),
}
# These run here, or wait for others to come: tests/system/test_up.py runs all of them with no network but loopback.
STAYS: Final = {
    "speech/stt/pocketsphinx", "speech/tts/espeak", "speech/vad/silero", "speech/fake", "telephony/loopback", "telephony/web",
}  # fmt: skip


def test_every_folder_of_a_vendor_is_tried_or_stays_here() -> None:
    groups = {"speech", "speech/stt", "speech/tts", "speech/vad", "telephony"}
    found = {
        f"{group}/{each.name}"
        for group in groups
        for each in (VOICE / group).iterdir()
        if each.is_dir() and each.name != "__pycache__" and f"{group}/{each.name}" not in groups
    }
    assert found == STAYS | {name.split(" ")[0] for name in LEAVES if not name.startswith("runtime")}


@pytest.mark.parametrize("name", LEAVES)
async def test_it_leaves_by_the_way_it_was_given_and_no_other(name: str) -> None:
    offered, book = LEAVES[name], MemoryBook(everything=True)
    with standin() as engine, carrier() as line, gate(book) as door:
        engine.will("hello" if "tts" not in name else tone(0.1))
        address = line.address if offered.kind is Kind.CARRIER else engine.address
        with watched(door.port()) as astray, suppress(ToolFailed):  # the stand-in is no tool, and says so
            await offered.use(door.way(going(offered.kind)), address)
    assert astray == []
    assert {each[1] for each in book.tunnels} == {going(offered.kind)}


@pytest.mark.parametrize("name", LEAVES)
async def test_refused_it_sends_nothing_and_says_so(name: str) -> None:
    offered, book = LEAVES[name], MemoryBook()
    with standin() as engine, carrier() as line, gate(book) as door:
        address = line.address if offered.kind is Kind.CARRIER else engine.address
        with watched(door.port()) as astray, pytest.raises((RingfenceError, ToolFailed)) as said:
            await offered.use(door.way(going(offered.kind)), address)
        assert engine.asked == []
    assert astray == []
    assert [each.reason for each in book.notes] == ["not_registered"]
    assert (
        "register" in str(said.value)
        or "not_registered" in str(said.value)
        or str(said.value) == "tool_not_allowed"
    )


@pytest.mark.parametrize(
    "url",
    ["smtps://u:p@mail.example.org:465?from=a@example.org", "smtp://mail.example.org:587?from=a@example.org"],
)
def test_mail_leaves_by_the_way_it_was_given_and_no_other(url: str) -> None:
    mail, book = EmailMessage(), MemoryBook()
    mail["To"], mail["From"] = "ada@example.org", "a@example.org"
    with gate(book) as door, watched(door.port()) as astray, pytest.raises(RingfenceError, match="register"):
        Relay.of(url).send(mail, door.way(going(Kind.MAIL, None)))
    assert astray == []
    assert [(each.host, each.reason) for each in book.notes] == [("mail.example.org", "not_registered")]


@pytest.mark.parametrize("url", ["https://store.example.org/recordings", "s3://recordings/x"])
def test_a_bucket_is_asked_through_the_gate(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library is native: what shows that it obeys is that its wish arrives at the gate, and the name with it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "x")
    book = MemoryBook()
    with gate(book) as door:
        monkeypatch.setattr(Gate, "of", classmethod(lambda _cls, _config: door))
        store = bucket(url)
        with pytest.raises((BaseError, OSError)):
            obstore.get(store, "one")
    assert book.notes
    assert {(each.reason, each.going) for each in book.notes} == {
        ("not_registered", going(Kind.OBJECTS, None))
    }
