"""Calls."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from ringfence.core.call import Channel, ConsentAnswer, Direction, Given, Outcome, Speaker
from ringfence.policy import Plan
from ringfence.web.api.shapes.base import Available, NotThere, Shape

State = Literal["ringing", "in_progress", "completed", "interrupted", "failed", "being_erased"]


class AgentVersion(Shape):
    slug: str
    version: int


class CallLine(Shape):
    """A call as a line of the list. Numbers are masked where the key's role may not read calls."""

    id: UUID
    agent: AgentVersion
    direction: Direction
    channel: Channel
    from_: str | None = Field(alias="from")
    to: str | None
    status: State
    outcome: Outcome | None
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    recording: Available
    transcript: Available
    expires_at: datetime | None


class RecordingPart(Shape):
    available: Literal[True]
    duration_s: float
    bytes: int
    media_type: str
    expires_at: datetime | None


class Turn(Shape):
    """Seconds from the start of the call. Of the agent's turns only what was really heard; `interrupted` if the caller cut in."""

    speaker: Speaker
    text: str
    start_s: float
    end_s: float
    interrupted: bool
    confidence: float | None


class TranscriptPart(Shape):
    available: Literal[True]
    expires_at: datetime | None
    turns: list[Turn]


class SummaryPart(Shape):
    available: Literal[True]
    text: str


class Value(Shape):
    """`given` tells a value from an empty answer (`empty`) and from none (`not_given`)."""

    type: str
    given: Given
    value: str | float | bool | None


class VariablesPart(Shape):
    available: Literal[True]
    values: dict[str, Value]


class DisclosureSaid(Shape):
    """What the caller was told before anything was captured."""

    ai: bool
    recorded: bool
    said_at_s: float | None
    script_sha256: str


class ConsentGiven(Shape):
    answer: ConsentAnswer
    at_s: float | None
    script_sha256: str | None


class Timing(Shape):
    """One answer of the agent: milliseconds from the end of the caller's speech; `wait_ms` is what the agent's settings ask for."""

    at_s: float
    response_ms: float
    wait_ms: float
    stt_ms: float | None
    llm_ms: float | None
    tts_ms: float | None


class Trouble(Shape):
    """Something that went wrong and was survived."""

    code: str
    at_s: float


class Wish(Shape):
    """What a caller asked for about their data."""

    id: UUID
    kind: str
    channel: str
    state: str
    asked_at: datetime
    due_at: datetime


class Call(Shape):
    """A call, all of it. A part that is not available says why."""

    id: UUID
    agent: AgentVersion
    direction: Direction
    channel: Channel
    from_: str | None = Field(alias="from")
    to: str | None
    status: State
    outcome: Outcome | None
    started_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None
    duration_s: float | None
    recording: RecordingPart | NotThere
    transcript: TranscriptPart | NotThere
    summary: SummaryPart | NotThere
    variables: VariablesPart | NotThere
    disclosure: DisclosureSaid | None
    consent: ConsentGiven | None
    timings: list[Timing]
    costs: dict[str, float]
    problems: list[Trouble]
    plan: Plan
    policy_version: str
    expires_at: datetime | None
    requests: list[Wish] = Field(default_factory=list)


class Transcript(Shape):
    available: Literal[True]
    expires_at: datetime | None
    turns: list[Turn]
    summary: SummaryPart | NotThere
    variables: VariablesPart | NotThere
