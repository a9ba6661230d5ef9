"""An agent's definition as frozen values. `definition.parse` is the way in, and checks what a shape cannot say."""

from typing import Annotated, Literal

from pydantic import Field

from ringfence.core.agent.answers import Answer
from ringfence.core.agent.steps import Closed, Faq, Spoken, Step, StepId, VariableName

OFFLINE = "offline"

EngineName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,59}$")]
ShortText = Annotated[str, Field(min_length=1, max_length=300)]


class Disclosure(Closed):
    """What is said before all else. The words may be changed, the fact may not: `ai` has to say that it is a
    machine, `recorded` that the call is recorded, `transcribed` that its words are kept.
    """

    ai: ShortText = "Hello. You are speaking with an automated assistant, not a person."
    recorded: ShortText = "This call is recorded and written down."
    transcribed: ShortText = "What is said in this call is written down."


class Recording(Closed):
    """`ask`: recorded only after a spoken yes. `notice`: recorded after it was said. `off`: not recorded."""

    enabled: bool = True
    consent: Literal["ask", "notice", "off"] = "ask"
    question: ShortText = "May we record this call? Please say yes or no."
    if_no: Literal["continue", "end"] = "continue"


class Turns(Closed):
    """How turns are taken. Seconds.

    `end_silence_s` ends the caller's turn; `no_input_s` is how long an answer may take before it is asked again,
    `reprompts` how often; `hold_s` how long "hold on" keeps us quiet; `digit_s` the pause that ends keyed digits.
    """

    end_silence_s: float = Field(default=0.7, ge=0.2, le=3.0)
    barge_in: bool = True
    no_input_s: float = Field(default=7.0, ge=2.0, le=60.0)
    reprompts: int = Field(default=2, ge=0, le=5)
    max_duration_s: float = Field(default=900.0, ge=30.0, le=7200.0)
    hold_s: float = Field(default=60.0, ge=5.0, le=600.0)
    digit_s: float = Field(default=3.0, ge=1.0, le=10.0)


class Phrases(Closed):
    """What the agent says when something does not go by the flow."""

    not_heard: ShortText = "I did not hear anything."
    not_understood: ShortText = "I did not understand that."
    give_up: ShortText = "I am sorry that we could not finish this. Goodbye."
    goodbye: ShortText = "Thank you for calling. Goodbye."
    hold: ShortText = "Of course, take your time."
    still_there: ShortText = "Are you still there?"
    time_warning: ShortText = "We have one minute left for this call."
    time_over: ShortText = "Our time is up. Thank you, and goodbye."
    trouble: ShortText = "Sorry, I have some trouble on my side. Could you say that again?"
    trouble_person: ShortText = "Sorry, I have some trouble on my side. I will connect you with a person."
    transfer_failed: ShortText = "I could not reach anyone just now."
    consent_no: ShortText = "All right, this call is not recorded."


class Voicemail(Closed):
    """What an outgoing call does when a machine picks up."""

    do: Literal["hang_up", "leave_message"] = "hang_up"
    message: ShortText | None = None


class Engines(Closed):
    """Names of the account's engines. `offline` is what the platform brings along; it has no language model."""

    stt: EngineName = OFFLINE
    tts: EngineName = OFFLINE
    llm: EngineName | None = None


class Argument(Closed):
    """One argument of a tool, with the type it is checked against."""

    type: Literal["string", "integer", "number", "boolean"] = "string"
    description: Annotated[str, Field(max_length=300)] = ""
    required: bool = True
    choices: tuple[str, ...] = Field(default=(), max_length=40)


class Tool(Closed):
    """An HTTP tool that the model may use. Arguments travel as a JSON body, or in the query for `get`."""

    name: VariableName
    description: ShortText
    url: Annotated[str, Field(pattern=r"^https?://[^\s{}]+$", max_length=500)]
    method: Literal["get", "post"] = "post"
    arguments: dict[VariableName, Argument] = Field(default={}, max_length=20)
    timeout_s: float = Field(default=5.0, ge=0.5, le=20.0)
    say_before: ShortText | None = None


class Capture(Closed):
    """A variable that the model fills in during the call."""

    answer: Answer
    description: Annotated[str, Field(max_length=300)] = ""


class _Definition(Closed):
    name: Annotated[str, Field(min_length=1, max_length=80)]
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en-US"
    voice: Annotated[str, Field(max_length=60)] | None = None
    disclosure: Disclosure = Disclosure()
    recording: Recording = Recording()
    turns: Turns = Turns()
    phrases: Phrases = Phrases()
    voicemail: Voicemail = Voicemail()
    engines: Engines = Engines()
    transfers: dict[StepId, str] = Field(default={}, max_length=20)
    person: StepId | None = None  # the transfer for "a person, please"
    faq: tuple[Faq, ...] = Field(default=(), max_length=50)


class GuidedDefinition(_Definition):
    """A flow of steps with typed answers."""

    kind: Literal["guided"]
    greeting: Spoken | None = None
    steps: tuple[Step, ...] = Field(min_length=1, max_length=200)


class LlmDefinition(_Definition):
    """Instructions for a language model, its tools, and what it is to find out."""

    kind: Literal["llm"]
    first_message: Spoken
    instructions: Annotated[str, Field(min_length=1, max_length=20_000)]
    tools: tuple[Tool, ...] = Field(default=(), max_length=20)
    variables: dict[VariableName, Capture] = Field(default={}, max_length=40)
    temperature: float = Field(default=0.4, ge=0.0, le=2.0)


AgentDefinition = GuidedDefinition | LlmDefinition
MODELS: dict[str, type[GuidedDefinition] | type[LlmDefinition]] = {
    "guided": GuidedDefinition,
    "llm": LlmDefinition,
}
