"""Calls over the real wire: a whole conversation, and everything a hostile or broken other side can do to one."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from ringfence.core.call import Channel, ConsentAnswer, Outcome, Status
from ringfence.vault.journal import FileSource, JournalReader
from ringfence.voice.runtime.ports import Engines
from ringfence.voice.speech.fake import ScriptedStt, ToneTts
from ringfence.voice.speech.ports import EngineUnreachable
from ringfence.voice.telephony.loopback.caller import Line, place_call
from ringfence.voice.telephony.ports import CarrierFailed
from ringfence.voice.telephony.twilio import wire
from ringfence.voice.telephony.twilio.signature import sign
from tests.support.exchange import PUBLIC, TOKEN, Doors, Exchange, exchange

LOUD = b"\x80" * 4000  # half a second at full scale
SILENT = base64.b64encode(b"\xff" * 160).decode()
FORMAT = {"encoding": "audio/x-mulaw", "sampleRate": 8000, "channels": 1}


def engines(*heard: str) -> Engines:
    return Engines(stt=ScriptedStt(heard), tts=ToneTts(seconds_per_char=0.01))


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Exchange]:
    async with exchange(tmp_path, engines("yes", "blue")) as running:
        yield running


def start(ticket: str, **changes: Any) -> dict[str, Any]:
    body = {
        "streamSid": "MZ1",
        "callSid": "CA1",
        "mediaFormat": FORMAT,
        "customParameters": {"ticket": ticket},
    }
    return {"event": "start", "sequenceNumber": "1", "streamSid": "MZ1", "start": {**body, **changes}}


def media(number: int, payload: str = SILENT) -> dict[str, Any]:
    return {"event": "media", "sequenceNumber": str(number), "media": {"payload": payload}}


async def send(line: ClientConnection, *messages: dict[str, Any]) -> None:
    for message in messages:
        await line.send(orjson.dumps(message).decode())


async def closing(line: ClientConnection) -> str:
    """Read to the end; the reason for which the line was closed."""
    async with asyncio.timeout(10):
        try:
            while True:
                await line.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.reason if closed.rcvd else ""


async def test_a_whole_conversation(house: Exchange) -> None:
    lines = [Line(ulaw=LOUD), Line(ulaw=LOUD)]
    await place_call(house.url("/media/loopback/"), house.doors.ticket(), lines, stepped=True)
    result, journals = await house.doors.result()
    assert (result.status, result.outcome) == (Status.COMPLETED, Outcome.FINISHED)
    assert result.consent.answer is ConsentAnswer.YES
    assert {v.name: v.value for v in result.variables} == {"colour": "blue"}
    assert [t.speaker.value for t in result.turns].count("caller") == 2
    assert result.disclosure.ai
    assert all(t.response_ms >= t.wait_ms for t in result.timings)
    assert journals.audio is not None
    source = FileSource(journals.audio)
    reader = JournalReader(source, house.doors.keys[result.call_id].audio)
    assert reader.entries[0].position > 0  # what came before the yes is not there
    heard = b"".join(planar[: len(planar) // 2] for _, planar in reader)
    source.close()
    assert b"\x80" * 1000 in heard


async def test_no_means_not_one_frame_and_not_one_word(tmp_path: Path) -> None:
    async with exchange(tmp_path, engines("no", "blue")) as house:
        await place_call(
            house.url("/media/loopback/"),
            house.doors.ticket(),
            [Line(ulaw=LOUD), Line(ulaw=LOUD)],
            stepped=True,
        )
        result, journals = await house.doors.result()
    assert result.consent.answer is ConsentAnswer.NO
    assert (journals.audio, journals.words, result.turns) == (None, None, ())
    assert {v.name: v.value for v in result.variables} == {"colour": "blue"}
    assert not os.listdir(tmp_path)  # noqa: PTH208 (a look, in an asynchronous test)


async def test_a_ticket_works_once(house: Exchange) -> None:
    ticket = house.doors.ticket()
    async with connect(house.url("/media/loopback/")) as first:
        await send(first, start(ticket), media(2))
        await asyncio.wait_for(first.recv(), 5)
        with pytest.raises(CarrierFailed, match="not_admitted"):
            await place_call(house.url("/media/loopback/"), ticket, [])


@pytest.mark.parametrize("path", ["/media/none/", "/", "/media/web"])
async def test_other_paths_are_no_wires(house: Exchange, path: str) -> None:
    with pytest.raises(Exception, match="404"):
        async with connect(house.url(path)):
            pass


async def test_a_full_house_admits_no_more(tmp_path: Path) -> None:
    async with exchange(tmp_path, engines(), most=0) as house:
        with pytest.raises(CarrierFailed, match="not_admitted"):
            await place_call(house.url("/media/loopback/"), house.doors.ticket(), [])


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ([media(1)], "message_before_start"),
        ([start("unknown")], "not_admitted"),
        ([start("x", mediaFormat={**FORMAT, "encoding": "audio/opus"})], "codec_not_supported"),
        ([start("x", mediaFormat={**FORMAT, "sampleRate": 16000})], "codec_not_supported"),
        ([{"event": "surprise"}], "event_unknown"),
        ([{"no": "event"}], "message_malformed"),
    ],
)
async def test_what_is_wrong_from_the_start_is_told(
    house: Exchange, messages: list[Any], reason: str
) -> None:
    async with connect(house.url("/media/loopback/")) as line:
        await send(line, *messages)
        assert await closing(line) == reason


async def test_bad_messages_cost_themselves_and_are_noted(house: Exchange) -> None:
    async with connect(house.url("/media/loopback/")) as line:
        await send(line, start(house.doors.ticket()), media(5))
        await asyncio.wait_for(line.recv(), 5)
        await send(line, media(4), media(6, "%%%"), media(7, ""), {"event": "what"}, media(8))
        await line.send("{broken")
        await line.send(b"binary")
        await asyncio.sleep(0.2)
        await send(line, {"event": "stop"})
    result, _ = await house.doors.result()
    codes = {problem.code for problem in result.problems}
    assert codes >= {
        "media_out_of_order",
        "payload_not_base64",
        "payload_size",
        "event_unknown",
        "message_malformed",
    }
    assert result.outcome is Outcome.CALLER_HUNG_UP


async def test_a_flood_of_nonsense_ends_the_call_and_keeps_its_log(house: Exchange) -> None:
    async with connect(house.url("/media/loopback/")) as line:
        await send(line, start(house.doors.ticket()), media(2))
        await asyncio.wait_for(line.recv(), 5)
        for _ in range(40):
            await line.send("{broken")
        assert await closing(line) == "message_malformed"
    result, _ = await house.doors.result()
    assert result.status in {Status.INTERRUPTED, Status.COMPLETED}


async def test_a_carrier_that_disconnects_leaves_an_interrupted_call(house: Exchange) -> None:
    line = await connect(house.url("/media/loopback/"))
    await send(line, start(house.doors.ticket()), media(2))
    await asyncio.wait_for(line.recv(), 5)
    line.transport.abort()
    result, _ = await house.doors.result()
    assert (result.status, result.outcome) == (Status.INTERRUPTED, Outcome.INTERRUPTED)


async def test_keys_reach_the_conversation(tmp_path: Path) -> None:
    async with exchange(tmp_path, engines("yes")) as house:
        lines = [Line(ulaw=LOUD), Line(digits="2")]
        await place_call(house.url("/media/loopback/"), house.doors.ticket(), lines, stepped=True)
        result, _ = await house.doors.result()
    assert {v.name: v.value for v in result.variables} == {"colour": "blue"}


async def test_a_database_that_is_away_loses_nothing(tmp_path: Path) -> None:
    async with exchange(tmp_path, engines("yes", "blue"), Doors(away=2)) as house:
        await place_call(
            house.url("/media/loopback/"),
            house.doors.ticket(),
            [Line(ulaw=LOUD), Line(ulaw=LOUD)],
            stepped=True,
        )
        result, journals = await house.doors.result()
    assert result.outcome is Outcome.FINISHED
    assert journals.audio is not None


async def test_a_voice_that_fails_is_noted_and_the_call_goes_on(tmp_path: Path) -> None:
    broken = Engines(stt=ScriptedStt(), tts=ToneTts(error=EngineUnreachable("gone")))
    async with exchange(tmp_path, broken) as house:
        await place_call(house.url("/media/loopback/"), house.doors.ticket(), [], hang_up_after_s=3)
        result, _ = await house.doors.result()
    assert any("engine_unreachable" in problem.code for problem in result.problems)


async def test_draining_ends_calls_with_what_there_is(house: Exchange) -> None:
    async with connect(house.url("/media/loopback/")) as line:
        await send(line, start(house.doors.ticket()), media(2))
        await asyncio.wait_for(line.recv(), 5)
        await house.board.drain(0)
        result, _ = await house.doors.result()
        assert result.status is Status.INTERRUPTED
        with pytest.raises(CarrierFailed):
            await place_call(house.url("/media/loopback/"), house.doors.ticket(), [])


async def test_a_stream_that_never_says_what_it_is_for_is_closed(
    house: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever only holds a connection open, and answers its pings, has it for ten seconds."""
    monkeypatch.setattr(wire, "START_S", 0.3)
    for path in ("/media/loopback/", TestTwilio.PATH):
        async with connect(house.url(path)) as line:
            await send(line, {"event": "connected"})
            assert await closing(line) == "start_missing"
    async with connect(house.url("/media/loopback/")) as line:
        await send(line, start(house.doors.ticket()), media(2))
        await asyncio.sleep(0.6)
        assert await asyncio.wait_for(line.recv(), 5)


