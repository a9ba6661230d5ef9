"""The trail for pages and the API alike: what an account's plan lets it see, its filters, and ids made into names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from ringfence.apps.accounts.accounts import account
from ringfence.apps.accounts.apikeys import keys
from ringfence.apps.accounts.members import members
from ringfence.apps.agents.agents import agents
from ringfence.apps.audit.acting import ActorKind
from ringfence.apps.audit.acts import FACTS, Act
from ringfence.apps.audit.buckets import KEPT
from ringfence.apps.staff.people import Person, everybody
from ringfence.apps.support.requests import met
from ringfence.core.errors import BadInput, NotAllowed
from ringfence.lifecycle.audit.trail import TrailEvent, TrailFilters
from ringfence.policy import Plan, load

_DAY: Final = timedelta(days=1)
PLATFORM: Final = "The platform"
OPERATOR: Final = "The operator, at the command line"


def promised(plan: Plan) -> bool:
    """Whether the policy promises this plan its audit log. What the operator's side did is shown on every plan."""
    return plan in next(line.promised for line in load().kept if line.id == KEPT)


def plan_of(account_id: UUID) -> Plan:
    return account(account_id).plan


def demand_promise(plan: Plan) -> None:
    """Raise NotAllowed unless the plan has its audit log."""
    if not promised(plan):
        raise NotAllowed(
            "The audit log belongs to the Growth and Enterprise plans. What the operator's side did is shown on every plan."
        )


def read_filters(query: Mapping[str, str], plan: Plan) -> tuple[TrailFilters, dict[str, str]]:
    """The filters of an address, and what is wrong with those that could not be used, by field."""
    wrong: dict[str, str] = {}
    texts = {name: (query.get(name) or "").strip() for name in ("who", "act", "object", "since", "until")}
    filters = TrailFilters(
        actor=_actor(texts["who"], wrong), act=_act(texts["act"], wrong), thing=texts["object"][:60] or None,
        since=_day(texts, "since", wrong), until=_day(texts, "until", wrong, after=_DAY), staff_only=not promised(plan),
    )  # fmt: skip
    return filters, wrong


def read_cursor(text: str | None) -> UUID | None:
    """Where a page goes on. Raises BadInput."""
    try:
        return UUID(text) if text else None
    except ValueError:
        raise BadInput("This is no place in the audit log. Begin with the newest page.") from None


@dataclass(frozen=True, slots=True)
class Names:
    """Ids of an account and what people call them. What is gone keeps its id."""

    people: Mapping[str, str]
    things: Mapping[str, str]

    @classmethod
    def of(cls, account_id: UUID) -> "Names":
        people = {f"member:{each.user_id}": each.name or each.email for each in members(account_id)}
        named = {f"api_key:{each.id}": f"API key “{each.name}”" for each in keys(account_id)}
        people |= {f"staff:{each.id}": f"{each.called}, of the operator" for each in _staff_of(account_id)}
        things = {str(each.id): each.name for each in agents(account_id)}
        things |= {key.partition(":")[2]: name for key, name in (people | named).items()}
        return cls(people | named, things)

    def who(self, event: TrailEvent) -> str:
        if event.actor_kind is None:
            return "Not readable"
        if event.actor_kind == ActorKind.SYSTEM:
            return PLATFORM
        if event.actor_kind == ActorKind.OPERATOR:
            return OPERATOR
        known = self.people.get(f"{event.actor_kind}:{event.actor_id}")
        return known or f"{_FORMER.get(event.actor_kind, 'Somebody')} {str(event.actor_id)[-8:]}"


def _staff_of(account_id: UUID) -> list[Person]:
    """Those of the operator's who had to do with this account; of nobody else does it learn a name."""
    here = met(account_id)
    return [each for each in everybody() if each.id in here] if here else []


def words(event: TrailEvent) -> str:
    """What was done, as it follows a name."""
    return "left an event that was changed since" if event.act is None else FACTS[event.act].words


def all_acts() -> list[tuple[str, str]]:
    """Every act with its words, for choosing one."""
    return sorted(((act.value, FACTS[act].words.capitalize()) for act in Act), key=lambda each: each[1])


_FORMER: Final = {"member": "Former member", "api_key": "Former API key", "staff": "Person of the operator"}


def _actor(text: str, wrong: dict[str, str]) -> tuple[ActorKind, UUID | None] | None:
    if not text:
        return None
    kind, _, identity = text.partition(":")
    try:
        return ActorKind(kind), UUID(identity) if identity else None
    except ValueError:
        wrong["who"] = "Choose somebody of the list."
        return None


def _act(text: str, wrong: dict[str, str]) -> Act | None:
    try:
        return Act(text) if text else None
    except ValueError:
        wrong["act"] = "Choose one of the acts."
        return None


def _day(
    texts: Mapping[str, str], name: str, wrong: dict[str, str], after: timedelta = timedelta()
) -> datetime | None:
    if not texts[name]:
        return None
    try:
        return datetime.strptime(texts[name], "%Y-%m-%d").replace(tzinfo=UTC) + after
    except (ValueError, OverflowError):
        wrong[name] = "Write a day as 2026-11-23."
        return None
