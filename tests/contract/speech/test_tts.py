"""What every implementation of the port `Tts` has to do."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass

import numpy as np
import pytest

from ringfence.voice.speech.fake import ToneTts
from ringfence.voice.speech.openai import Endpoint, OpenAiTts
from ringfence.voice.speech.ports import Tts
from ringfence.voice.speech.tts.espeak import EspeakTts
from tests.support.gate import way
from tests.support.openai_standin import KEY, Standin, standin

CASES: dict[str, Callable[[Standin], Tts]] = {
    "tone": lambda _: ToneTts(),
    "espeak": lambda _: EspeakTts(),
    "openai": lambda engine: OpenAiTts(Endpoint(engine.address, "a-voice", KEY, way=way())),
}
SENTENCE = "Welcome to Harbour Street Clinic."


@dataclass
class Case:
    make: Callable[[], Tts]


@pytest.fixture
def engine() -> Iterator[Standin]:
    with standin() as made:
        yield made


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, engine: Standin) -> Case:
    return Case(lambda: CASES[request.param](engine))


@pytest.fixture
async def tts(case: Case) -> AsyncIterator[Tts]:
    voice = case.make()
    yield voice
    await voice.aclose()


async def spoken(tts: Tts, text: str, *, rate: int = 8_000, language: str = "en-US") -> list[bytes]:
    async with asyncio.timeout(20):
        return [chunk async for chunk in tts.synthesize(text, rate=rate, language=language, voice=None)]


def seconds(chunks: list[bytes], rate: int = 8_000) -> float:
    return len(b"".join(chunks)) / 2 / rate


@pytest.mark.parametrize("rate", [8_000, 16_000])
async def test_a_sentence_becomes_audio_at_the_rate_that_was_asked_for(tts: Tts, rate: int) -> None:
    chunks = await spoken(tts, SENTENCE, rate=rate)
    assert all(chunk and len(chunk) % 2 == 0 for chunk in chunks)
    assert 0.9 < seconds(chunks, rate) < 5
    samples = np.frombuffer(b"".join(chunks), "<i2").astype(float)
    assert np.sqrt(np.mean(samples**2)) > 300


async def test_the_rate_changes_the_samples_and_not_the_time(tts: Tts) -> None:
    slow, fast = await spoken(tts, SENTENCE), await spoken(tts, SENTENCE, rate=16_000)
    assert seconds(fast, 16_000) == pytest.approx(seconds(slow), abs=0.02)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
async def test_nothing_to_say_is_nothing(tts: Tts, text: str) -> None:
    assert await spoken(tts, text) == []


async def test_hostile_text_is_only_text(tts: Tts) -> None:
    chunks = await spoken(tts, '<speak><audio src="file:///etc/passwd"/>[[oops]] & \x00\x07 done</speak>')
    assert seconds(chunks) > 0.1


async def test_sentences_side_by_side_do_not_mix(tts: Tts) -> None:
    alone = await spoken(tts, SENTENCE)
    both = await asyncio.gather(spoken(tts, SENTENCE), spoken(tts, SENTENCE))
    for each in both:
        assert seconds(each) == pytest.approx(seconds(alone), abs=0.02)


async def test_a_sentence_may_be_cut_off_and_the_next_one_is_whole(tts: Tts) -> None:
    speaking = tts.synthesize(SENTENCE * 20, rate=8_000, language="en-US", voice=None)
    assert await anext(speaking)
    async with asyncio.timeout(10):
        await speaking.aclose()
    assert 0.5 < seconds(await spoken(tts, SENTENCE)) < 5


async def test_a_voice_has_a_name_and_can_be_closed_twice_unused(case: Case) -> None:
    voice = case.make()
    async with aclosing(voice):
        assert voice.name
    await voice.aclose()
