"""The steps of a guided flow. The verb that a step carries says which kind it is."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag

from ringfence.core.agent.answers import Answer, Choice, Option, YesNo
from ringfence.core.agent.template import NAME

StepId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
VariableName = Annotated[str, Field(pattern=f"^{NAME}$")]
Spoken = Annotated[str, Field(min_length=1, max_length=1000)]


class Closed(BaseModel):
    """A value that cannot change and knows all of its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class _Step(Closed):
    """`next` names the step that follows; without it, the one below does. After the last, the call ends."""

    id: StepId
    next: StepId | None = None

    @property
    def answer_kind(self) -> Answer | None:
        """The answer that this step waits for, if it waits."""
        return None

    @property
    def saves(self) -> str | None:
        """The variable that this step fills."""
        return None

    def texts(self) -> tuple[tuple[str, str], ...]:
        """Its spoken texts by key."""
        keys = ("say", "ask", "choose", "confirm", "reprompt", "end")
        pairs = ((key, getattr(self, key, None)) for key in keys)
        return tuple((key, text) for key, text in pairs if isinstance(text, str))


class Say(_Step):
    say: Spoken


class Ask(_Step):
    """Ask for one answer. `read_back` repeats it and asks whether it is right: `when_unsure` does so only for
    what was heard badly. With `optional`, "none" or "skip" is an answer (the variable is then empty).
    `no_answer` names the step to go to when the reprompts are used up; without it the call ends.
    """

    ask: Spoken
    answer: Answer
    save: VariableName | None = None
    optional: bool = False
    read_back: Annotated[str, Field(pattern="^(always|when_unsure|never)$")] = "when_unsure"
    reprompt: Spoken | None = None
    no_answer: StepId | None = None

    @property
    def answer_kind(self) -> Answer:
        return self.answer

    @property
    def saves(self) -> str | None:
        return self.save


class Way(Option):
    """An option that leads somewhere of its own."""

    next: StepId | None = None


class Choose(_Step):
    """A choice whose options lead to different steps."""

    choose: Spoken
    options: tuple[Way, ...] = Field(min_length=2, max_length=40)
    save: VariableName | None = None
    reprompt: Spoken | None = None
    no_answer: StepId | None = None

    @property
    def answer_kind(self) -> Choice:
        return Choice(options=tuple(Option(value=o.value, say=o.say) for o in self.options))

    @property
    def saves(self) -> str | None:
        return self.save


class Confirm(_Step):
    """A yes/no question about what was gathered; "no" leads to step `no`."""

    confirm: Spoken
    yes: StepId | None = None
    no: StepId
    reprompt: Spoken | None = None
    no_answer: StepId | None = None

    @property
    def answer_kind(self) -> YesNo:
        return YesNo()


class Branch(_Step):
    """Go on by a variable's value. `otherwise` also takes what is empty or was not given."""

    branch: VariableName
    when: dict[str, StepId] = Field(min_length=1, max_length=40)
    otherwise: StepId | None = None


class TransferTo(_Step):
    """Hand the call to one of the definition's `transfers`. `failed` is the step to go to if nobody takes it."""

    transfer: Annotated[str, Field(min_length=1, max_length=40)]
    say: Spoken | None = None
    failed: StepId | None = None


class End(_Step):
    """Say goodbye and hang up."""

    end: Spoken


VERBS: dict[str, type[_Step]] = {
    "choose": Choose,
    "ask": Ask,
    "confirm": Confirm,
    "branch": Branch,
    "transfer": TransferTo,
    "end": End,
    "say": Say,
}


def _verb(value: Any) -> str | None:
    if isinstance(value, _Step):
        return f"<{next(verb for verb, kind in VERBS.items() if type(value) is kind)}>"
    found = [verb for verb in VERBS if isinstance(value, dict) and verb in value]
    if found == ["transfer", "say"]:
        return "<transfer>"
    return f"<{found[0]}>" if len(found) == 1 else None


Step = Annotated[
    Annotated[Say, Tag("<say>")]
    | Annotated[Ask, Tag("<ask>")]
    | Annotated[Choose, Tag("<choose>")]
    | Annotated[Confirm, Tag("<confirm>")]
    | Annotated[Branch, Tag("<branch>")]
    | Annotated[TransferTo, Tag("<transfer>")]
    | Annotated[End, Tag("<end>")],
    Discriminator(
        _verb,
        custom_error_type="step_verb",
        custom_error_message="Needs exactly one of say, ask, choose, confirm, branch, transfer or end",
    ),
]


class Faq(Closed):
    """A question that may come at any time. `ask` lists ways of putting it; a few key words are enough."""

    topic: Annotated[str, Field(min_length=1, max_length=60)]
    ask: tuple[Annotated[str, Field(min_length=3, max_length=120)], ...] = Field(min_length=1, max_length=20)
    answer: Spoken
