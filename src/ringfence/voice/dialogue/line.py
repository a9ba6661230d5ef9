"""The agent's end of the line: every command of a call passes through here, and its few hard rules hold here.

Nothing is said after hanging up. Audio never rests again once the person said no. Turns are held back until words
may rest, and dropped if they may not.
"""

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from ringfence.core.agent.answers import Answer
from ringfence.core.agent.definition import OFFLINE, AgentDefinition
from ringfence.core.agent.faq import phrases
from ringfence.core.call import (
    Channel,
    Consent,
    ConsentAnswer,
    Direction,
    Disclosure,
    Outcome,
    Problem,
    RightAsked,
    Speaker,
    Turn,
    Variable,
)
from ringfence.voice.dialogue.commands import (
    Command,
    HangUp,
    Keep,
    Listen,
    Note,
    Say,
    SetTimer,
    StopSpeaking,
    Suppress,
    Transfer,
)
from ringfence.voice.dialogue.mouth import Mouth
from ringfence.voice.dialogue.rights import SPOKEN

_CODE = re.compile(r"[a-z0-9_.]{1,60}")
SLOWEST = 8.0  # characters a second that even a slow voice speaks
USUAL = 13.0  # and a usual one
GRACE_S = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class DialogueSetup:
    """What a conversation knows of its call. `today` is the date where the caller is.

    `recording_allowed` and `transcript_allowed` are False where retention leaves no room for the part.
    """

    direction: Direction
    channel: Channel
    today: date
    recording_allowed: bool = True
    transcript_allowed: bool = True


class Line:
    """Collects commands; `at` is the time of the event that is being answered."""

    def __init__(self, definition: AgentDefinition, setup: DialogueSetup) -> None:
        self.definition = definition
        self.setup = setup
        self.mouth = Mouth()
        self.at = 0.0
        self.quiet_at = 0.0  # when all that was said will have been heard, as far as can be guessed
        self.over = False
        self.outcome: Outcome | None = None  # known once the call is ending
        self.transfer_to: str | None = None
        self.transferring = False
        self.refused = False  # the person said no to being recorded
        self.words: bool | None = None  # None: not decided yet
        self.audio = False
        self.suppressed = False
        self.disclosure: Disclosure | None = None
        self.consent = Consent(answer=ConsentAnswer.NOT_ASKED)
        self._out: list[Command] = []
        self._held: list[Turn] = []
        also = (*SPOKEN, *phrases(definition.faq))
        self._also = also[:500]

    # -- commands ---------------------------------------------------------------------------------------------

    def take(self) -> list[Command]:
        """The commands since the last time."""
        out, self._out = self._out, []
        return out

    def do(self, command: Command) -> None:
        if not self.over:
            self._out.append(command)

    def say(self, text: str, *, firm: bool = False, more: bool = False) -> int:
        """Speak; returns the utterance's number."""
        said = self.mouth.say(text, firm=firm, more=more)
        self._speak(said)
        return said.utterance

    def go_on(self, number: int, text: str, *, more: bool) -> None:
        """Speak on in an open utterance."""
        if said := self.mouth.go_on(number, text, more=more):
            self._speak(said)

    def _speak(self, said: Say) -> None:
        self.do(said)
        self.quiet_at = max(self.quiet_at, self.at) + len(said.text) / USUAL
        self.timer("mouth", self.mouth.left / SLOWEST + GRACE_S)

    def stop_speaking(self) -> None:
        if self.mouth.speaking:
            self.do(StopSpeaking())
            self.mouth.cut()
            self.quiet_at = self.at

    def listen(self, answer: Answer | None) -> None:
        """Listen for `answer`, for the spoken rights and for the FAQ."""
        if answer is not None and self.definition.engines.stt == OFFLINE:
            answer = answer.model_copy(update={"also": self._also})
        self.do(Listen(answer=answer, end_silence_s=self.definition.turns.end_silence_s))

    def timer(self, name: str, after: float | None) -> None:
        """Set a timer `after` seconds from now; None cancels it."""
        self.do(SetTimer(name=name, at=None if after is None else self.at + after))

    # -- what is kept -----------------------------------------------------------------------------------------

    def keep(self, *, audio: bool, words: bool) -> None:
        """Decide what may rest from now on. A refusal is for good."""
        self.audio = audio and self.setup.recording_allowed and not self.refused
        self.words = words and self.setup.transcript_allowed and not self.refused
        self.do(Keep(audio=self.audio, words=self.words))
        held, self._held = self._held, []
        for turn in held:
            self.note(turn)

    def refuse(self, answer: ConsentAnswer, script: str | None = None) -> None:
        """The person does not want to be recorded: from now on, and for good."""
        self.refused = True
        self.keep(audio=False, words=False)
        self.agree(answer, script)

    def agree(self, answer: ConsentAnswer, script: str | None = None) -> None:
        """Write down the answer to the recording question, and the words that asked it."""
        known = self.consent.script_sha256
        self.consent = Consent(answer=answer, at_s=self.at, script_sha256=digest(script) if script else known)
        self.note(self.consent)

    def note(self, entry: Turn | Variable | Disclosure | Consent | Problem | RightAsked) -> None:
        if isinstance(entry, Disclosure):
            self.disclosure = entry
        if not isinstance(entry, Turn) or self.words:
            self.do(Note(entry=entry))
        elif self.words is None:
            self._held.append(entry)

    def caller_said(self, text: str, start_s: float, end_s: float, confidence: float | None) -> None:
        self.note(
            Turn(speaker=Speaker.CALLER, text=text, start_s=start_s, end_s=end_s, confidence=confidence)
        )

    def problem(self, engine: str, code: str) -> None:
        """Something went wrong and was survived. A code that is no code is not repeated."""
        code = code if _CODE.fullmatch(code) else "unknown"
        self.note(Problem(code=f"{engine}.{code}", at_s=self.at))

    # -- the end ----------------------------------------------------------------------------------------------

    def suppress(self, *, by_key: bool) -> None:
        if not self.suppressed:
            self.suppressed = True
            self.do(Suppress(cause="key" if by_key else "spoken"))

    def end(self, text: str, outcome: Outcome) -> None:
        """Say goodbye, and hang up when it was heard."""
        if self.outcome is None:
            self.say(text, firm=True)
            self.outcome = outcome

    def finish(self, text: str | None, outcome: Outcome) -> None:
        """Hang up once all was heard that is under way, and `text`."""
        if text is not None:
            self.end(text, outcome)
        self.outcome = self.outcome or outcome

    def hand_over(self, number: str, text: str) -> None:
        """Say `text`, then transfer."""
        if text:
            self.say(text, firm=True)
        self.transfer_to = number

    def transfer_now(self) -> None:
        number, self.transfer_to = self.transfer_to, None
        if number is not None:
            self.transferring = True
            self.do(Transfer(number=number))

    def hang_up(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.do(HangUp(outcome=outcome.value))
        self.over = True


def digest(text: str) -> str:
    """SHA-256 of spoken words, in hex."""
    return sha256(text.encode()).hexdigest()
