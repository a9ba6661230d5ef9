"""Support requests, what was said, and what staff asked for."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from ringfence.web.api.shapes.base import Shape


class SupportLine(Shape):
    id: UUID
    subject: str
    agent_id: UUID | None
    calls: list[UUID]
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None


class SupportMessage(Shape):
    by: Literal["member", "api_key", "staff"]
    by_id: UUID
    at: datetime
    text: str


class SupportApproval(Shape):
    """What a named person of the operator's asked for, and how that stands."""

    id: UUID
    person_id: UUID
    opens: Literal["call", "agent"]
    call_id: UUID | None
    agent_id: UUID | None
    since: datetime | None
    until: datetime | None
    reason: str
    hours: int
    state: Literal["pending", "lapsed", "refused", "in_force", "ended", "withdrawn"]
    asked_at: datetime
    decided_at: datetime | None
    ends_at: datetime | None
    withdrawn_at: datetime | None


class SupportRequest(SupportLine):
    messages: list[SupportMessage]
    approvals: list[SupportApproval]
