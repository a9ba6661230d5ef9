"""A recogniser that hears what a script says it hears."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import dataclass

from ringfence.core.agent.answers import Answer
from ringfence.voice.speech.ports import Hypothesis, SpeechError


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one utterance is heard as, `delay_s` after the flush; or the error it ends with."""

    text: str = ""
    value: str | None = None
    confidence: float = 1.0
    delay_s: float = 0.0
    error: SpeechError | None = None


class _Stream:
    def __init__(self, lines: Iterator[Line], answer: Answer | None) -> None:
        self.answer = answer
        self.pushed = 0
        self._lines = lines
        self._flushed = asyncio.Event()
        self._closed = False

    def push(self, pcm: bytes) -> None:
        if not self._flushed.is_set():
            self.pushed += len(pcm)

    def flush(self) -> None:
        self._flushed.set()

    async def __aiter__(self) -> AsyncIterator[Hypothesis]:
        await self._flushed.wait()
        if self._closed:
            return
        line = next(self._lines, Line())
        if line.delay_s:
            await asyncio.sleep(line.delay_s)
        if line.error is not None:
            raise line.error
        if not self._closed:
            yield Hypothesis(text=line.text, value=line.value, confidence=line.confidence, final=True)

    async def aclose(self) -> None:
        self._closed = True
        self._flushed.set()


class ScriptedStt:
    """Each stream that is flushed takes the next line of the script; after the last, nothing is understood.

    A script without an end (`itertools.repeat`) serves a bench. `streams` are those opened so far, the last
    `keep` of them; each tells `pushed`, its bytes of audio, and `answer`.
    """

    name = "scripted"
    free_speech = True

    def __init__(self, script: Iterable[Line | str] = (), *, keep: int = 100) -> None:
        self._lines = (Line(text=line) if isinstance(line, str) else line for line in script)
        self._keep = keep
        self.streams: list[_Stream] = []

    def stream(self, *, rate: int, answer: Answer | None, language: str) -> _Stream:
        stream = _Stream(self._lines, answer)
        self.streams.append(stream)
        del self.streams[: -self._keep]
        return stream

    async def aclose(self) -> None:
        """Nothing to let go of."""
