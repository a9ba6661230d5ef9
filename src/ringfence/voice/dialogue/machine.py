"""The conversation: events in, commands out, time as an argument. No I/O, no chance, no clock.

The machine holds the floor (who speaks, who interrupts, who is silent for too long), hears the spoken rights
whatever was asked, and ends every call within its time. What to say next is up to the mind that leads: the opening
first, then a guided flow or a language model.
"""

from ringfence.core.agent.definition import AgentDefinition, GuidedDefinition
from ringfence.core.agent.interpret import interpret
from ringfence.core.call import ConsentAnswer, Direction, Disclosure, Outcome, Speaker
from ringfence.voice.dialogue.claims import Claims
from ringfence.voice.dialogue.commands import Command
from ringfence.voice.dialogue.events import (
    Digit,
    EngineFailed,
    Event,
    Heard,
    HungUp,
    Played,
    SpeechStarted,
    SpeechStopped,
    Started,
    Thought,
    TimerFired,
    ToolReturned,
)
from ringfence.voice.dialogue.guided import Guided
from ringfence.voice.dialogue.keys import Keypad, longest, meaning
from ringfence.voice.dialogue.line import DialogueSetup, Line, digest
from ringfence.voice.dialogue.llm import Talk
from ringfence.voice.dialogue.mind import Mind
from ringfence.voice.dialogue.opening import Opening
from ringfence.voice.dialogue.replies import reply
from ringfence.voice.dialogue.rights import Aside, Right, aside, rights
from ringfence.voice.dialogue.voicemail import Pickup

__all__ = ["Dialogue", "DialogueSetup"]

WARNING_S = 60.0  # the warning comes this long before the end, in calls twice as long
FAREWELL_S = 12.0  # and the goodbye this long
LONGEST_TURN_S = 45.0  # a caller who "speaks" for longer is noise
RECOGNISER_S = 5.0  # the wait for what was heard, once the caller is silent
TRANSFER_S = 60.0
LONGEST_ENTRY = 30
MOST_FAILURES = 3  # of an engine in a row


