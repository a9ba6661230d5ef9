"""The platform's side of the recogniser: a pool of worker processes, started once and replaced when one dies."""

import asyncio
import json
from collections.abc import AsyncIterator
from itertools import count

from ringfence.core.agent.answers import OFFLINE_KINDS, Answer
from ringfence.core.agent.grammar import closed_grammar
from ringfence.voice.speech.frames import Frame
from ringfence.voice.speech.helper import Helper
from ringfence.voice.speech.ports import (
    EngineNonsense,
    EngineStalled,
    EngineUnreachable,
    Hypothesis,
    NotSupported,
    SpeechError,
    SttStream,
)
from ringfence.voice.speech.stt.pocketsphinx.protocol import AUDIO, CLOSE, FLUSH, HEARD, OPEN, REFUSED

_MODULE = "ringfence.voice.speech.stt.pocketsphinx.worker"
_RATES = (8_000, 16_000)
_LONGEST_S = 60

# The share of accepted answers that were right, over the measured set; the recogniser has no figure of its own.
CONFIDENCE = 0.9


class _Stream:
    """One utterance. Audio beyond a minute is not sent; the recogniser judges what it has."""

    def __init__(self, worker: "_Worker", number: int, rate: int, patience_s: float) -> None:
        self._worker = worker
        self._number = number
        self._patience_s = patience_s
        self._left = _LONGEST_S * rate * 2
        self._flushed = asyncio.Event()
        self._closed = asyncio.Event()
        self.answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def push(self, pcm: bytes) -> None:
        if self._flushed.is_set() or self._left <= 0:
            return
        self._left -= len(pcm)
        self._worker.send(AUDIO, self._number, pcm)

    def flush(self) -> None:
        if not self._flushed.is_set():
            self._flushed.set()
            self._worker.send(FLUSH, self._number)

    async def __aiter__(self) -> AsyncIterator[Hypothesis]:
        await self._flushed.wait()
        if self._closed.is_set():
            return
        try:
            async with asyncio.timeout(self._patience_s):
                text = await asyncio.shield(self.answer)
        except TimeoutError:
            self._worker.kill()
            raise EngineStalled("the recogniser did not answer in time: ask the caller again") from None
        except asyncio.CancelledError:
            if self._closed.is_set():
                return
            raise
        if not self._closed.is_set():
            yield Hypothesis(text=text, final=True, confidence=CONFIDENCE if text else 0.0)

    async def aclose(self) -> None:
        if self._closed.is_set():
            return
        self._closed.set()
        self._flushed.set()
        self._worker.forget(self._number)
        if self.answer.done():
            self.answer.cancelled() or self.answer.exception()
        else:
            self.answer.cancel()


class _Worker:
    """One process, and the utterances it has."""

    def __init__(self) -> None:
        self.streams: dict[int, _Stream] = {}
        self._helper = Helper(_MODULE, [], hear=self._hear, lost=self._lost)

    @property
    def alive(self) -> bool:
        return self._helper.alive

    @property
    def pid(self) -> int:
        return self._helper.pid

    def send(self, kind: int, number: int, payload: bytes = b"") -> None:
        if number in self.streams and not self._helper.send(kind, number, payload):
            self._fail(number, EngineStalled("the recogniser takes no more audio: ask the caller again"))

    def forget(self, number: int) -> None:
        if self.streams.pop(number, None) is not None:
            self._helper.send(CLOSE, number)

    def kill(self) -> None:
        """It is stuck: all its utterances are lost, and the next one starts another."""
        self._helper.kill()

    async def aclose(self) -> None:
        await self._helper.aclose()

    def _hear(self, frame: Frame) -> None:
        if frame.kind == HEARD:
            stream = self.streams.pop(frame.number, None)
            if stream is not None and not stream.answer.done():
                stream.answer.set_result(frame.payload.decode())
        elif frame.kind == REFUSED:
            self._fail(frame.number, EngineNonsense("the recogniser refused the grammar of this answer"))

    def _lost(self) -> None:
        for number in list(self.streams):
            self._fail(number, EngineUnreachable("the recogniser's process ended: ask the caller again"))

    def _fail(self, number: int, error: SpeechError) -> None:
        stream = self.streams.pop(number, None)
        if stream is not None and not stream.answer.done():
            stream.answer.set_exception(error)


class PocketsphinxStt:
    """The port `Stt` for closed answers in English. `workers` processes share the utterances.

    Made within a running event loop or not; the processes start with `start`, else with the first utterances.
    An answer that takes longer than `patience_s` after the flush is EngineStalled, and its process is replaced.
    """

    name = "pocketsphinx"
    free_speech = False

    def __init__(self, *, workers: int = 1, patience_s: float = 2.0) -> None:
        self._workers: list[_Worker | None] = [None] * workers
        self._patience_s = patience_s
        self._numbers = count(1)

    @property
    def pids(self) -> list[int]:
        """The processes that run now."""
        return [worker.pid for worker in self._workers if worker is not None and worker.alive]

    def start(self) -> None:
        """Start the processes ahead of the first call (half a second of theirs; nobody waits)."""
        for place in range(len(self._workers)):
            self._at(place)

    def stream(self, *, rate: int, answer: Answer | None, language: str) -> SttStream:
        """Raises NotSupported for free speech, another language than English, and other rates than 8 or 16 kHz."""
        if answer is None or answer.kind not in OFFLINE_KINDS:
            raise NotSupported(
                "the offline recogniser understands closed answers alone: set an engine for speech"
            )
        if language.split("-", maxsplit=1)[0].casefold() != "en":
            raise NotSupported("the offline recogniser understands English alone: set an engine for speech")
        if rate not in _RATES:
            raise NotSupported(f"the offline recogniser takes audio at {_RATES} Hz")
        worker = min((self._at(place) for place in range(len(self._workers))), key=lambda w: len(w.streams))
        number = next(self._numbers) & 0xFFFF_FFFF
        stream = worker.streams[number] = _Stream(worker, number, rate, self._patience_s)
        wanted = {"grammar": closed_grammar(answer), "rate": rate}
        worker.send(OPEN, number, json.dumps(wanted).encode())
        return stream

    async def aclose(self) -> None:
        for worker in self._workers:
            if worker is not None:
                await worker.aclose()

    def _at(self, place: int) -> _Worker:
        worker = self._workers[place]
        if worker is None or not worker.alive:
            worker = self._workers[place] = _Worker()
        return worker
