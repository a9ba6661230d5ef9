"""The hearing side of a call: who speaks when, and what was understood."""

import asyncio
from typing import Final

from ringfence.core.agent.answers import Answer
from ringfence.voice.dialogue.events import EngineFailed, Event, Heard, SpeechStarted, SpeechStopped
from ringfence.voice.runtime.ears import Ears
from ringfence.voice.runtime.services import Tasks, Wake, nobody
from ringfence.voice.runtime.timing import Costs, TurnClock
from ringfence.voice.speech.ports import Hypothesis, SpeechError, Stt, SttStream
from ringfence.voice.speech.vad.endpoint import Offset, Onset

FINAL_WITHIN_S: Final = 2.5


class Listening:
    """Turns windows' probabilities into events, and speech into `Heard`."""

    def __init__(
        self, ears: Ears, stt: Stt, language: str, rate: int, tasks: Tasks, clock: TurnClock, costs: Costs
    ) -> None:
        self._ears = ears
        self._stt = stt
        self._language = language
        self._rate = rate
        self._tasks = tasks
        self._turns = clock
        self._costs = costs
        self._open = False
        self._answer: Answer | None = None
        self._began = 0.0
        self._final: dict[SttStream, asyncio.Task[None]] = {}
        self.events: list[Event] = []
        self.wake: Wake = nobody

    @property
    def busy(self) -> bool:
        """Whether a recogniser owes us its last word."""
        return bool(self._final)

    def listen(self, answer: Answer | None, end_silence_s: float, now: float) -> None:
        """Recognise from here on."""
        self.stop()
        self._open, self._answer = True, answer
        self._ears.endpointer.end_silence_s = end_silence_s
        if self._ears.endpointer.speaking:
            self._recognise(now)

    def stop(self) -> None:
        """Throw away what was heard, and what is still being understood."""
        self._open = False
        stream = self._ears.stop()
        if stream is not None:
            self._tasks.spawn(_close(stream))
        for task in self._final.values():
            task.cancel()
        self._final.clear()

    def judged(self, probability: float, now: float) -> None:
        """The activity model's answer to one window."""
        moment = self._ears.judge(probability)
        if isinstance(moment, Onset):
            self._began = moment.at
            self.events.append(SpeechStarted(at=now))
            if self._open:
                self._recognise(now)
        elif isinstance(moment, Offset):
            self._turns.speech_ended(moment.at, moment.silence_s)
            self.events.append(SpeechStopped(at=now, silence_s=moment.silence_s))
            stream = self._ears.stop()
            if stream is not None:
                stream.flush()
                self._final[stream] = self._tasks.spawn(self._understand(stream, self._began, moment.at, now))

    def _recognise(self, now: float) -> None:
        if self._ears.stt is not None:
            return
        try:
            self._ears.listen(self._stt.stream(rate=self._rate, answer=self._answer, language=self._language))
        except SpeechError as error:
            self.events.append(EngineFailed(at=now, engine="stt", code=error.code))

    async def _understand(self, stream: SttStream, start: float, end: float, now: float) -> None:
        loop = asyncio.get_running_loop()
        flushed = loop.time()
        said: Hypothesis | None = None
        try:
            async with asyncio.timeout(FINAL_WITHIN_S):
                async for hypothesis in stream:
                    if hypothesis.final:
                        said = hypothesis
        except TimeoutError:
            self.events.append(EngineFailed(at=now, engine="stt", code="engine_stalled"))
        except SpeechError as error:
            self.events.append(EngineFailed(at=now, engine="stt", code=error.code))
        finally:
            self._final.pop(stream, None)
            await stream.aclose()
            if said is None:
                self.wake()
        if said is not None:
            took = loop.time() - flushed
            self._turns.stt_s = took
            self._costs.add("stt_seconds", end - start)
            self.events.append(
                Heard(
                    at=now,
                    text=said.text,
                    start_s=start,
                    end_s=end,
                    confidence=said.confidence,
                    value=said.value,
                )
            )
            self.wake()


async def _close(stream: SttStream) -> None:
    await stream.aclose()
