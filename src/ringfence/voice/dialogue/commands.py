"""What a conversation can ask of the world around it. Closed: thirteen kinds.

The runtime carries commands out in the order given. Nothing here is a promise that it worked:
what came of it returns as an event.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from ringfence.core.agent.answers import Answer
from ringfence.core.call import Consent, Disclosure, Problem, RightAsked, Turn, Variable
from ringfence.core.personal import Category, Personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Speak `text`. Utterances queue behind one another; `more` says that the same utterance goes on in the
    next `Say` of that number (streamed sentences), whose text follows without a gap; a last piece may be empty.
    Its progress comes back as `Played`, in characters of all its pieces together.
    """

    utterance: int
    text: Annotated[str, Personal(Category.CALL)]
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StopSpeaking:
    """Silence within 200 ms, and forget everything queued. Each utterance cut off gets a `Played(done=True)`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Recognise what the caller says from here on, expecting `answer`; replaces the `Listen` before it.

    `answer` of None asks for free speech. `end_silence_s` is the silence that ends a turn.
    """

    answer: Answer | None
    end_silence_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StopListening:
    """Throw away what was heard since `Listen`, and recognise nothing until the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Think:
    """Ask the model. `messages` are in the chat form {"role", "content", …}; `tools` in JSON-schema form."""

    request: int
    messages: Annotated[tuple[dict[str, Any], ...], Personal(Category.CALL)]
    tools: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StopThinking:
    """Give up `Think` number `request`; pieces that still arrive are dropped."""

    request: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTool:
    """Call an HTTP tool of the agent's definition, by name."""

    request: int
    name: str
    arguments: Annotated[dict[str, Any], Personal(Category.CALL)] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTimer:
    """Fire `TimerFired(name)` at second `at`; replaces a timer of that name. `at` of None cancels it."""

    name: str
    at: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """From now on, may audio and words rest? Both start as no. Turning words to no also destroys what rests."""

    audio: bool
    words: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something for the call log. A later variable of a name, disclosure or consent replaces the one before it.

    Turns come only once words may rest; those from before consent follow it.
    """

    entry: Turn | Variable | Disclosure | Consent | Problem | RightAsked


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppress:
    """The person asked not to be called again: no further call to their number, from now."""

    cause: Literal["spoken", "key"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Hand the call to a number (E.164). A failure returns as `EngineFailed(engine="transfer")`."""

    number: Annotated[str, Personal(Category.CALL)]


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    """End the call; nothing is said after it. `outcome` is a `ringfence.core.call.Outcome` value."""

    outcome: str


Command = (
    Say
    | StopSpeaking
    | Listen
    | StopListening
    | Think
    | StopThinking
    | UseTool
    | SetTimer
    | Keep
    | Note
    | Suppress
    | Transfer
    | HangUp
)
