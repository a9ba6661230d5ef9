"""The offline recogniser on synthetic telephone speech: what it takes, what it refuses, and what it survives."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from ringfence.core.agent.answers import Answer, Choice, Date, Number, Option, Text, Time, YesNo
from ringfence.voice.speech.ports import (
    EngineNonsense,
    EngineStalled,
    EngineUnreachable,
    NotSupported,
    SttStream,
)
from ringfence.voice.speech.stt.pocketsphinx import engine as engine_module
from ringfence.voice.speech.stt.pocketsphinx.engine import PocketsphinxStt
from ringfence.voice.speech.stt.pocketsphinx.listener import DICTIONARY
from ringfence.voice.speech.stt.pocketsphinx.pronounce import pronounce
from ringfence.voice.speech.stt.pocketsphinx.rival import PHONES, answered, with_rival, words
from tests.support.callers import caller, silence


@pytest.fixture
async def stt() -> AsyncIterator[PocketsphinxStt]:
    engine = PocketsphinxStt(patience_s=10.0)
    yield engine
    await engine.aclose()


def told(stt: PocketsphinxStt, name: str, answer: Answer) -> SttStream:
    stream = stt.stream(rate=8_000, answer=answer, language="en-US")
    pcm = silence(0.3) + caller(name) + silence(0.5)
    for at in range(0, len(pcm), 320):
        stream.push(pcm[at : at + 320])
    stream.flush()
    return stream


async def text(stream: SttStream) -> str:
    try:
        return [hypothesis async for hypothesis in stream][-1].text
    finally:
        await stream.aclose()


CHOICE = Choice(options=(Option(value="appointment", say=("see a doctor",)), Option(value="billing")))


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [
        ("yes", YesNo(), "yes|yep|yeah"),
        ("yes-please", YesNo(), "yes please"),
        ("no", YesNo(), "no|nope"),
        ("no-thank-you", YesNo(), "(no|nope) thank you"),
        ("four", Number(maximum=20), "four"),
        ("friday", Date(), "friday"),
        ("appointment", CHOICE, "appointment"),
    ],
)
async def test_answers_are_understood(stt: PocketsphinxStt, name: str, answer: Answer, expected: str) -> None:
    assert re.fullmatch(expected, await text(told(stt, name, answer)))


@pytest.mark.parametrize("answer", [YesNo(), Number(), Date(), Time(), CHOICE], ids=lambda a: a.kind)
async def test_most_of_what_is_no_answer_is_refused(stt: PocketsphinxStt, answer: Answer) -> None:
    wrong = ["wrong-weather", "wrong-elephant", "wrong-manager", "wrong-maybe", "wrong-what", "long"]
    accepted = [name for name in wrong if await text(told(stt, name, answer))]
    assert len(accepted) <= 1, accepted


def worked(pid: int) -> int:
    """How long a process has been on a processor, in nanoseconds (proc(5), /proc/PID/schedstat)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0])


async def at_rest(pid: int) -> int:
    """The same, once it has nothing to do."""
    before = -1
    while (now := worked(pid)) != before:
        before = now
        await asyncio.sleep(0.3)
    return now


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="counts work as Linux does")
async def test_what_was_pushed_is_worked_off_before_the_flush(stt: PocketsphinxStt) -> None:
    """How soon the answer is there is a figure; that little is left to do for it holds on any machine."""
    await text(told(stt, "yes", YesNo()))
    began = await at_rest(stt.pids[0])
    stream = stt.stream(rate=8_000, answer=Date(), language="en")
    pcm = caller("long") + silence(0.5)
    for at in range(0, len(pcm), 320):
        stream.push(pcm[at : at + 320])
    pushed = await at_rest(stt.pids[0])
    stream.flush()
    await text(stream)
    flushed = await at_rest(stt.pids[0])
    assert flushed - pushed < (pushed - began) / 3


