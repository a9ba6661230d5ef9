"""Agents and their drafts."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.errors import BadPeriods, NoSuchAgent, SlugTaken
from ringfence.apps.agents.models import Agent
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.core.clock import Clock
from ringfence.core.errors import BadInput
from ringfence.core.ids import new_id
from ringfence.policy import AgentPeriods, Part, Plan, days
from ringfence.policy.values import LONGEST_DAYS

LONGEST_SOURCE = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFacts:
    """An agent as it stands. `live_version` of None: nothing is published, and no call can reach it."""

    id: UUID
    slug: str
    name: str
    draft: str
    live_version: int | None
    periods: AgentPeriods
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


def create_agent(account_id: UUID, *, slug: str, name: str, draft: str, clock: Clock) -> UUID:
    """Make an agent with a draft, which may be unfinished. Raises `SlugTaken`, BadInput for a slug that is none."""
    try:
        validate_slug(slug)
    except ValidationError:
        raise BadInput("An agent's short name has letters, digits, hyphens and underscores.") from None
    agent_id, now = new_id(clock), clock.now()
    try:
        with tenant(account_id):
            Agent.objects.create(
                id=agent_id,
                account_id=account_id,
                slug=slug,
                name=name,
                draft=_source(draft),
                created_at=now,
                updated_at=now,
            )
            record(account_id, Act.AGENT_MADE, Thing("agent", str(agent_id)))
    except IntegrityError:
        raise SlugTaken(f"There is an agent {slug!r} already. Choose another name.") from None
    return agent_id


def save_draft(account_id: UUID, agent_id: UUID, draft: str, clock: Clock) -> None:
    """Keep a draft as it is, errors and all. Raises `NoSuchAgent`."""
    _change(account_id, agent_id, Act.DRAFT_SAVED, draft=_source(draft), updated_at=clock.now())


def agent(account_id: UUID, agent_id: UUID) -> AgentFacts:
    """One agent. Raises `NoSuchAgent`."""
    with tenant(account_id):
        row = Agent.objects.filter(account_id=account_id, id=agent_id).first()
    if row is None:
        raise NoSuchAgent("There is no such agent.")
    return _facts(row)


def agent_by_slug(account_id: UUID, slug: str) -> AgentFacts:
    """One agent by its short name. Raises `NoSuchAgent`."""
    with tenant(account_id):
        row = Agent.objects.filter(account_id=account_id, slug=slug).first()
    if row is None:
        raise NoSuchAgent("There is no such agent.")
    return _facts(row)


def agents(account_id: UUID, *, archived: bool = False) -> tuple[AgentFacts, ...]:
    """The account's agents by name; those put away, if asked for."""
    with tenant(account_id):
        rows = list(
            Agent.objects.filter(account_id=account_id, archived_at__isnull=not archived).order_by(
                "name", "id"
            )
        )
    return tuple(_facts(row) for row in rows)


def archive(account_id: UUID, agent_id: UUID, clock: Clock) -> None:
    """Put an agent away: its calls stay, new ones do not reach it. Raises `NoSuchAgent`."""
    _change(account_id, agent_id, Act.AGENT_PUT_AWAY, archived_at=clock.now())


def restore(account_id: UUID, agent_id: UUID) -> None:
    """Take an agent out again. Raises `NoSuchAgent`."""
    _change(account_id, agent_id, Act.AGENT_RESTORED, archived_at=None)


def set_periods(account_id: UUID, agent_id: UUID, periods: AgentPeriods, plan: Plan) -> None:
    """Shorten what is kept of this agent's later calls. Raises `NoSuchAgent`, `BadPeriods`.

    The call log holds the call together: it cannot be shorter than a part, nor kept for no day at all.
    """
    for part in Part:
        chosen, longest = periods.of(part), days(part, plan)
        if chosen is not None and longest is not None and chosen > longest:
            raise BadPeriods(f"The {plan.value.capitalize()} plan keeps this for {longest} days at most.")
        if chosen is not None and chosen > LONGEST_DAYS:
            raise BadPeriods(
                f"A period has {LONGEST_DAYS} days at most. Leave it out for as long as the plan keeps it."
            )
    kept = {part: days(part, plan, periods) for part in Part}
    log = kept.pop(Part.LOG)
    if log == 0:
        raise BadPeriods("A call log is kept for a day at least.")
    if log is not None and any(period is None or period > log for period in kept.values()):
        raise BadPeriods("A recording or a transcript cannot be kept longer than the call log it belongs to.")
    _change(
        account_id,
        agent_id,
        Act.PERIODS_SET,
        keep_recording_days=periods.recording,
        keep_transcript_days=periods.transcript,
        keep_log_days=periods.log,
    )


def periods_of(row: Agent) -> AgentPeriods:
    """What the agent's owner chose."""
    return AgentPeriods(
        recording=row.keep_recording_days, transcript=row.keep_transcript_days, log=row.keep_log_days
    )


def _change(account_id: UUID, agent_id: UUID, act: Act, **values: str | int | datetime | None) -> None:
    with tenant(account_id):
        changed = Agent.objects.filter(account_id=account_id, id=agent_id).update(**values)
        if changed:
            record(account_id, act, Thing("agent", str(agent_id)))
    if not changed:
        raise NoSuchAgent("There is no such agent.")


def _source(draft: str) -> str:
    if len(draft) > LONGEST_SOURCE or "\x00" in draft:
        raise BadInput(f"A definition is text of up to {LONGEST_SOURCE} characters.")
    return draft


def _facts(row: Agent) -> AgentFacts:
    return AgentFacts(
        id=row.id,
        slug=row.slug,
        name=row.name,
        draft=row.draft,
        live_version=row.live_version,
        periods=periods_of(row),
        created_at=row.created_at,
        updated_at=row.updated_at,
        archived_at=row.archived_at,
    )
