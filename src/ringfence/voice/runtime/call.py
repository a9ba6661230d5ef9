"""One live call: what its wire reports becomes events, what the dialogue answers is done, what is left is handed over."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any, Final, Literal

from ringfence.core.agent.model import AgentDefinition
from ringfence.core.call import (
    CallResult,
    Consent,
    ConsentAnswer,
    Disclosure,
    Outcome,
    Problem,
    RightAsked,
    Speaker,
    Status,
    Turn,
    Variable,
)
from ringfence.core.g711 import SILENCE
from ringfence.voice.dialogue import commands, events
from ringfence.voice.dialogue.machine import Dialogue
from ringfence.voice.runtime.ears import Ears
from ringfence.voice.runtime.listening import Listening
from ringfence.voice.runtime.mouth import Finished, Mouth
from ringfence.voice.runtime.ports import Admitted, Engines
from ringfence.voice.runtime.recorder import Recorder, as_line
from ringfence.voice.runtime.services import Services, until_kept
from ringfence.voice.runtime.speaking import Speaking
from ringfence.voice.runtime.thinking import Thinking
from ringfence.voice.runtime.timing import Costs, TurnClock
from ringfence.voice.telephony.ports import CallWire, CarrierFailed

MOST_BACKLOG: Final = 256 * 1024
LONGEST_CALL_S: Final = 4 * 3600.0
NO_MEDIA_S: Final = 30.0
MOST_AHEAD_S: Final = 5.0
GAP_S: Final = 0.5
LAST_WORDS_S: Final = 20.0
MOST_PROBLEMS: Final = 100
WORDY: Final = frozenset({"text", "name", "email"})


@dataclass(frozen=True, slots=True)
class _Ending:
    outcome: Outcome
    by: Speaker | Literal["carrier", "platform"]
    deadline: float


class LiveCall:
    """A `Line` for its wire. All of it runs on the loop; `tick` is called by the switchboard."""

    def __init__(
        self, wire: CallWire, admitted: Admitted, definition: AgentDefinition, dialogue: Dialogue, engines: Engines,
        services: Services, *, stepped: bool, ended: Callable[["LiveCall"], None],
    ) -> None:  # fmt: skip
        self.setup = admitted.setup
        self.holder = admitted.holder
        self.engines = engines
        self._keys = admitted.keys
        self._wire = wire
        self._dialogue = dialogue
        self._services = services
        self._stepped = stepped
        self._when_ended = ended
        self._began = services.clock.monotonic()
        self.answered_at = services.clock.now()
        self._samples = 0
        self._last = 0.0
        self._inbox: deque[events.Event] = deque()
        self._handling = False
        self._steps_owed = 0
        self._ending: _Ending | None = None
        self._done = False
        self.delivered = False
        self._timers: dict[str, float] = {}
        turns, costs = TurnClock(), Costs()
        self._turns, self._costs = turns, costs
        self.ears = Ears(services.vads[wire.rate], wire.rate)
        self._mouth = Mouth(wire)
        self._listening = Listening(
            self.ears, engines.stt, definition.language, wire.rate, services.tasks, turns, costs
        )
        self._speaking = Speaking(
            self._mouth,
            wire,
            engines.tts,
            engines.spare,
            definition.language,
            definition.voice,
            services.tasks,
            turns,
            costs,
        )
        ask = partial(services.tools.use, admitted.setup.account_id)
        self._thinking = Thinking(engines.llm, definition, ask, services.tasks, turns, costs)
        for source in (self._listening, self._speaking, self._thinking):
            source.wake = self._woken
        self.recorder = Recorder(services.folder, admitted.setup, admitted.keys, wire.rate)
        self._said: list[Turn] = []
        self._variables: dict[str, Variable] = {}
        self._problems: list[Problem] = []
        self._rights: list[RightAsked] = []
        self._wishes: list[asyncio.Task[None]] = []
        self._disclosure: Disclosure | None = None
        self._consent = Consent(answer=ConsentAnswer.NOT_ASKED)

    @property
    def over(self) -> bool:
        """Nothing more happens in this call; it may still wait to be handed over."""
        return self._done

    # Time

    def now(self) -> float:
        """Seconds since the call was answered: the clock's, or the audio's for a stepped call."""
        if self._stepped:
            return self._samples / self._wire.rate
        return self._services.clock.monotonic() - self._began

    def start(self) -> None:
        self._tell(events.Started(at=0.0))

    # What the wire reports (the port `Line`)

    def audio(self, ulaw: bytes) -> None:
        if self._done:
            return
        behind = self.now() - self._samples / self._wire.rate
        if not self._stepped and behind > GAP_S:
            self._hear(SILENCE * int(min(behind, MOST_AHEAD_S) * self._wire.rate))
        elif behind < -MOST_AHEAD_S:
            self.problem("audio_too_fast")
            return
        self._hear(ulaw)
        if self._stepped:
            self._steps_owed += 1
            self._answer_windows()
            self.tick()

    def digit(self, digit: str) -> None:
        if digit in "0123456789*#" and digit:
            self._tell(events.Digit(at=self.now(), digit=digit))

    def typed(self, text: str) -> None:
        now = self.now()
        self._turns.speech_ended(now, 0.0)
        self._wire.caption(Speaker.CALLER, text)
        self._tell(events.Heard(at=now, text=text, start_s=now, end_s=now, confidence=1.0, typed=True))

    def marked(self, name: str) -> None:
        """Our own pacing tells what was heard; a mark confirms that the carrier still plays."""

    def problem(self, code: str) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(Problem(code=code, at_s=round(self.now(), 3)))

    def gone(self, by: Speaker | Literal["carrier", "platform"]) -> None:
        if self._done:
            return
        self._tell(events.HungUp(at=self.now(), by=by))
        outcome = {
            Speaker.CALLER: Outcome.CALLER_HUNG_UP,
            "carrier": Outcome.INTERRUPTED,
            "platform": Outcome.INTERRUPTED,
        }.get(by, Outcome.FINISHED)
        if self._ending is not None:
            outcome, by = self._ending.outcome, self._ending.by
        self._finish(outcome, by)

    # The switchboard's tick

    def tick(self) -> None:
        """Send what is due, fire what is due, notice what is wrong."""
        if self._done:
            return
        now = self.now()
        rate = self._wire.rate
        for at, ulaw in self._mouth.pump(now):
            self._turns.answered(at)
            self.recorder.said(int(at * rate), ulaw)
        for finished in self._mouth.finished(now):
            self._wire.send_mark(f"utterance-{finished.number}")
            self._played(finished, now)
        dry = self._mouth.dry(now)
        if dry is not None:
            self._played(dry, now, done=False)
        self._gather(now)
        for name, at in list(self._timers.items()):
            if at <= now and self._timers.get(name) == at:
                del self._timers[name]
                self._tell(events.TimerFired(at=now, name=name))
        self.recorder.settle(int(now * rate))
        self._watch(now)
        self._answer_step()

    def _woken(self) -> None:
        """Something was understood, thought or made ready to be said: it need not wait for the next tick."""
        if not self._handling:
            self.tick()

    def interrupt(self, why: str | None = None) -> None:
        """The process must go, or the call may not: end it with what there is."""
        if not self._done:
            if why is not None:
                self.problem(why)
            self._finish(Outcome.INTERRUPTED, "platform")

    def judged(self, probability: float) -> None:
        """The activity model's answer to a window of this call."""
        if not self._done:
            self._listening.judged(probability, self.now())
            self._gather(self.now())

    # Inside

    def _hear(self, ulaw: bytes) -> None:
        self.recorder.heard(self._samples, ulaw)
        self._samples += len(ulaw)
        self.ears.hear(ulaw)

    def _answer_windows(self) -> None:
        for stream, probability in self._services.vads[self._wire.rate].tick():
            if stream is self.ears.stream:
                self.judged(probability)

    @property
    def _busy(self) -> bool:
        return self._listening.busy or self._speaking.busy or self._thinking.busy

    def _answer_step(self) -> None:
        """A stepped caller sends its next frame once nothing is being worked on: engines cost no time of the call."""
        if self._stepped and self._steps_owed and not self._busy and not self._done:
            self._steps_owed -= 1
            self._wire.send_mark("step")

    def _gather(self, now: float) -> None:
        for source in (self._listening, self._thinking, self._speaking):
            happened, source.events = source.events, []
            for event in happened:
                if isinstance(event, events.Heard) and event.text:
                    self._wire.caption(Speaker.CALLER, event.text)
                self._tell(replace(event, at=now))

    def _watch(self, now: float) -> None:
        if self._ending is not None and (not self._mouth.speaking or now > self._ending.deadline):
            self._finish(self._ending.outcome, self._ending.by)
        elif now > LONGEST_CALL_S:
            self._finish(Outcome.TIME_LIMIT, "platform")
        elif self._wire.backlog > MOST_BACKLOG:
            self.problem("slow_reader")
            self._finish(Outcome.FAILED, "platform")
        elif now - self._samples / self._wire.rate > NO_MEDIA_S and not self._stepped:
            self.problem("no_media")
            self._finish(Outcome.FAILED, "carrier")

    def _tell(self, event: events.Event) -> None:
        """Events are handled one after the other, commands before the next event; time never goes back."""
        self._inbox.append(event)
        if self._handling:
            return
        self._handling = True
        try:
            while self._inbox and not self._done:
                event = self._inbox.popleft()
                self._last = max(self._last, event.at)
                for command in self._dialogue.handle(replace(event, at=self._last)):
                    self._do(command)
        finally:
            self._handling = False

    def _do(self, command: commands.Command) -> None:  # noqa: C901, PLR0912 (one arm a command, of a closed set)
        now = self.now()
        match command:
            case commands.Say():
                self._speaking.say(command.utterance, command.text, more=command.more)
            case commands.StopSpeaking():
                self._speaking.stop()
                for cut in self._mouth.stop(now):
                    self._played(cut, now)
                self.recorder.unsaid(int(now * self._wire.rate))
            case commands.Listen():
                self._listening.listen(command.answer, command.end_silence_s, now)
            case commands.StopListening():
                self._listening.stop()
            case commands.Think():
                self._thinking.think(command)
            case commands.StopThinking():
                self._thinking.stop(command.request)
            case commands.UseTool():
                self._thinking.use(command)
            case commands.SetTimer():
                if command.at is None:
                    self._timers.pop(command.name, None)
                else:
                    self._timers[command.name] = command.at
            case commands.Keep():
                position = int(now * self._wire.rate)
                self.recorder.keep(audio=command.audio, words=command.words, position=position)
            case commands.Note():
                self._note(command.entry)
            case commands.Suppress():
                self._wish(partial(self._services.admission.suppress, self.setup, command.cause))
            case commands.Transfer():
                self._services.tasks.spawn(self._transfer(command.number))
            case commands.HangUp():
                self._ending = _Ending(Outcome(command.outcome), "platform", now + LAST_WORDS_S)

    def _wish(self, keep: Callable[[], Awaitable[None]]) -> None:
        """What the caller asked for is entered at once: it is not lost with the process."""
        self._wishes.append(self._services.tasks.spawn(until_kept(self.setup.call_id, keep)))

    def _played(self, finished: Finished, now: float, *, done: bool = True) -> None:
        self._tell(
            events.Played(
                at=now, utterance=finished.number, chars=finished.chars, done=done, start_s=finished.begun
            )
        )

    def _note(self, entry: Any) -> None:
        match entry:
            case Turn():
                self._said.append(entry)
                self.recorder.note("turn", as_line(entry))
            case Variable():
                self._variables[entry.name] = entry
                if entry.type not in WORDY or self.recorder.words_kept:
                    self.recorder.note("variable", as_line(entry))
            case Disclosure():
                self._disclosure = entry
                self.recorder.note("disclosure", as_line(entry))
            case Consent():
                self._consent = entry
                self.recorder.note("consent", as_line(entry))
            case Problem():
                self._problems.append(entry)
            case RightAsked():
                self._rights.append(entry)
                self._wish(partial(self._services.admission.enter, self.setup, self.answered_at, entry))

    async def _transfer(self, number: str) -> None:
        try:
            await self._wire.transfer(number)
        except CarrierFailed as error:
            self._tell(events.EngineFailed(at=self.now(), engine="transfer", code=error.code))
        else:
            self._tell(events.HungUp(at=self.now(), by="carrier"))
            self._finish(Outcome.TRANSFERRED, "platform")

    def _finish(self, outcome: Outcome, by: Speaker | Literal["carrier", "platform"]) -> None:
        if self._done:
            return
        self._done = True
        self._listening.stop()
        self._speaking.stop()
        self._thinking.stop()
        now = self.now()
        self._mouth.stop(now)
        self.ears.close()
        self._wire.close(outcome.value)
        self._services.tasks.spawn(self._hand_over(outcome, by, now))

    async def _hand_over(
        self, outcome: Outcome, by: Speaker | Literal["carrier", "platform"], now: float
    ) -> None:
        """Close the journals and deliver; what the caller wished is entered before the call is done with."""
        loop = asyncio.get_running_loop()
        position = int(now * self._wire.rate)
        journals = await loop.run_in_executor(self._services.disk, self.recorder.close, position)
        result = self._result(outcome, now)
        deliver = partial(self._services.sink.deliver, self.setup, result, journals, self._keys)
        await until_kept(self.setup.call_id, deliver)
        await asyncio.gather(*self._wishes, return_exceptions=True)
        self.delivered = True
        self._when_ended(self)

    def _result(self, outcome: Outcome, now: float) -> CallResult:
        if self.recorder.failed:
            self.problem("recording_incomplete")
        words = self.recorder.words_kept
        variables = tuple(
            v if words or v.type not in WORDY else replace(v, value=None) for v in self._variables.values()
        )
        interrupted = outcome is Outcome.INTERRUPTED
        return CallResult(
            call_id=self.setup.call_id,
            account_id=self.setup.account_id,
            status=Status.INTERRUPTED if interrupted else Status.COMPLETED,
            outcome=outcome,
            answered_at=self.answered_at,
            ended_at=self.answered_at + timedelta(seconds=now),
            duration_s=round(now, 3),
            disclosure=self._disclosure
            or Disclosure(ai=True, recorded=False, said_at_s=None, script_sha256=""),
            consent=self._consent,
            words_kept=words,
            recording_kept=self.recorder.audio_kept,
            turns=tuple(sorted(self._said, key=lambda turn: turn.start_s)) if words else (),
            variables=variables,
            timings=tuple(self._turns.done),
            problems=tuple(self._problems),
            rights=tuple(self._rights),
            costs=self._costs.units,
        )
