"""A guided flow: say, ask, choose, confirm, branch, transfer, end; with reprompts, reading back, and the FAQ."""

import re

from ringfence.core.agent import faq
from ringfence.core.agent.answers import Answer, YesNo
from ringfence.core.agent.definition import GuidedDefinition, variables
from ringfence.core.agent.interpret import Value, interpret, is_empty, yes_no
from ringfence.core.agent.spoken import spoken
from ringfence.core.agent.steps import Ask, Branch, Choose, Confirm, End, Say, Step, TransferTo
from ringfence.core.agent.template import fill
from ringfence.core.call import Outcome
from ringfence.voice.dialogue.captured import Captured
from ringfence.voice.dialogue.events import EngineFailed, Heard, Thought, ToolReturned
from ringfence.voice.dialogue.line import Line
from ringfence.voice.dialogue.mind import Mind, sure_enough

SURE = 0.7  # below, what was heard is read back
HEARD = 0.3  # below, it is not even that
SURE_YES = 0.6

_NO = re.compile(r"^\W*(?:no|nope|wrong)\b[\s,.]*(?:i (?:said|meant?)\b|it's\b|its\b)?\s*", re.IGNORECASE)

Question = Ask | Choose | Confirm


class Guided(Mind):
    """Walks through the steps. At rest it waits at a question, perhaps with a value to be confirmed."""

    def __init__(self, line: Line, definition: GuidedDefinition) -> None:
        self._line = line
        self._definition = definition
        self._where = {step.id: i for i, step in enumerate(definition.steps)}
        self._answers = variables(definition)
        self._captured = Captured(line, self._answers)
        self._at = 0
        self._question: Question | None = None
        self._unsure: Value | None = None  # read back, and not confirmed yet
        self._tries = 0

    # -- what the machine asks ----------------------------------------------------------------------------------

    @property
    def expects(self) -> Answer | None:
        if self._question is None:
            return None
        return YesNo() if self._unsure is not None else self._question.answer_kind

    def begin(self) -> None:
        if self._definition.greeting:
            self._line.say(self._definition.greeting)
        self._go(0)

    def heard(self, heard: Heard) -> None:
        if self._question is None:
            return
        if self._unsure is not None:
            self._confirmed(self._question, heard)
        else:
            self._answered(self._question, heard)

    def misheard(self) -> None:
        self._again(self._definition.phrases.not_understood, Outcome.NOT_UNDERSTOOD)

    def silent(self) -> None:
        self._again(self._definition.phrases.not_heard, Outcome.NO_INPUT)

    def repeat(self) -> None:
        if self._question is None:
            self._go(self._at)
        elif self._unsure is not None:
            self._read_back(self._question, self._unsure)
        else:
            self._put(self._question)

    def event(self, event: Thought | ToolReturned | EngineFailed) -> None:
        if isinstance(event, EngineFailed) and event.engine == "transfer":
            self._line.say(self._definition.phrases.transfer_failed)
            step = self._definition.steps[self._at]
            if isinstance(step, TransferTo):
                self._follow(step.failed or step.next)
            else:
                self.repeat()

    def close(self) -> None:
        self._captured.close()

    # -- answers ------------------------------------------------------------------------------------------------

    def _answered(self, question: Question, heard: Heard) -> None:
        answer = question.answer_kind
        today = self._line.setup.today
        value = interpret(answer, heard.text, today)
        if value is None and heard.value is not None:
            value = interpret(answer, heard.value, today)
        if value is None:
            self._no_answer_in(question, heard)
        elif not sure_enough(heard, SURE_YES if isinstance(value, bool) else HEARD):
            self.misheard()
        elif self._wants_reading_back(question, heard) and not isinstance(value, bool):
            self._unsure = value
            self._read_back(question, value)
        else:
            self._accept(question, value)

    def _no_answer_in(self, question: Question, heard: Heard) -> None:
        if isinstance(question, Ask) and question.optional and is_empty(heard.text):
            if question.save:
                self._captured.empty(question.save)
            self._follow(question.next)
        elif (entry := faq.find(self._definition.faq, heard.text)) and sure_enough(heard, HEARD):
            self._line.say(self._fill(entry.answer))
            self._put(question)
        else:
            self.misheard()

    @staticmethod
    def _wants_reading_back(question: Question, heard: Heard) -> bool:
        wish = question.read_back if isinstance(question, Ask) else "when_unsure"
        return wish == "always" or (wish == "when_unsure" and not sure_enough(heard, SURE))

    def _read_back(self, question: Question, value: Value) -> None:
        said = spoken(question.answer_kind, value, self._line.setup.today)
        self._line.say(f"I understood {said}. Is that right?")
        self._line.listen(YesNo())

    def _confirmed(self, question: Question, heard: Heard) -> None:
        verdict = yes_no(heard.text)
        if verdict is not None and not sure_enough(heard, SURE_YES):
            verdict = None
        if verdict is True and self._unsure is not None:
            self._accept(question, self._unsure)
            return
        value = interpret(question.answer_kind, _NO.sub("", heard.text), self._line.setup.today)
        if value is not None and value != self._unsure and sure_enough(heard, HEARD):
            self._unsure = value  # "no, Wednesday"
            self._read_back(question, value)
        elif verdict is False:
            self._unsure = None
            self._again("", Outcome.NOT_UNDERSTOOD)
        else:
            self.misheard()

    def _accept(self, question: Question, value: Value) -> None:
        target = question.next
        if isinstance(question, Confirm):
            target = question.no if value is False else question.yes or question.next
        elif isinstance(question, Choose):
            target = next((o.next for o in question.options if o.value == value and o.next), question.next)
        if question.saves:
            self._captured.give(question.saves, value)
        self._follow(target)

    def _again(self, lead: str, outcome: Outcome) -> None:
        """Put the question once more, or give it up."""
        question = self._question
        if question is None:
            self.repeat()
            return
        self._tries += 1
        if self._tries > self._definition.turns.reprompts:
            if question.no_answer:
                self._go(self._where[question.no_answer])
            else:
                self._line.end(self._definition.phrases.give_up, outcome)
            return
        if self._unsure is not None:
            self._line.say(lead)
            self._read_back(question, self._unsure)
        else:
            self._put(question, f"{lead} {question.reprompt or self._text(question)}")

    # -- steps --------------------------------------------------------------------------------------------------

    def _follow(self, target: str | None) -> None:
        self._go(self._where[target] if target else self._at + 1)

    def _go(self, index: int) -> None:
        """Walk from step `index` to the next question, transfer or end. The check refused silent circles."""
        self._question, self._unsure, self._tries = None, None, 0
        while index < len(self._definition.steps):
            self._at = index
            following = self._take(self._definition.steps[index])
            if following is None:
                return
            index = following
        self._line.end(self._definition.phrases.goodbye, Outcome.FINISHED)

    def _take(self, step: Step) -> int | None:
        """Do one step; the index of the following one, or None to wait."""
        match step:
            case Ask() | Choose() | Confirm():
                self._question = step
                self._put(step)
                return None
            case Say():
                self._line.say(self._fill(step.say))
            case TransferTo():
                text = step.say or "I will connect you now. Please stay on the line."
                self._line.hand_over(self._definition.transfers[step.transfer], self._fill(text))
                return None
            case End():
                self._line.end(self._fill(step.end), Outcome.FINISHED)
                return None
            case Branch():
                target = step.when.get(self._captured.key(step.branch), step.otherwise or step.next)
                return self._where[target] if target else self._at + 1
        return self._where[step.next] if step.next else self._at + 1

    def _put(self, question: Question, text: str | None = None) -> None:
        self._line.say(self._fill(text or self._text(question)))
        self._line.listen(question.answer_kind)

    @staticmethod
    def _text(question: Question) -> str:
        match question:
            case Ask():
                return question.ask
            case Choose():
                return question.choose
            case Confirm():
                return question.confirm

    def _fill(self, text: str) -> str:
        return fill(text, self._captured.spoken())
