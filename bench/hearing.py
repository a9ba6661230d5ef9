"""How the offline recogniser hears closed answers: right ones accepted, wrong ones refused, without any reading back.

Callers are flite's four voices, which no test and no grammar was fitted to, through a telephone's band and G.711. For each
kind of answer: `heard` is the share of right utterances whose value is the one that was said; `misheard` of those that gave
another value; `accepted` the share of utterances that are no answer at all and were taken for one.

Needs the program `flite` (Debian: apt-get install flite); without it there are no figures.

    python -m bench.hearing
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import wave
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np

from bench.figures import figure
from ringfence.core.agent.answers import Answer, Choice, Date, Digits, Number, Option, Phone, Time, YesNo
from ringfence.core.agent.interpret import Value, interpret
from ringfence.core.g711 import decode, encode
from ringfence.voice.speech.resample import resample
from ringfence.voice.speech.stt.pocketsphinx.engine import PocketsphinxStt

VOICES: Final = ("slt", "rms", "awb", "kal")
RATE: Final = 8_000
PEAK: Final = 12_000
TODAY: Final = date(2026, 11, 23)  # a Monday
PIECE: Final = 320
CHOICE: Final = Choice(
    options=(
        Option(value="appointment", say=("make an appointment", "see a doctor")),
        Option(value="prescription"),
        Option(value="billing", say=("a bill",)),
    )
)
Said = tuple[str, Value]
RIGHT: Final[tuple[tuple[Answer, tuple[Said, ...]], ...]] = (
    (YesNo(), (("yes", True), ("yes please", True), ("yeah", True), ("sure", True), ("no", False), ("no thank you", False), ("nope", False), ("not really", False))),
    (CHOICE, (("appointment", "appointment"), ("I want to see a doctor", "appointment"), ("make an appointment please", "appointment"), ("prescription", "prescription"), ("billing", "billing"), ("a bill", "billing"))),
    (Number(maximum=100), (("four", 4), ("seven", 7), ("twelve", 12), ("thirty", 30), ("forty two", 42), ("ninety nine", 99))),
    (Digits(min_length=4, max_length=4), (("one two three four", "1234"), ("nine zero seven two", "9072"), ("five five eight one", "5581"), ("zero six four three", "0643"))),
    (Date(), (("tomorrow", "2026-11-24"), ("next friday", "2026-12-04"), ("december fourth", "2026-12-04"), ("the third of january", "2027-01-03"))),
    (Time(), (("half past nine", "09:30"), ("ten o'clock in the morning", "10:00"), ("three thirty p m", "15:30"), ("quarter to five", "16:45"))),
    (Phone(), (("two zero two five five five zero one four two", "+12025550142"), ("four one five five five five two six seven one", "+14155552671"))),
)  # fmt: skip
WRONG: Final = (
    "what was that", "could you repeat the question", "I am not sure what you mean", "the weather is lovely here", "maybe another time",
    "let me think about it", "my daughter told me to call", "I would like to speak to the manager", "do you have parking",
    "there is an elephant in the garden", "hold on a second", "how much does it cost", "can you hear me", "I already told you that",
    "it depends on my husband", "who is speaking", "sorry wrong room", "the dog is barking", "we moved last summer", "turn off the radio",
    "good morning", "is anybody there", "I lost my glasses", "please listen to me",
)  # fmt: skip


def main() -> int:
    """Print the figures."""
    if shutil.which("flite") is None:
        print("No figures: the callers are made by flite. Debian: apt-get install flite", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_all(Path(folder)))
    return 0


async def _all(folder: Path) -> None:
    stt = PocketsphinxStt(patience_s=60.0)
    try:
        for answer, said in RIGHT:
            heard = [
                (await _value(stt, answer, pcm), value)
                for text, value in said
                for pcm in _spoken(folder, text)
            ]
            taken = [await _value(stt, answer, pcm) for text in WRONG for pcm in _spoken(folder, text)]
            _tell(answer, heard, taken)
    finally:
        await stt.aclose()


def _tell(answer: Answer, heard: Sequence[tuple[Value | None, Value]], taken: Sequence[Value | None]) -> None:
    def share(count: int, of: int) -> float:
        return 100 * count / of

    right = sum(got == value for got, value in heard)
    wrong = sum(got is not None and got != value for got, value in heard)
    kind = answer.kind
    figure("hearing", kind, f"heard, of {len(heard)}", share(right, len(heard)), "%")
    figure("hearing", kind, f"misheard, of {len(heard)}", share(wrong, len(heard)), "%")
    figure(
        "hearing", kind, f"accepted, of {len(taken)} that are no answer", share(sum(got is not None for got in taken), len(taken)), "%"
    )  # fmt: skip


async def _value(stt: PocketsphinxStt, answer: Answer, pcm: bytes) -> Value | None:
    """What the flow would take: the value of what was heard, or None to ask again."""
    stream = stt.stream(rate=RATE, answer=answer, language="en-US")
    for at in range(0, len(pcm), PIECE):
        stream.push(pcm[at : at + PIECE])
    stream.flush()
    try:
        text = [hypothesis async for hypothesis in stream][-1].text
    finally:
        await stream.aclose()
    return interpret(answer, text, TODAY) if text else None


def _spoken(folder: Path, text: str) -> Iterator[bytes]:
    """One utterance by every voice: mono PCM, 16 bits, 8 kHz, after G.711."""
    for voice in VOICES:
        path = folder / f"{voice}-{text.replace(' ', '-')}.wav"
        if not path.exists():
            subprocess.run(
                ["flite", "-voice", voice, "-t", text, "-o", path], check=True, capture_output=True
            )
        with wave.open(str(path)) as file:
            pcm = resample(file.readframes(file.getnframes()), file.getframerate(), RATE)
        samples = np.frombuffer(pcm, "<i2").astype(np.float64)
        samples *= PEAK / max(1.0, float(np.abs(samples).max()))
        quiet = bytes(2 * int(RATE * 0.4))
        yield quiet + decode(encode(samples.astype("<i2").tobytes())) + quiet


if __name__ == "__main__":
    sys.exit(main())
