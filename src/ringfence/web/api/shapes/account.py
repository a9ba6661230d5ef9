"""Plan, invoices and use of an account."""

from datetime import date, datetime
from uuid import UUID

from ringfence.apps.accounts.models import Role, Scope
from ringfence.core.call import Direction
from ringfence.policy import Plan
from ringfence.web.api.shapes.base import Shape


class NextPlan(Shape):
    plan: Plan
    begins_at: datetime
    calls_shown: int | None


class Standing(Shape):
    """`following` while rows are still being brought to a plan that changed."""

    plan: Plan
    next: NextPlan | None
    following: bool
    cancelled_at: datetime | None
    erased_after: datetime | None


class Preview(Shape):
    plan: Plan
    begins_at: datetime
    destroys_calls: int
    shortens_calls: int
    oldest_destroyed_ended_at: datetime | None


class Invoice(Shape):
    """Amounts as decimal strings; null where nothing is charged here."""

    id: UUID
    number: str
    plan: Plan
    first_day: date
    last_day: date
    calls: int
    seconds: float
    currency: str | None
    net: str | None
    tax: str | None
    total: str | None
    issued_at: datetime
    kept_until: datetime


class UsedDay(Shape):
    day: date
    calls: int
    seconds: float


class UsedAgent(UsedDay):
    agent_id: UUID
    agent: str
    direction: Direction


class MadeAgents(Shape):
    day: date
    agents: int


class UsedFeature(Shape):
    day: date
    feature: str
    count: int


class Usage(Shape):
    first_day: date
    last_day: date
    totals: list[UsedDay]
    calls: list[UsedAgent]
    agents_made: list[MadeAgents]
    features: list[UsedFeature]


class Key(Shape):
    """A key of the API, without its secret. `begins` is how it begins; `made_by` the member whose role bounds it."""

    id: UUID
    name: str
    begins: str
    role: Role
    scope: Scope
    made_by: UUID | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None
