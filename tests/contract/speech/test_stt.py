"""What every implementation of the port `Stt` has to do. The real ones hear real (synthetic) telephone speech."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import pytest

from ringfence.core.agent.answers import Answer, YesNo
from ringfence.voice.speech.fake import ScriptedStt
from ringfence.voice.speech.openai import Endpoint, OpenAiStt
from ringfence.voice.speech.ports import Hypothesis, NotSupported, Stt, SttStream
from ringfence.voice.speech.stt.pocketsphinx.engine import PocketsphinxStt
from tests.support.callers import caller, noise, silence
from tests.support.gate import way
from tests.support.openai_standin import KEY, Standin, standin

# Half a second of a synthetic voice: which of the ways of saying yes it was is anybody's guess.
YES = {"yes", "yep", "yeah"}


@dataclass
class Case:
    """An engine that hears "yes" when it is told `yes.wav`, and nothing at all in silence."""

    make: Callable[[], Stt]


CASES: dict[str, Callable[[Standin], Stt]] = {
    "scripted": lambda _: ScriptedStt(["yes"]),
    "pocketsphinx": lambda _: PocketsphinxStt(),
    "openai": lambda engine: OpenAiStt(Endpoint(engine.address, "a-model", KEY, way=way())),
}


@pytest.fixture
def engine() -> Iterator[Standin]:
    with standin() as made:
        yield made


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, engine: Standin) -> Case:
    return Case(lambda: CASES[request.param](engine))


@pytest.fixture
async def stt(case: Case) -> AsyncIterator[Stt]:
    engine = case.make()
    yield engine
    await engine.aclose()


def opened(stt: Stt, *, rate: int = 8_000, answer: Answer | None = None) -> SttStream:
    return stt.stream(rate=rate, answer=answer or YesNo(), language="en-US")


def say(stream: SttStream, pcm: bytes, rate: int = 8_000) -> None:
    """In frames of 20 ms, as a line brings them."""
    step = rate // 50 * 2
    for at in range(0, len(pcm), step):
        stream.push(pcm[at : at + step])


async def heard(stream: SttStream) -> list[Hypothesis]:
    try:
        async with asyncio.timeout(10):
            return [hypothesis async for hypothesis in stream]
    finally:
        await stream.aclose()


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_one_final_hypothesis_after_the_flush(stt: Stt, rate: int) -> None:
    stream = opened(stt, rate=rate)
    yes = caller("yes" if rate == 8_000 else "yes-wide")
    say(stream, silence(0.3, rate) + yes + silence(0.5, rate), rate)
    stream.flush()
    found = await heard(stream)
    assert [h.final for h in found] == [False] * (len(found) - 1) + [True]
    assert found[-1].text in YES
    assert 0 < found[-1].confidence <= 1


async def test_nothing_comes_final_before_the_flush(stt: Stt) -> None:
    stream = opened(stt)
    say(stream, caller("yes"))
    waiting = asyncio.ensure_future(heard(stream))  # noqa: TID251 (a test's own)
    await asyncio.sleep(0.1)
    assert not waiting.done()
    stream.flush()
    assert (await waiting)[-1].final


async def test_an_utterance_without_audio_is_nothing(stt: Stt) -> None:
    for stream in (opened(stt) for _ in range(2)):
        stream.flush()
        assert (await heard(stream))[-1].final
    stream = opened(stt)
    stream.flush()
    last = (await heard(stream))[-1]
    assert (last.text, last.final) == ("", True)


async def test_audio_after_the_flush_is_ignored(stt: Stt) -> None:
    stream = opened(stt)
    say(stream, silence(0.2) + caller("yes") + silence(0.3))
    stream.flush()
    say(stream, noise(0.5, 8_000.0))
    stream.flush()
    assert (await heard(stream))[-1].text in YES


async def test_closing_ends_the_iteration(stt: Stt) -> None:
    stream = opened(stt)
    say(stream, caller("yes"))
    waiting = asyncio.ensure_future(heard(stream))  # noqa: TID251 (a test's own)
    await asyncio.sleep(0.05)
    await stream.aclose()
    await stream.aclose()
    assert await waiting == []
    stream.push(b"\0\0")
    stream.flush()


async def test_an_iteration_may_be_given_up(stt: Stt) -> None:
    stream = opened(stt)
    say(stream, caller("yes"))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await anext(aiter(stream))
    await stream.aclose()
    again = opened(stt)
    say(again, silence(0.3) + caller("yes") + silence(0.3))
    again.flush()
    assert (await heard(again))[-1].text in YES


async def test_utterances_side_by_side_do_not_mix(stt: Stt) -> None:
    spoken, quiet = opened(stt), opened(stt)
    pcm = silence(0.2) + caller("yes") + silence(0.4)
    for at in range(0, len(pcm), 320):
        spoken.push(pcm[at : at + 320])
        quiet.push(bytes(320))
    spoken.flush()
    assert (await heard(spoken))[-1].text in YES
    quiet.flush()
    assert (await heard(quiet))[-1].text == ""


async def test_free_speech_or_a_clear_no(stt: Stt) -> None:
    if stt.free_speech:
        await stt.stream(rate=8_000, answer=None, language="en-US").aclose()
    else:
        with pytest.raises(NotSupported, match="engine"):
            stt.stream(rate=8_000, answer=None, language="en-US")


async def test_an_engine_has_a_name_and_can_be_closed_unused(case: Case) -> None:
    engine = case.make()
    async with aclosing(engine):
        assert engine.name
