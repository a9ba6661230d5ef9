"""A call as values: what admission hands to the voice, and what the voice hands over at the end.

All times within a call are seconds since the call was answered; all moments are UTC.
Everything that carries a person's words, number or answers is marked with `Personal`.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from ringfence.core.personal import Category, Personal


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Channel(StrEnum):
    """How a call arrives; one folder each under `voice/telephony`."""

    TWILIO = "twilio"
    WEB = "web"
    LOOPBACK = "loopback"


class Status(StrEnum):
    """Where a call stands. `INTERRUPTED`: our part of it died, and what there is was kept."""

    RINGING = "ringing"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Outcome(StrEnum):
    """What came of a call."""

    FINISHED = "finished"  # the flow or the agent came to its end
    CALLER_HUNG_UP = "caller_hung_up"
    TRANSFERRED = "transferred"
    NO_INPUT = "no_input"
    NOT_UNDERSTOOD = "not_understood"
    VOICEMAIL = "voicemail"
    TIME_LIMIT = "time_limit"
    OPTED_OUT = "opted_out"
    NO_ANSWER = "no_answer"
    INTERRUPTED = "interrupted"
    FAILED = "failed"


class Speaker(StrEnum):
    CALLER = "caller"
    AGENT = "agent"


class ConsentAnswer(StrEnum):
    NOT_ASKED = "not_asked"
    YES = "yes"
    NO = "no"
    NO_ANSWER = "no_answer"  # treated as "no"


class Given(StrEnum):
    """Whether a variable was captured: `EMPTY` means asked and answered with nothing ("none", "no middle name")."""

    GIVEN = "given"
    EMPTY = "empty"
    NOT_GIVEN = "not_given"


@dataclass(frozen=True, slots=True)
class Holder:
    """The member who talks from a browser, and the session in which they opened the call."""

    member_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSetup:
    """What a call needs to begin, fixed for its whole life. `definition` is the agent version's YAML source."""

    call_id: UUID
    account_id: UUID
    agent_id: UUID
    agent_slug: str
    agent_version: int
    definition: str
    direction: Direction
    channel: Channel
    plan: str
    policy_version: str
    from_number: Annotated[str | None, Personal(Category.CALL)] = None
    to_number: Annotated[str | None, Personal(Category.CALL)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one side said. For the agent, only what was really heard: `interrupted` if the caller cut in."""

    speaker: Speaker
    text: Annotated[str, Personal(Category.CALL)]
    start_s: float
    end_s: float
    interrupted: bool = False
    confidence: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnTiming:
    """One answer of the agent, taken apart. Milliseconds; `None` where the part had no share.

    `response_ms` runs from the end of the caller's speech to the agent's first audio on the wire and
    contains `wait_ms`, the end-of-turn silence that the agent's settings ask for.
    """

    at_s: float
    response_ms: float
    wait_ms: float
    stt_ms: float | None = None
    llm_ms: float | None = None
    tts_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosure:
    """What the caller was told before anything was captured [EU AI Act, Article 50(1)]."""

    ai: bool
    recorded: bool
    said_at_s: float | None
    script_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The answer to the recording question. `script_sha256` is of the exact words that were played."""

    answer: ConsentAnswer
    at_s: float | None = None
    script_sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Variable:
    """One captured value in its JSON form; `value` is None unless `given` is GIVEN."""

    name: str
    type: str
    given: Given
    value: Annotated[str | int | float | bool | None, Personal(Category.CALL)] = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RightAsked:
    """A right that the person claimed aloud or by key, and when. What can be done in the call was done by then;
    `delete_data` is also a request that outlives the call [GDPR, Articles 17 and 21].
    """

    right: Literal["stop_calling", "dont_record", "delete_data", "is_it_a_machine", "person"]
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something that went wrong and was survived: a code from the engine's or wire's own list, no content."""

    code: str
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallResult:
    """A call that ended, as the voice saw it.

    `words_kept` is False when the person said no to being recorded: then `turns` is empty, and so is the value
    of every variable of type text. `costs` counts units ("llm_input_tokens", "tts_characters", "stt_seconds", …).
    """

    call_id: UUID
    account_id: UUID
    status: Status
    outcome: Outcome
    answered_at: datetime
    ended_at: datetime
    duration_s: float
    disclosure: Disclosure
    consent: Consent
    words_kept: bool
    recording_kept: bool
    turns: tuple[Turn, ...] = ()
    variables: tuple[Variable, ...] = ()
    timings: tuple[TurnTiming, ...] = ()
    problems: tuple[Problem, ...] = ()
    rights: tuple[RightAsked, ...] = ()
    costs: dict[str, float] = field(default_factory=dict)
