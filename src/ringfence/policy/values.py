"""The policy as values."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from ringfence.core.errors import BadInput
from ringfence.core.personal import Category


class Part(StrEnum):
    """What a call leaves; each part has a period of its own."""

    LOG = "log"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"  # with summary and variables


class Plan(StrEnum):
    STARTER = "starter"
    GROWTH = "growth"
    ENTERPRISE = "enterprise"


class Use(StrEnum):
    """Whether a purpose may use a category, as the policy says it. Who decides about conditions comes with them."""

    YES = "yes"
    NO = "no"
    ANONYMISED = "anonymised"
    AS_REQUIRED = "as_required"
    WITH_PERMISSION = "with_permission"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPeriods:
    """Days that an agent's owner chose. None: as the plan says. 0: the part is never written."""

    recording: int | None = None
    transcript: int | None = None
    log: int | None = None

    def of(self, part: Part) -> int | None:
        days: int | None = getattr(self, part.value)
        return days


NO_PERIODS = AgentPeriods()


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    id: str
    promise: str
    text: str
    uses: MappingProxyType[Category, Use]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Days per plan from the end of the call in UTC; None is without limit."""

    part: Part
    promise: str
    text: str
    days: MappingProxyType[Plan, int | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A period of something that is not a call: `days` by plan (None: without limit), or the same `years` on every plan.

    Both empty where the operator's own rule holds. The period begins with the event that `after` names.
    """

    id: str
    promise: str
    text: str
    after: str
    days: MappingProxyType[Plan, int | None]
    years: int | None
    years_under_hipaa: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    name: str
    promise: str
    text: str
    days: int
    http_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole file. `version` is the first 16 hexadecimal digits of its SHA-256."""

    version: str
    publisher: str
    privacy_address: str | None
    plans: MappingProxyType[Plan, str]
    categories: MappingProxyType[Category, str]
    purposes: tuple[Purpose, ...]
    retention: MappingProxyType[Part, Retention]
    kept: tuple[Kept, ...]
    cookies: tuple[Cookie, ...]
    promises: MappingProxyType[str, str]

    def days(self, part: Part, plan: Plan, periods: AgentPeriods = NO_PERIODS) -> int | None:
        """For how many days a part is kept: the plan's period, shortened by the agent's and never lengthened.

        None is without limit; 0 means that the part must not be written.
        """
        longest = self.retention[part].days[plan]
        chosen = periods.of(part)
        if chosen is not None and chosen < 0:
            raise BadInput("A period is 0 days or more.")
        if longest is None:
            return chosen
        return longest if chosen is None else min(chosen, longest)

    def due(self, part: Part, plan: Plan, periods: AgentPeriods, ended_at: datetime) -> datetime | None:
        """The first moment at which the part must not be readable; None if there is none. A day is 24 hours of UTC."""
        if ended_at.tzinfo is None:
            raise BadInput("The end of a call is a moment with a time zone.")
        days = self.days(part, plan, periods)
        return None if days is None else ended_at.astimezone(UTC) + timedelta(days=days)