@pytest.mark.parametrize("path", ["/media/loopback/", "/media/twilio/known/stream"])
@pytest.mark.parametrize("size", [100_000, 1 << 20, 8 << 20])
async def test_what_is_too_large_for_a_message_ends_the_line(house: Exchange, path: str, size: int) -> None:
    async with connect(house.url(path), max_size=None) as line:
        with suppress(ConnectionClosed):
            await line.send("x" * size)
        assert await closing(line)
    assert house.board.calls == 0


def as_host(house: Exchange, host: str, ticket: str) -> connect:
    """A browser that believes to be at `host`, and is here."""
    origin: Any = f"https://{host}"
    return connect(f"ws://{host}/media/web/{ticket}", host="127.0.0.1", port=house.port, origin=origin)


class TestTwilio:
    PATH = "/media/twilio/known/stream"

    async def test_a_signed_stream_is_admitted(self, house: Exchange) -> None:
        headers = {"X-Twilio-Signature": sign(TOKEN, PUBLIC.replace("https", "wss") + self.PATH)}
        async with connect(house.url(self.PATH), additional_headers=headers) as line:
            await send(line, start(house.doors.ticket(Channel.TWILIO)), media(2))
            first = orjson.loads(await asyncio.wait_for(line.recv(), 5))
            assert first["event"] == "media"
            assert first["streamSid"] == "MZ1"

    @pytest.mark.parametrize("headers", [{}, {"X-Twilio-Signature": sign("another", PUBLIC + PATH)}])
    async def test_a_forged_stream_is_refused(self, house: Exchange, headers: dict[str, str]) -> None:
        ticket = house.doors.ticket(Channel.TWILIO)
        async with connect(house.url(self.PATH), additional_headers=headers) as line:
            await send(line, start(ticket))
            assert await closing(line) == "bad_signature"
        assert ticket in house.doors.tickets  # and was not used up

    async def test_a_ticket_of_another_way_is_refused(self, house: Exchange) -> None:
        headers = {"X-Twilio-Signature": sign(TOKEN, PUBLIC.replace("https", "wss") + self.PATH)}
        async with connect(house.url(self.PATH), additional_headers=headers) as line:
            await send(line, start(house.doors.ticket(Channel.LOOPBACK)))
            assert await closing(line) == "not_admitted"