async def test_a_process_that_dies_fails_its_utterances_and_is_replaced(stt: PocketsphinxStt) -> None:
    stream = stt.stream(rate=8_000, answer=YesNo(), language="en-US")
    first = stt.pids[0]
    os.kill(first, signal.SIGKILL)
    stream.flush()
    with pytest.raises(EngineUnreachable):
        await text(stream)
    assert await text(told(stt, "yes-please", YesNo())) == "yes please"
    assert stt.pids != [first]


async def test_a_process_that_hangs_is_given_up_and_replaced() -> None:
    stt = PocketsphinxStt(patience_s=0.3)
    stt.start()
    first = stt.pids[0]
    os.kill(first, signal.SIGSTOP)
    with pytest.raises(EngineStalled):
        await text(told(stt, "yes", YesNo()))
    stt.start()
    assert stt.pids != [first]
    await stt.aclose()


async def test_a_grammar_that_cannot_be_used_is_nonsense(
    stt: PocketsphinxStt, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_module, "closed_grammar", lambda answer: "#JSGF V1.0; this is none")
    with pytest.raises(EngineNonsense):
        await text(told(stt, "yes", YesNo()))


async def test_utterances_are_shared_among_the_processes() -> None:
    stt = PocketsphinxStt(workers=2, patience_s=10.0)
    assert (
        await asyncio.gather(*(text(told(stt, "yes-please", YesNo())) for _ in range(4)))
        == ["yes please"] * 4
    )
    assert len(set(stt.pids)) == 2
    await stt.aclose()


async def test_audio_beyond_a_minute_is_left_out(stt: PocketsphinxStt) -> None:
    stream = stt.stream(rate=8_000, answer=YesNo(), language="en-US")
    for _ in range(65):
        stream.push(silence(1.0))
    stream.flush()
    assert await text(stream) == ""


@pytest.mark.parametrize("answer", [None, Text(), Text(kind="name"), Text(kind="email")])
async def test_free_speech_is_not_supported(stt: PocketsphinxStt, answer: Answer | None) -> None:
    with pytest.raises(NotSupported, match="closed answers"):
        stt.stream(rate=8_000, answer=answer, language="en-US")


async def test_other_languages_and_rates_are_not_supported(stt: PocketsphinxStt) -> None:
    with pytest.raises(NotSupported, match="English"):
        stt.stream(rate=8_000, answer=YesNo(), language="de-DE")
    with pytest.raises(NotSupported, match="Hz"):
        stt.stream(rate=44_100, answer=YesNo(), language="en-US")


def test_the_recogniser_needs_no_sound_card() -> None:
    code = "import sys; sys.modules['sounddevice'] = None; import pocketsphinx; pocketsphinx.Decoder"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_rivals_words_are_its_dictionary() -> None:
    lines = DICTIONARY.read_text().splitlines()
    assert dict(line.split(maxsplit=1) for line in lines) == words()
    assert len(PHONES) == 39


def test_the_rival_stands_beside_the_answer() -> None:
    grammar = with_rival("#JSGF V1.0;\ngrammar answer;\npublic <answer> = yes | no;\n", price=0.5)
    assert "\n<answer> = yes | no;\npublic <heard> = <answer> | /0.5/ <rival>;" in grammar
    assert answered("zzaa zzb") == ""
    assert answered("yes please") == "yes please"


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("ringfence", "R IH NG F EH N S"),
        ("kate", "K EY T"),
        ("shop", "SH AA P"),
        ("phone", "F OW N"),
        ("yellow", "Y EH L OW"),
        ("123", ""),
    ],
)
def test_unknown_words_sound_as_they_are_spelt(word: str, phones: str) -> None:
    assert pronounce(word) == phones


async def test_a_word_that_no_dictionary_has_can_be_said(stt: PocketsphinxStt) -> None:
    answer = Choice(options=(Option(value="ellifant"), Option(value="friday")))
    assert await text(told(stt, "wrong-elephant", answer)) == "ellifant"
