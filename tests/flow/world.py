"""A telephone line on virtual time, around the pure machine: a script says who speaks, and the clock runs by itself.

call = Call(definition)
call.agent("May we record this call?")   # waits until that was said
call.caller("yes")                       # waits until the agent is quiet, then speaks
call.silence(6)
"""

from collections import deque
from dataclasses import dataclass
from datetime import date
from typing import Any

from ringfence.core.agent.definition import AgentDefinition, parse
from ringfence.core.call import (
    Channel,
    Consent,
    Direction,
    Disclosure,
    Problem,
    RightAsked,
    Speaker,
    Turn,
    Variable,
)
from ringfence.voice.dialogue import commands as c
from ringfence.voice.dialogue import events as e
from ringfence.voice.dialogue.machine import Dialogue, DialogueSetup

MONDAY = date(2026, 11, 23)
RATE = 15.0  # characters a second
WORD_S = 0.3


@dataclass
class Spoken:
    """An utterance on its way to the caller."""

    number: int
    text: str
    open: bool
    start: float | None = None
    chars: float = 0.0


class Call:
    """One call: the machine, the line's time, and what came of it."""

    def __init__(
        self,
        definition: AgentDefinition | str,
        *,
        direction: Direction = Direction.INBOUND,
        recording_allowed: bool = True,
        transcript_allowed: bool = True,
        start: bool = True,
    ) -> None:
        if isinstance(definition, str):
            definition = parse(definition)
        self.machine = Dialogue(
            definition,
            DialogueSetup(
                direction=direction,
                channel=Channel.LOOPBACK,
                today=MONDAY,
                recording_allowed=recording_allowed,
                transcript_allowed=transcript_allowed,
            ),
        )
        self.now = 0.0
        self.commands: list[c.Command] = []
        self.said: list[tuple[float, str]] = []
        self._read = 0
        self._timers: dict[str, float] = {}
        self._queue: list[Spoken] = []
        self._events: deque[e.Event] = deque()
        self.voice_works = True
        if start:
            self.send(e.Started(at=0.0))

    # -- the world ------------------------------------------------------------------------------------------

    def send(self, event: e.Event) -> None:
        self._events.append(event)
        while self._events:
            for command in self.machine.handle(self._events.popleft()):
                self.commands.append(command)
                self._carry_out(command)

    def _carry_out(self, command: c.Command) -> None:
        match command:
            case c.Say():
                self._say(command)
            case c.StopSpeaking():
                queue, self._queue = self._queue, []
                self._events.extend(self._played(u, done=True) for u in queue)
            case c.SetTimer(name=name, at=at):
                self._timers.pop(name, None)
                if at is not None:
                    self._timers[name] = at
            case c.HangUp() | c.Transfer():
                assert not self._queue, "left while still speaking" if isinstance(command, c.Transfer) else ""
            case _:
                pass

    def _say(self, command: c.Say) -> None:
        self.said.append((self.now, command.text))
        for utterance in self._queue:
            if utterance.number == command.utterance:
                assert utterance.open
                utterance.text += command.text
                utterance.open = command.more
                return
        self._queue.append(Spoken(command.utterance, command.text, command.more))

    def _played(self, utterance: Spoken, *, done: bool) -> e.Played:
        start = self.now if utterance.start is None else utterance.start
        return e.Played(
            at=self.now, utterance=utterance.number, chars=int(utterance.chars), done=done, start_s=start
        )

    def run(self, seconds: float) -> None:
        """Let time pass."""
        end = self.now + seconds
        while not self.machine.over:
            name, at = min(self._timers.items(), key=lambda t: t[1], default=("", float("inf")))
            step = min(self._next_played(), at, end)
            self._play(step - self.now)
            self.now = max(self.now, step)
            if self._finish_played():
                continue
            if at <= self.now:
                del self._timers[name]
                self.send(e.TimerFired(at=self.now, name=name))
                continue
            if self.now >= end:
                return

    def _next_played(self) -> float:
        if not self._queue or not self.voice_works:
            return float("inf")
        first = self._queue[0]
        left = len(first.text) - first.chars
        return float("inf") if left <= 0 and first.open else self.now + max(0.0, left) / RATE

    def _play(self, seconds: float) -> None:
        if self._queue and self.voice_works:
            first = self._queue[0]
            first.start = self.now if first.start is None else first.start
            first.chars = min(len(first.text), first.chars + seconds * RATE + 1e-6)

    def _finish_played(self) -> bool:
        if not self._queue or not self.voice_works:
            return False
        first = self._queue[0]
        if first.chars < len(first.text) - 1e-3:
            return False
        first.chars = len(first.text)
        if first.open:
            return False
        self._queue.pop(0)
        self.send(self._played(first, done=True))
        return True

    @property
    def speaking(self) -> bool:
        return any(u.chars < len(u.text) for u in self._queue)

    # -- the script -----------------------------------------------------------------------------------------

    def agent(self, text: str) -> None:
        """The agent says something that contains `text` next, perhaps after a while."""
        for _ in range(4000):
            while self._read < len(self.said):
                self._read += 1
                if text in self.said[self._read - 1][1]:
                    return
            if self.machine.over:
                break
            self.run(0.1)
        raise AssertionError(f"never said {text!r}; said {[s for _, s in self.said]}")

    def listen(self) -> None:
        """Hear the agent out."""
        for _ in range(3000):
            if not self.speaking or self.machine.over:
                return
            self.run(0.05)
        raise AssertionError("never stops speaking")

    def caller(
        self, text: str, *, sure: float = 0.95, seconds: float | None = None, value: str | None = None
    ) -> None:
        """The caller hears the agent out, and says `text`."""
        self.listen()
        self.run(0.4)
        self.speaks(text, sure=sure, seconds=seconds, value=value)

    def interrupts(self, text: str, *, after: float = 1.0, sure: float = 0.95) -> None:
        """The caller cuts in, `after` seconds into what is being said."""
        self.run(after)
        self.speaks(text, sure=sure)

    def speaks(
        self, text: str, *, sure: float = 0.95, seconds: float | None = None, value: str | None = None
    ) -> None:
        start = self.now
        self.send(e.SpeechStarted(at=start))
        self.run(WORD_S * max(1, len(text.split())) if seconds is None else seconds)
        end = self.now
        self.run(0.7)
        self.send(e.SpeechStopped(at=self.now, silence_s=0.7))
        self.run(0.1)
        self.send(e.Heard(at=self.now, text=text, start_s=start, end_s=end, confidence=sure, value=value))

    def types(self, text: str) -> None:
        self.send(
            e.Heard(at=self.now, text=text, start_s=self.now, end_s=self.now, confidence=1.0, typed=True)
        )

    def noise(self, *, after: float = 0.0) -> None:
        """A cough: speech that turns out to be nothing."""
        self.run(after)
        self.speaks("", sure=0.0)

    def silence(self, seconds: float) -> None:
        """The caller hears the agent out, and then says nothing for `seconds`."""
        self.listen()
        self.run(seconds)

    def keys(self, digits: str) -> None:
        for digit in digits:
            self.run(0.3)
            self.send(e.Digit(at=self.now, digit=digit))

    def hangs_up(self) -> None:
        self.send(e.HungUp(at=self.now, by=Speaker.CALLER))

    def carrier(self) -> None:
        """The carrier takes the call away: a transfer went through."""
        self.send(e.HungUp(at=self.now, by="carrier"))

    def fails(self, engine: Any, code: str = "engine_stalled") -> None:
        self.send(e.EngineFailed(at=self.now, engine=engine, code=code))

    # -- the model ------------------------------------------------------------------------------------------

    @property
    def thought(self) -> c.Think:
        """The latest request to the model."""
        return [x for x in self.commands if isinstance(x, c.Think)][-1]

    def model(
        self, *pieces: str, tools: tuple[tuple[str, dict[str, Any]], ...] = (), done: bool = True
    ) -> None:
        """The model answers the latest request."""
        request = self.thought.request
        for piece in pieces:
            self.send(e.Thought(at=self.now, request=request, text=piece))
        for tool, arguments in tools:
            self.send(e.Thought(at=self.now, request=request, tool=tool, arguments=arguments))
        if done:
            self.send(e.Thought(at=self.now, request=request, done=True))

    @property
    def history(self) -> list[tuple[str, str]]:
        """What the model was told last, without its instructions."""
        return [(m["role"], m["content"]) for m in self.thought.messages[1:]]

    # -- what came of it ------------------------------------------------------------------------------------

    def notes(self, kind: type) -> list[Any]:
        return [x.entry for x in self.commands if isinstance(x, c.Note) and isinstance(x.entry, kind)]

    @property
    def turns(self) -> list[tuple[str, str]]:
        return [(t.speaker.value, t.text) for t in sorted(self.notes(Turn), key=lambda t: t.start_s)]

    @property
    def values(self) -> dict[str, Any]:
        """Variables that were given, by name."""
        return {v.name: v.value for v in self.notes(Variable) if v.given.value == "given"}

    @property
    def variables(self) -> dict[str, Variable]:
        return {v.name: v for v in self.notes(Variable)}

    @property
    def disclosure(self) -> Disclosure:
        found: Disclosure = self.notes(Disclosure)[-1]
        return found

    @property
    def consent(self) -> Consent | None:
        found = self.notes(Consent)
        return found[-1] if found else None

    @property
    def problems(self) -> list[str]:
        return [p.code for p in self.notes(Problem)]

    @property
    def rights(self) -> list[str]:
        return [r.right for r in self.notes(RightAsked)]

    @property
    def keeps(self) -> list[tuple[bool, bool]]:
        return [(x.audio, x.words) for x in self.commands if isinstance(x, c.Keep)]

    @property
    def suppressed(self) -> list[str]:
        return [x.cause for x in self.commands if isinstance(x, c.Suppress)]

    @property
    def outcome(self) -> str:
        assert self.machine.over, f"the call goes on; said {[s for _, s in self.said][-3:]}"
        return self.machine.outcome.value
