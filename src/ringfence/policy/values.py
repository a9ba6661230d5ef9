"""The policy as values. What is decided from them is in `decide`."""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ringfence.core.personal import Category

LONGEST_YEARS: Final = 1000  # what is to last longer has no limit; a moment has to be in the calendar
LONGEST_DAYS: Final = 365 * LONGEST_YEARS


class Part(StrEnum):
    """What a call leaves; each part has a period of its own."""

    LOG = "log"
    RECORDING = "recording"
    TRANSCRIPT = "transcript"  # with summary and variables


class Plan(StrEnum):
    STARTER = "starter"
    GROWTH = "growth"
    ENTERPRISE = "enterprise"


class KeptLine(StrEnum):
    """What has a period of its own and is no part of a call. The platform asks for each by this name."""

    AUDIT = "audit"
    ACCOUNT = "account"
    CONTACT = "contact"
    BILLING = "billing"
    USAGE = "usage"
    COMPLIANCE = "compliance"
    RECEIPTS = "receipts"
    BACKUPS = "backups"
    OPERATOR = "operator"


class Use(StrEnum):
    """Whether a purpose may use a category, as the policy says it. Who decides about conditions comes with them."""

    YES = "yes"
    NO = "no"
    ANONYMISED = "anonymised"
    AS_REQUIRED = "as_required"
    WITH_PERMISSION = "with_permission"


class Basis(StrEnum):
    """The lawful bases that the platform's own activities stand on (GDPR 6(1)(b), (c) and (f))."""

    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTERESTS = "legitimate_interests"


class Acting(StrEnum):
    """For whom the operator acts in an activity (GDPR 4(7), 4(8))."""

    CONTROLLER = "controller"
    PROCESSOR = "processor"


class SameSite(StrEnum):
    LAX = "Lax"
    STRICT = "Strict"


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

    Both empty where the operator's own rule holds. The period begins with the event that `after` names; `beyond` names
    another line whose period passes first. `promised` are the plans that are offered it; others get it all the same.
    """

    id: str
    promise: str
    text: str
    after: str
    days: MappingProxyType[Plan, int | None]
    years: int | None
    years_under_hipaa: int | None
    beyond: str | None
    promised: frozenset[Plan]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie:
    name: str
    promise: str
    text: str
    days: int
    http_only: bool
    same_site: SameSite


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """A processing activity, as the records of GDPR 30 want it. `balance` weighs legitimate interests (6(1)(f))."""

    id: str
    text: str
    purpose: str
    categories: tuple[Category, ...]
    acting: Acting
    basis: Basis
    ground: str
    balance: str | None
    subjects: str
    recipients: str
    transfers: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """What the walls must be at least: the oldest TLS version, and the length of the keys at rest, in bits."""

    tls: str
    cipher: str
    bits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The whole file. `version` is the first 16 hexadecimal digits of its SHA-256. A category has the promise that says
    what it is; promises are texts with the numbers that they quote filled in.
    """

    version: str
    publisher: str
    privacy_address: str | None
    plans: MappingProxyType[Plan, str]
    categories: MappingProxyType[Category, str]
    purposes: tuple[Purpose, ...]
    retention: MappingProxyType[Part, Retention]
    kept: tuple[Kept, ...]
    cookies: tuple[Cookie, ...]
    activities: tuple[Activity, ...]
    guard: Guard
    promises: MappingProxyType[str, str]
