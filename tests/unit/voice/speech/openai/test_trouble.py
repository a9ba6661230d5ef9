"""An engine over HTTP that is broken, slow, hostile or somebody else: a clear error each time, and nothing given away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest

from ringfence.core.errors import BadInput
from ringfence.voice.speech.openai import Endpoint, OpenAiLlm, OpenAiStt, OpenAiTts
from ringfence.voice.speech.ports import (
    EngineNonsense,
    EngineStalled,
    EngineUnreachable,
    SpeechError,
)
from tests.support.gate import way
from tests.support.openai_standin import KEY, Calls, Cut, Raw, Standin, Status, Step, Wait, standin, tone

STALL_S = 0.3


@pytest.fixture
def engine() -> Iterator[Standin]:
    with standin() as made:
        yield made


@pytest.fixture
async def endpoint(engine: Standin) -> AsyncIterator[Endpoint]:
    made = Endpoint(engine.address, "a-model", KEY, silence_s=STALL_S, way=way())
    yield made
    await made.aclose()


async def think(endpoint: Endpoint) -> str:
    async with asyncio.timeout(10):
        pieces = OpenAiLlm(endpoint).chat([{"role": "user", "content": "hello"}], tools=[], temperature=0)
        return "".join([piece.text async for piece in pieces])


async def speak(endpoint: Endpoint) -> bytes:
    async with asyncio.timeout(10):
        voice = OpenAiTts(endpoint)
        chunks = voice.synthesize("Hello.", rate=8_000, language="en-GB", voice=None)
        return b"".join([chunk async for chunk in chunks])


async def hear(endpoint: Endpoint) -> str:
    async with asyncio.timeout(10):
        stream = OpenAiStt(endpoint).stream(rate=8_000, answer=None, language="en-GB")
        stream.push(tone(0.5, 8_000))
        stream.flush()
        return "".join([found.text async for found in stream])


Use = Callable[[Endpoint], Awaitable[object]]
ALL = pytest.mark.parametrize("use", [think, speak, hear])


@ALL
@pytest.mark.parametrize("code", [500, 502, 503, 429, 408])
async def test_what_may_pass_is_unreachable(engine: Standin, endpoint: Endpoint, use: Use, code: int) -> None:
    engine.will(Status(code))
    with pytest.raises(EngineUnreachable):
        await use(endpoint)


@ALL
@pytest.mark.parametrize("code", [400, 401, 403, 404])
async def test_what_will_not_pass_is_a_refusal(
    engine: Standin, endpoint: Endpoint, use: Use, code: int
) -> None:
    engine.will(Status(code))
    with pytest.raises(EngineNonsense, match=str(code)):
        await use(endpoint)


@ALL
@pytest.mark.parametrize("code", [301, 302, 307, 308])
async def test_a_redirect_is_not_followed(engine: Standin, endpoint: Endpoint, use: Use, code: int) -> None:
    with standin() as elsewhere:
        engine.will(Status(code, {"Location": elsewhere.address + "/chat/completions"}))
        with pytest.raises(EngineNonsense):
            await use(endpoint)
        assert elsewhere.asked == []


@ALL
async def test_an_engine_that_falls_silent_has_stalled(engine: Standin, endpoint: Endpoint, use: Use) -> None:
    engine.will(Wait(10.0))
    with pytest.raises(EngineStalled):
        await use(endpoint)


@ALL
async def test_nobody_there_is_unreachable(use: Use) -> None:
    with standin() as gone:
        address = gone.address
    endpoint = Endpoint(address, "a-model", KEY, way=way())
    with pytest.raises(EngineUnreachable):
        await use(endpoint)
    await endpoint.aclose()


@ALL
async def test_a_connection_that_breaks_is_an_error_and_not_an_end(
    engine: Standin, endpoint: Endpoint, use: Use
) -> None:
    first: Step = tone(0.1) if use is speak else "Half a "
    engine.will(first, Cut())
    with pytest.raises(SpeechError):
        await use(endpoint)


@ALL
async def test_the_key_goes_to_the_engine_and_into_no_error(
    engine: Standin, endpoint: Endpoint, use: Use
) -> None:
    await use(endpoint)
    assert engine.asked[0].authorised
    assert KEY not in repr(endpoint)
    engine.will(Status(401))
    with pytest.raises(EngineNonsense) as refused:
        await use(endpoint)
    assert KEY not in repr(refused.value) + str(refused.value.__cause__)


@pytest.mark.parametrize(
    "steps",
    [
        [Raw(b"data: {oops\n\n")],
        [Raw(b"data: [1, 2]\n\n")],
        [Raw(b'data: {"error": {"message": "overloaded"}}\n\n')],
        [Raw(b'data: {"choices": 7}\n\n')],
        [Raw(b'data: {"choices": [{"delta": {"content": 7}}]}\n\n')],
        [Raw(b'data: {"choices": [{"delta": {"tool_calls": [{"index": "x"}]}}]}\n\n')],
        [Raw(b"data: " + b"x" * 600_000)],
        [Raw(b"<html>nothing here</html>\n\n")],
        ["Half an answer", Raw(b"")],
        ["word " * 30_000],
        [Calls("find_table", "{not json")],
        [Calls("find_table", "[1]")],
        [Calls("", "{}")],
    ],
)
async def test_a_model_that_answers_nonsense(engine: Standin, endpoint: Endpoint, steps: list[Step]) -> None:
    engine.will(*steps)
    with pytest.raises(EngineNonsense):
        await think(endpoint)


@pytest.mark.parametrize("steps", [[b""], [Raw(b"")]])
async def test_a_voice_without_a_sound_is_nonsense(
    engine: Standin, endpoint: Endpoint, steps: list[Step]
) -> None:
    engine.will(*steps)
    with pytest.raises(EngineNonsense, match="no audio"):
        await speak(endpoint)


async def test_a_voice_without_an_end_is_cut_off(engine: Standin, endpoint: Endpoint) -> None:
    engine.will(*[bytes(1_000_000)] * 40)
    with pytest.raises(EngineNonsense, match="no end"):
        await speak(endpoint)


async def test_audio_that_arrives_in_odd_pieces_is_whole(engine: Standin, endpoint: Endpoint) -> None:
    audio = tone(0.5)
    engine.will(*[audio[at : at + 777] for at in range(0, len(audio), 777)])
    assert len(await speak(endpoint)) / 2 / 8_000 == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize(
    "steps", [[Raw(b"{oops")], [Raw(b"[]")], [Raw(b'{"words": []}')], [Raw(b'{"text": 7}')], [Raw(b"x" * 100_000)]]
)  # fmt: skip
async def test_a_recogniser_that_answers_nonsense(
    engine: Standin, endpoint: Endpoint, steps: list[Step]
) -> None:
    engine.will(*steps)
    with pytest.raises(EngineNonsense):
        await hear(endpoint)


@pytest.mark.parametrize(
    "url", ["http://engine.example/v1", "ftp://localhost/v1", "http://10.0.0.7:8000/v1", "engine"]
)
def test_nothing_leaves_the_machine_in_the_clear(url: str) -> None:
    with pytest.raises(BadInput, match="https"):
        Endpoint(url, "a-model", way=way())
