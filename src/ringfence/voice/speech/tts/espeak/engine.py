"""The port `Tts` over the voice process, restarted if it dies."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from itertools import count
from typing import Final

from ringfence.voice.speech.frames import Frame
from ringfence.voice.speech.helper import Helper
from ringfence.voice.speech.ports import EngineNonsense, EngineUnreachable, NotSupported
from ringfence.voice.speech.resample import Resampler
from ringfence.voice.speech.tts.espeak.protocol import AUDIO, DONE, FAILED, RATE, SAY, STOP

_WORKER: Final = "ringfence.voice.speech.tts.espeak.worker"
SPEED_WPM: Final = 160


class EspeakTts:
    """A plain voice that is always there. `voice` names one of eSpeak's ("en-us", "en-gb-x-rp"); else the language's."""

    name = "espeak"

    def __init__(self, *, speed: int = SPEED_WPM) -> None:
        self._speed = speed
        self._numbers = count(1)
        self._helper: Helper | None = None
        self._queues: dict[int, asyncio.Queue[Frame | None]] = {}

    @property
    def pids(self) -> list[int]:
        """The process that runs now, if there is one."""
        return [self._helper.pid] if self._helper is not None and self._helper.alive else []

    def start(self) -> None:
        """Start the process ahead of the first sentence."""
        self._running()

    async def synthesize(
        self, text: str, *, rate: int, language: str, voice: str | None
    ) -> AsyncGenerator[bytes]:
        if not text.strip():
            return
        resampler: Resampler | None = None
        async with aclosing(self._frames(text, voice or language.lower())) as frames:
            async for frame in frames:
                if frame.kind == RATE:
                    resampler = Resampler(int.from_bytes(frame.payload, "little"), rate)
                elif resampler is None:
                    raise EngineNonsense("audio before its rate")
                elif pcm := resampler.push(frame.payload):
                    yield pcm
        if resampler is not None and (rest := resampler.flush()):
            yield rest

    async def _frames(self, text: str, voice: str) -> AsyncGenerator[Frame]:
        """The process's answer to one text. Left early, the process is told to stop."""
        number = next(self._numbers) & 0xFFFF_FFFF
        queue = self._queues[number] = asyncio.Queue()
        helper = self._running()
        helper.send(SAY, number, json.dumps({"text": text, "voice": voice, "speed": self._speed}).encode())
        over = False
        try:
            while not over:
                frame = await queue.get() if helper.alive or not queue.empty() else None
                over = frame is None or frame.kind not in {RATE, AUDIO}
                if frame is None:
                    raise EngineUnreachable("the offline voice died")
                if frame.kind == FAILED:
                    raise NotSupported(f"the offline voice has no {voice!r}")
                if frame.kind != DONE:
                    yield frame
        finally:
            self._queues.pop(number, None)
            if not over:
                helper.send(STOP, number)

    async def aclose(self) -> None:
        if self._helper is not None:
            await self._helper.aclose()

    def _running(self) -> Helper:
        if self._helper is None or not self._helper.alive:
            self._helper = Helper(_WORKER, [], hear=self._hear, lost=self._lost)
        return self._helper

    def _hear(self, frame: Frame) -> None:
        queue = self._queues.get(frame.number)
        if queue is not None:
            queue.put_nowait(frame)

    def _lost(self) -> None:
        for queue in self._queues.values():
            queue.put_nowait(None)