class TestBrowser:
    async def test_typing_is_talking(self, house: Exchange) -> None:
        path = f"/media/web/{house.doors.ticket(Channel.WEB)}"
        async with connect(house.url(path), origin=PUBLIC) as line:  # type: ignore[arg-type]
            ready = orjson.loads(await asyncio.wait_for(line.recv(), 5))
            assert ready == {"type": "ready", "rate": 16000}
            captions, last = [], ""
            async with asyncio.timeout(20):
                async for message in line:
                    if last == "agent":
                        assert isinstance(message, bytes), (
                            "a caption comes with the first sound of what it says"
                        )
                    last = ""
                    if isinstance(message, str):
                        said = orjson.loads(message)
                        if said["type"] == "caption":
                            captions.append((said["speaker"], said["text"]))
                            last = said["speaker"]
                            if "record this call" in said["text"]:
                                await send(line, {"type": "text", "text": "yes"})
                            if "Red or blue" in said["text"]:
                                await send(line, {"type": "text", "text": "red"})
        result, _ = await house.doors.result()
        typed = dict.fromkeys(text for speaker, text in captions if speaker == "caller")
        assert list(typed) == ["yes", "red"]
        assert {v.name: v.value for v in result.variables} == {"colour": "red"}

    @pytest.mark.parametrize("host", ["evil.example", "evil.example:8443", "localhost.evil.example"])
    async def test_a_foreign_name_that_leads_here_is_foreign(self, house: Exchange, host: str) -> None:
        """Rebinding: a page of a name of theirs, whose address became ours."""
        ticket = house.doors.ticket(Channel.WEB)
        async with as_host(house, host, ticket) as line:
            assert await closing(line) == "foreign_origin"
        assert ticket in house.doors.tickets

    @pytest.mark.parametrize("host", ["localhost:8443", "127.0.0.1:8443"])
    async def test_this_machine_has_names_too(self, house: Exchange, host: str) -> None:
        async with as_host(house, host, house.doors.ticket(Channel.WEB)) as line:
            assert orjson.loads(await asyncio.wait_for(line.recv(), 5))["type"] == "ready"

    async def test_a_stolen_ticket_that_was_used_admits_nobody(self, house: Exchange) -> None:
        path = f"/media/web/{house.doors.ticket(Channel.WEB)}"
        async with connect(house.url(path), origin=PUBLIC) as line:  # type: ignore[arg-type]
            await asyncio.wait_for(line.recv(), 5)
            async with connect(house.url(path), origin=PUBLIC) as thief:  # type: ignore[arg-type]
                assert await closing(thief) == "not_admitted"

    @pytest.mark.parametrize("origin", [None, "https://evil.example"])
    async def test_a_foreign_page_may_not_talk(self, house: Exchange, origin: str | None) -> None:
        ticket = house.doors.ticket(Channel.WEB)
        async with connect(house.url(f"/media/web/{ticket}"), origin=origin) as line:  # type: ignore[arg-type]
            assert await closing(line) == "foreign_origin"
        assert ticket in house.doors.tickets
