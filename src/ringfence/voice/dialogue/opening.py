"""What comes before all else: that this is a machine, that the call is recorded, and the question whether it may be.

Nothing rests before it is over [EU AI Act, Article 50(1)]. Silence, doubt and "no" all mean no.
"""

from collections.abc import Callable

from ringfence.core.agent.answers import Answer, YesNo
from ringfence.core.agent.interpret import consents
from ringfence.core.call import Channel, ConsentAnswer, Disclosure, Outcome
from ringfence.voice.dialogue.events import Heard
from ringfence.voice.dialogue.line import Line, digest
from ringfence.voice.dialogue.mind import Mind, sure_enough

SURE_YES = 0.6  # a bare yes/no grammar takes almost anything for a yes
MOST_TRIES = 3


class Opening(Mind):
    """Disclosure, then consent where it is asked for; then `done`."""

    def __init__(self, line: Line, done: Callable[[], None]) -> None:
        self._line = line
        self._done = done
        recording = line.definition.recording
        self._records = recording.enabled and recording.consent != "off" and line.setup.recording_allowed
        self._asks = self._records and recording.consent == "ask"
        self._script = self._words()
        self._told = 0  # the utterance of the disclosure
        self._question = 0
        self._tries = 0
        self.finished = False

    def _words(self) -> str:
        said = self._line.definition.disclosure
        if self._records and not self._asks:
            return f"{said.ai} {said.recorded}"
        if not self._records and self._line.setup.transcript_allowed:
            return f"{said.ai} {said.transcribed}"
        return said.ai

    @property
    def expects(self) -> Answer | None:
        return YesNo() if self._question else None

    def begin(self) -> None:
        self._line.listen(YesNo())
        self._tell()

    def _tell(self) -> None:
        self._told = self._line.say(self._script, firm=True)
        if self._asks and not self._line.refused:
            self._ask()

    def _ask(self) -> None:
        if self._line.refused:
            self._finish()
            return
        self._question = self._line.say(self._line.definition.recording.question)

    def spoken(self, number: int) -> None:
        if number != self._told or self.finished:
            return
        if not self._line.mouth.whole(number):
            self._tries += 1
            if self._tries < MOST_TRIES:
                self._tell()
            else:
                self._line.finish(None, Outcome.FAILED)
            return
        self._disclosed(recorded=self._records and not self._asks)
        if self._line.refused:
            self._finish()
        elif not self._asks:
            self._line.keep(audio=self._records, words=True)
            self._finish()

    @property
    def _is_told(self) -> bool:
        return self._line.disclosure is not None

    def _disclosed(self, *, recorded: bool) -> None:
        self._line.note(
            Disclosure(
                ai=True, recorded=recorded, said_at_s=self._line.at, script_sha256=digest(self._script)
            )
        )

    def heard(self, heard: Heard) -> None:
        if not self._is_told or not self._question:
            return  # an answer to a question that was not put yet
        answer = consents(heard.text)
        if answer is False:
            self.refuse()
        elif answer is True and sure_enough(heard, SURE_YES) and self._question_was_heard(heard):
            self._agreed()
        else:
            self.misheard()

    def _question_was_heard(self, heard: Heard) -> bool:
        """A page shows the question at once; a telephone has to have spoken most of it, for a key as for a word."""
        shown = heard.typed and self._line.setup.channel is Channel.WEB
        question = self._line.definition.recording.question
        return shown or 2 * len(self._line.mouth.heard(self._question)) > len(question)

    def _agreed(self) -> None:
        self._disclosed(recorded=True)
        self._line.agree(ConsentAnswer.YES, self._line.definition.recording.question)
        self._line.keep(audio=True, words=True)
        self._finish()

    def misheard(self) -> None:
        if self._question:
            self._again(self._line.definition.phrases.not_understood)

    def silent(self) -> None:
        if self._question:
            self._again(self._line.definition.phrases.not_heard)

    def _again(self, lead: str) -> None:
        self._tries += 1
        if self._tries > min(self._line.definition.turns.reprompts, MOST_TRIES - 1):
            self._no(ConsentAnswer.NO_ANSWER)
        else:
            self._line.say(lead)
            self._ask()

    def refuse(self) -> None:
        """The person said no, in whatever words."""
        self._no(ConsentAnswer.NO)

    def _no(self, answer: ConsentAnswer) -> None:
        line = self._line
        line.refuse(answer, line.definition.recording.question if self._question else None)
        if line.definition.recording.if_no == "end" and self._asks:
            line.end(
                f"{line.definition.phrases.consent_no} {line.definition.phrases.goodbye}", Outcome.FINISHED
            )
            return
        if self._is_told:
            line.say(line.definition.phrases.consent_no)
            self._finish()
            return
        line.stop_speaking()  # the question is behind the disclosure: begin again without it
        line.say(line.definition.phrases.consent_no)
        self._tell()

    def repeat(self) -> None:
        if self.finished:
            return
        if not self._is_told and not self._line.mouth.speaking:
            self._tell()
        elif self._is_told:
            self._ask()

    def close(self) -> None:
        """The question was put, and nobody answered."""
        if self._line.mouth.heard(self._question) if self._question else False:
            self._line.refuse(ConsentAnswer.NO_ANSWER, self._line.definition.recording.question)

    def _finish(self) -> None:
        self.finished = True
        self._done()
