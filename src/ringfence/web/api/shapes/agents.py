"""Agents, their versions and periods, and the numbers that they answer."""

from datetime import datetime
from uuid import UUID

from ringfence.web.api.shapes.base import Shape


class AgentLine(Shape):
    id: UUID
    slug: str
    name: str
    live_version: int | None
    updated_at: datetime


class DefinitionProblem(Shape):
    line: int
    column: int
    reason: str


class Agent(AgentLine):
    """With its draft as YAML, what is wrong in it, and what it needs an engine for."""

    definition: str
    problems: list[DefinitionProblem]
    needs: list[str]


class VersionNumber(Shape):
    number: int


class VersionLine(VersionNumber):
    published_at: datetime


class Version(VersionNumber):
    definition: str


class Periods(Shape):
    """Days; null as the plan says, 0 for never written."""

    recording: int | None
    transcript: int | None
    log: int | None


class Number(Shape):
    id: UUID
    connection_id: UUID
    number: str
    label: str
    agent_id: UUID | None
