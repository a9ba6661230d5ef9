"""What support is about, as closed lists and values."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

LAPSES_AFTER: Final = timedelta(hours=72)
LONGEST_HOURS: Final = 24
LONGEST_RANGE: Final = timedelta(days=31)
MOST_CALLS: Final = 50
LONGEST_TEXT: Final = 8_000
LONGEST_REASON: Final = 500
PURPOSE: Final = "support"


class Subject(StrEnum):
    CALL = "call"
    AGENT = "agent"
    NUMBER = "number"
    SIGN_IN = "sign_in"
    BILLING = "billing"
    PRIVACY = "privacy"
    OTHER = "other"


SUBJECTS: Final = {
    Subject.CALL: "A call went wrong",
    Subject.AGENT: "An agent does not do what it should",
    Subject.NUMBER: "Numbers and carriers",
    Subject.SIGN_IN: "Signing in, members, roles",
    Subject.BILLING: "Plan and billing",
    Subject.PRIVACY: "Privacy",
    Subject.OTHER: "Something else",
}


class Author(StrEnum):
    MEMBER = "member"
    API_KEY = "api_key"
    STAFF = "staff"


class Resource(StrEnum):
    """What one approval may open: one call, or the calls of one agent within a range."""

    CALL = "call"
    AGENT = "agent"


class Released(StrEnum):
    """A part of a call whose key an approval releases."""

    RECORDING = "recording"
    TRANSCRIPT = "transcript"


class State(StrEnum):
    PENDING = "pending"
    LAPSED = "lapsed"
    REFUSED = "refused"
    IN_FORCE = "in_force"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    author: Author
    author_id: UUID
    at: datetime
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What staff asks for, and how it stands. `marked` is whether the vault says that it was asked so."""

    id: UUID
    account_id: UUID
    request_id: UUID
    person_id: UUID
    resource: Resource
    call_id: UUID | None
    agent_id: UUID | None
    since: datetime | None
    until: datetime | None
    hours: int
    reason: str
    mark: bytes
    marked: bool
    asked_at: datetime
    lapses_at: datetime
    decided_by: UUID | None
    decided_at: datetime | None
    approved: bool | None
    ends_at: datetime | None
    withdrawn_by: str | None
    withdrawn_at: datetime | None
    ended_at: datetime | None

    def state(self, now: datetime) -> State:
        if self.approved is None:
            return State.PENDING if now < self.lapses_at and self.marked else State.LAPSED
        if not self.approved:
            return State.REFUSED
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        if self.ended_at is not None or self.ends_at is None or now >= self.ends_at:
            return State.ENDED
        return State.IN_FORCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    id: UUID
    account_id: UUID
    subject: Subject
    agent_id: UUID | None
    calls: tuple[UUID, ...]
    opened_by: str
    opened_at: datetime
    said_at: datetime
    closed_at: datetime | None
