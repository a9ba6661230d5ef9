"""What can happen to a conversation. Closed: eleven kinds, and no twelfth without a decision record.

Every event carries `at`: seconds since the call was answered, never less than the event's before it.
"""

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from ringfence.core.call import Speaker
from ringfence.core.personal import Category, Personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """The call was answered, and audio flows both ways."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStarted:
    """The caller began to speak."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechStopped:
    """The caller fell silent at `at`, and stayed so for `silence_s` until now."""

    at: float
    silence_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """The recogniser's word on what the caller said to the latest `Listen`, or a line typed by them.

    `text` is empty where nothing was understood. `value` is the grammar's typed reading, if it had one.
    """

    at: float
    text: Annotated[str, Personal(Category.CALL)]
    start_s: float
    end_s: float
    confidence: float
    typed: bool = False
    value: Annotated[str | None, Personal(Category.CALL)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """How much of utterance `utterance` the caller has really heard: its first `chars` characters.

    `done` once nothing of it remains to be played, whether it ended or was stopped. Sent at least then, and may
    be sent on the way; where an utterance waits for its next piece and has run dry, a word of that helps.
    """

    at: float
    utterance: int
    chars: int
    done: bool
    start_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Digit:
    """A key of the telephone: one of 0-9, *, #."""

    at: float
    digit: Annotated[str, Personal(Category.CALL)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Thought:
    """A piece of the model's answer to `Think` number `request`: words, a call of a tool, or the end."""

    at: float
    request: int
    text: Annotated[str, Personal(Category.CALL)] = ""
    tool: str | None = None
    arguments: Annotated[dict[str, Any], Personal(Category.CALL)] = field(default_factory=dict)
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolReturned:
    """What the tool of `UseTool` number `request` gave back, as text for the model; or why it failed."""

    at: float
    request: int
    result: Annotated[str, Personal(Category.CALL)]
    ok: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFailed:
    """An engine broke, stalled past its limit or answered nonsense. `code` says how; no content."""

    at: float
    engine: Literal["stt", "tts", "llm", "tool", "transfer"]
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerFired:
    """The timer set by `SetTimer` under this name ran out."""

    at: float
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp:
    """The line is gone: by the caller, or because the carrier or this process let go of it."""

    at: float
    by: Speaker | Literal["carrier", "platform"]


Event = (
    Started
    | SpeechStarted
    | SpeechStopped
    | Heard
    | Played
    | Digit
    | Thought
    | ToolReturned
    | EngineFailed
    | TimerFired
    | HungUp
)
