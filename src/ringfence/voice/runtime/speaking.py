"""The speaking side of a call: text to audio, one piece after the other, ahead of what is being played."""

import asyncio
from collections import deque
from typing import Final

from ringfence.core.g711 import encode
from ringfence.voice.dialogue.events import EngineFailed, Event
from ringfence.voice.runtime.mouth import Mouth, _Piece
from ringfence.voice.runtime.services import Tasks, Wake, nobody
from ringfence.voice.runtime.timing import Costs, TurnClock
from ringfence.voice.speech.ports import SpeechError, Tts
from ringfence.voice.telephony.ports import CallWire

CHUNK_WITHIN_S: Final = 2.5
WITH_A_SPARE_S: Final = (
    0.9  # sooner: a model that stalls and then a voice that does still leave no 3 s without a sound
)


class Speaking:
    """Feeds the mouth. A voice that fails or stalls ends its piece, and is reported; from then on the spare voice speaks,
    if there is one. A call changes its voice once at most.
    """

    def __init__(
        self, mouth: Mouth, wire: CallWire, tts: Tts, spare: Tts | None, language: str, voice: str | None,
        tasks: Tasks, turns: TurnClock, costs: Costs,
    ) -> None:  # fmt: skip
        self._mouth = mouth
        self._wire = wire
        self._tts = tts
        self._spare = spare
        self._language = language
        self._voice = voice
        self._tasks = tasks
        self._turns = turns
        self._costs = costs
        self._queue: deque[tuple[str, _Piece]] = deque()
        self._work: asyncio.Task[None] | None = None
        self.events: list[Event] = []
        self.wake: Wake = nobody

    @property
    def busy(self) -> bool:
        """Whether audio is still being made."""
        return bool(self._queue) or (self._work is not None and not self._work.done())

    def say(self, number: int, text: str, *, more: bool) -> None:
        self._queue.append((text, self._mouth.begin(number, text, more=more)))
        if self._work is None or self._work.done():
            self._work = self._tasks.spawn(self._synthesise())

    def stop(self) -> None:
        """Make no more audio of what was asked for."""
        self._queue.clear()
        if self._work is not None:
            self._work.cancel()
            self._work = None

    async def _synthesise(self) -> None:
        while self._queue:
            text, piece = self._queue.popleft()
            try:
                await self._read(text, piece, CHUNK_WITHIN_S if self._spare is None else WITH_A_SPARE_S)
            except TimeoutError:
                self._failed("engine_stalled")
            except SpeechError as error:
                self._failed(error.code)
            finally:
                piece.complete = True
            self.wake()

    def _failed(self, code: str) -> None:
        """The dialogue has what was not heard said again: by the spare voice, if there is one."""
        if self._spare is not None:
            self._tts, self._voice, self._spare = self._spare, None, None
        self.events.append(EngineFailed(at=0.0, engine="tts", code=code))

    async def _read(self, text: str, piece: _Piece, within_s: float) -> None:
        loop = asyncio.get_running_loop()
        asked = loop.time()
        chunks = self._tts.synthesize(text, rate=self._wire.rate, language=self._language, voice=self._voice)
        self._costs.add("tts_characters", len(text))
        try:
            while True:
                async with asyncio.timeout(within_s):
                    chunk = await anext(chunks, None)
                if chunk is None:
                    return
                if not piece.audio and self._turns.tts_s is None:
                    self._turns.tts_s = loop.time() - asked
                first = not piece.audio
                piece.audio += encode(chunk)
                if first:
                    self.wake()
        finally:
            await chunks.aclose()