class Dialogue:
    """One call. Feed `handle` with events in order; carry out the commands it gives back, in order."""

    def __init__(self, definition: AgentDefinition, setup: DialogueSetup) -> None:
        self._line = Line(definition, setup)
        self._turns = definition.turns
        self._opening = Opening(self._line, self._opened)
        self._lead: Mind = (
            Guided(self._line, definition)
            if isinstance(definition, GuidedDefinition)
            else Talk(self._line, definition)
        )
        self._mind: Mind = self._opening
        self._keypad = Keypad()
        self._caller_speaks = False
        self._awaits_heard = False
        self._armed = False  # the silence timer runs
        self._holding = False
        self._pickup = Pickup(self._line)
        self._claims = Claims(self._line, self._opening)
        self._failures = {"stt": 0, "tts": 0}

    @property
    def over(self) -> bool:
        """The call has ended; further events change nothing."""
        return self._line.over

    @property
    def outcome(self) -> Outcome:
        """What came of the call; meaningful once it is over."""
        return self._line.outcome or Outcome.CALLER_HUNG_UP

    def handle(self, event: Event) -> list[Command]:
        """What to do about `event`."""
        line = self._line
        if line.over:
            return []
        line.at = max(line.at, event.at)
        if isinstance(event, HungUp):
            self._hung_up(event)
        elif line.at >= self._turns.max_duration_s or event == TimerFired(at=event.at, name="limit"):
            self._close()
            line.hang_up(Outcome.TIME_LIMIT)
        else:
            self._dispatch(event)
            self._settle()
        return line.take()

    def _dispatch(self, event: Event) -> None:
        match event:
            case Started():
                self._started()
            case Played():
                self._played(event)
            case TimerFired():
                self._timer(event.name)
            case Digit():
                self._digit(event.digit)
            case EngineFailed():
                self._failed(event)
            case _ if not self._leaving:
                self._converse(event)

    @property
    def _leaving(self) -> bool:
        """The call is on its way out: nothing that is said changes that."""
        line = self._line
        return bool(line.outcome or line.transferring or line.transfer_to)

    def _converse(self, event: Event) -> None:
        match event:
            case SpeechStarted():
                self._speech_started()
            case SpeechStopped():
                self._speech_stopped()
            case Heard():
                self._heard(event)
            case Thought() | ToolReturned():
                self._mind.event(event)
            case _:
                pass

    # -- beginning and end --------------------------------------------------------------------------------------

    def _started(self) -> None:
        most = self._turns.max_duration_s
        self._line.timer("limit", most - self._line.at)
        self._line.timer("farewell", most - FAREWELL_S - self._line.at)
        if most >= 2 * WARNING_S:
            self._line.timer("warning", most - WARNING_S - self._line.at)
        self._opening.begin()

    def _opened(self) -> None:
        self._mind = self._lead
        self._mind.begin()

    def _hung_up(self, event: HungUp) -> None:
        if self._line.transferring and event.by is not Speaker.CALLER:
            self._line.outcome = Outcome.TRANSFERRED
        elif event.by == "platform" and self._line.outcome is None:
            self._line.outcome = Outcome.INTERRUPTED
        self._line.outcome = self._line.outcome or Outcome.CALLER_HUNG_UP
        self._close()
        self._line.over = True

    def _close(self) -> None:
        """Write down what is known: what was heard of the last words, variables, and what was never told or asked."""
        line = self._line
        for utterance in line.mouth.unfinished():
            if turn := utterance.turn(line.at):
                line.note(turn)
        self._lead.close()
        if line.disclosure is None:
            line.note(Disclosure(ai=False, recorded=False, said_at_s=None, script_sha256=digest("")))
        if line.consent.answer is ConsentAnswer.NOT_ASKED:
            self._opening.close()

    def _settle(self) -> None:
        """After each event: once all was said, do what waited for it; watch over the caller's silence."""
        line = self._line
        quiet = not line.mouth.speaking
        if line.over:
            return
        if quiet and line.outcome is not None:
            self._close()
            line.hang_up(line.outcome)
        elif quiet and line.transfer_to:
            line.transfer_now()
            line.timer("transfer", TRANSFER_S)
        ours = self._leaving or self._pickup.leaving
        waits = quiet and not ours and not self._caller_speaks and self._mind.waiting
        if waits and not self._armed:
            self._arm(self._turns.hold_s if self._holding else self._turns.no_input_s)
        elif self._armed and not waits and not self._caller_speaks:
            self._disarm()

    def _arm(self, after: float) -> None:
        self._armed = True
        self._line.timer("silence", after)

    def _disarm(self) -> None:
        self._armed = False
        self._line.timer("silence", None)

    # -- the floor ----------------------------------------------------------------------------------------------

    def _played(self, event: Played) -> None:
        utterance = self._line.mouth.played(event)
        if utterance is not None:
            self._failures["tts"] = 0
            if turn := utterance.turn(self._line.at):
                self._line.note(turn)
            self._mind.spoken(utterance.number)
        if not self._line.mouth.left:
            self._mind.quiet()

    def _speech_started(self) -> None:
        self._caller_speaks = True
        self._disarm()
        self._arm(LONGEST_TURN_S)
        self._pickup.speech_started()
        if self._interrupts():
            self._line.stop_speaking()
        if not self._line.mouth.speaking:
            self._mind.hush()

    def _interrupts(self) -> bool:
        mouth = self._line.mouth
        return self._turns.barge_in and mouth.speaking and not mouth.firm

    def _speech_stopped(self) -> None:
        self._caller_speaks = False
        self._pickup.speech_stopped()
        if not self._line.mouth.speaking:
            self._awaits_heard = True
            self._arm(RECOGNISER_S)

    def _heard(self, heard: Heard) -> None:
        self._caller_speaks = False
        self._awaits_heard = False
        self._disarm()
        self._keypad.take()
        if self._pickup.leaving or self._pickup.heard(heard):
            return
        if not heard.text.strip():
            self._nothing_heard()
            return
        self._failures["stt"] = 0
        self._holding = False
        said = heard.text.strip()
        self._line.caller_said(said, heard.start_s, heard.end_s, None if heard.typed else heard.confidence)
        claimed = rights(said)
        if self._line.mouth.firm and not claimed:
            self._mind.go_on()
            return
        if self._line.mouth.speaking and not self._line.mouth.firm:
            if not self._turns.barge_in and not claimed and not heard.typed:
                self._mind.go_on()
                return
            self._line.stop_speaking()
        self._understood(heard, claimed)

    def _understood(self, heard: Heard, claimed: tuple[Right, ...]) -> None:
        if claimed:
            self._claims.act(claimed, heard.text, self._mind)
            return
        beside = aside(heard.text)
        if beside is Aside.HOLD:
            self._holding = True
            self._line.say(self._line.definition.phrases.hold)
            self._mind.aside(heard.text, self._line.definition.phrases.hold)
        elif beside is Aside.REPEAT and (self._mind.expects is not None or self._line.mouth.unheard()):
            self._resume()
        else:
            self._line.mouth.forget_cut()
            self._mind.heard(heard)

    def _nothing_heard(self) -> None:
        """Noise, or words that nobody could make out."""
        if self._line.mouth.unheard():
            self._resume()
        elif self._line.mouth.speaking or self._holding:
            self._mind.go_on()
        else:
            self._mind.go_on()
            self._mind.misheard()

    def _resume(self) -> None:
        """Say again what was cut off, from its sentence on; or put the question again."""
        rest = self._line.mouth.unheard()
        if rest and self._mind is not self._opening:
            self._mind.go_on(self._line.say(rest))
        else:
            self._mind.repeat()

    def _silence(self) -> None:
        self._armed = False
        if self._caller_speaks or self._awaits_heard:
            self._caller_speaks = self._awaits_heard = False
            self._nothing_heard()
        elif self._line.mouth.unheard():
            self._resume()
        elif self._holding:
            self._holding = False
            self._line.say(self._line.definition.phrases.still_there)
            self._mind.repeat()
        elif not self._line.mouth.speaking and self._mind.waiting:
            self._mind.silent()

    # -- keys ---------------------------------------------------------------------------------------------------

    def _digit(self, key: str) -> None:
        if key not in set("0123456789*#"):
            return
        line = self._line
        if self._leaving or self._pickup.leaving:
            if key == "9":
                line.suppress(by_key=True)
            return
        if self._interrupts():
            line.stop_speaking()
        self._disarm()
        most = longest(self._mind.expects)
        if not most and not isinstance(self._mind, Talk):
            self._unexpected_key(key)
            return
        entry = self._keypad.press(key, most or LONGEST_ENTRY)
        line.timer("keys", None if entry else self._turns.digit_s)
        if entry:
            self._entered(entry)

    def _unexpected_key(self, key: str) -> None:
        if key == "9":
            self._claims.act((Right.STOP_CALLING,), "9", self._mind, by_key=True)
        elif self._line.mouth.unheard():
            self._resume()

    def _entered(self, entry: str) -> None:
        """A whole entry: an answer, or the key 9 on its own where it is none."""
        line = self._line
        said = meaning(self._mind.expects, entry)
        line.caller_said(entry, line.at, line.at, None)
        if entry == "9" and (said is None or self._is_no_answer(entry)):
            self._claims.act((Right.STOP_CALLING,), entry, self._mind, by_key=True)
            return
        if said is None and not isinstance(self._mind, Talk):
            self._mind.misheard()
            return
        line.mouth.forget_cut()
        self._mind.heard(
            Heard(at=line.at, text=said or entry, start_s=line.at, end_s=line.at, confidence=1.0, typed=True)
        )

    def _is_no_answer(self, entry: str) -> bool:
        """On a call that we placed, a 9 that cannot be the answer is a wish."""
        answer, setup = self._mind.expects, self._line.setup
        outbound = setup.direction is Direction.OUTBOUND
        return outbound and answer is not None and interpret(answer, entry, setup.today) is None

    # -- timers and failures ------------------------------------------------------------------------------------

    def _timer(self, name: str) -> None:
        line = self._line
        if name == "mouth":
            self._mouth_stalled()
        elif name == "transfer" and line.transferring:
            self._transfer_failed(EngineFailed(at=line.at, engine="transfer", code="no_answer"))
        elif name == "farewell" and not line.outcome and not line.transferring:
            line.stop_speaking()
            line.transfer_to = None
            line.end(line.definition.phrases.time_over, Outcome.TIME_LIMIT)
        elif self._leaving:
            return
        elif name == "silence" and self._armed:
            self._silence()
        elif name == "warning":
            line.say(line.definition.phrases.time_warning)
        elif name == "keys" and (entry := self._keypad.take()):
            self._entered(entry)
        elif not self._pickup.timer(name):
            self._mind.timer(name)

    def _failed(self, event: EngineFailed) -> None:
        line = self._line
        if event.engine == "transfer":
            if line.transferring:
                self._transfer_failed(event)
            return
        line.problem(event.engine, event.code)
        if event.engine == "tts":
            self._voice_failed()
        elif self._leaving:
            return
        elif event.engine == "stt":
            self._ear_failed()
        else:
            self._mind.event(event)

    def _mouth_stalled(self) -> None:
        if self._line.mouth.speaking and self._line.mouth.left:
            self._line.problem("tts", "stalled")
            self._voice_failed()

    def _voice_failed(self) -> None:
        """What was under way is lost; say it once more, and give the call up if the voice stays away."""
        line = self._line
        self._failures["tts"] += 1
        firm, told = line.mouth.firm, line.disclosure is not None
        line.stop_speaking()
        rest = line.mouth.unheard()
        line.mouth.unfinished()
        if self._failures["tts"] >= MOST_FAILURES:
            self._close()
            line.hang_up(line.outcome or Outcome.FAILED)
        elif not told and self._mind is self._opening:
            self._opening.repeat()
        elif rest:
            line.say(rest, firm=firm)

    def _ear_failed(self) -> None:
        line = self._line
        self._failures["stt"] += 1
        self._caller_speaks = False
        if self._failures["stt"] < MOST_FAILURES:
            if not line.mouth.speaking:
                line.say(line.definition.phrases.trouble)
                self._mind.repeat()
        elif self._failures["stt"] > MOST_FAILURES or not self._claims.to_a_person(
            reply(Right.PERSON, line.definition, recorded=False)
        ):
            line.end(line.definition.phrases.give_up, Outcome.FAILED)

    def _transfer_failed(self, event: EngineFailed) -> None:
        self._line.transferring = False
        self._line.timer("transfer", None)
        self._line.problem("transfer", event.code)
        if not self._claims.person_failed(self._mind):
            self._mind.event(event)
