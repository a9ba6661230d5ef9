"""What was published of an agent. A version is written once; calls name the one they were born under."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.agents import periods_of
from ringfence.apps.agents.errors import Archived, NoSuchAgent, NoSuchVersion, NotPublished
from ringfence.apps.agents.models import Agent, AgentVersion
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.recipients.register import register
from ringfence.core.agent.definition import DefinitionError, parse
from ringfence.core.agent.model import LlmDefinition
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.egress.errors import BadTarget
from ringfence.egress.recipients import Kind
from ringfence.egress.target import Target, target_of
from ringfence.policy import AgentPeriods


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    number: int
    published_at: datetime
    published_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentForCall:
    """All that a call fixes of its agent, for its whole life."""

    agent_id: UUID
    slug: str
    version: int
    definition: str
    periods: AgentPeriods


def publish(
    account_id: UUID,
    agent_id: UUID,
    *,
    definition: str,
    name: str,
    clock: Clock,
    published_by: UUID | None = None,
) -> int:
    """Make `definition` the version that answers calls, and say its number. The caller has parsed it: `name` is its name.

    What is live already is not published twice. Raises `NoSuchAgent`, `Archived`.
    """
    with tenant(account_id):
        agent = Agent.objects.select_for_update().filter(account_id=account_id, id=agent_id).first()
        if agent is None:
            raise NoSuchAgent("There is no such agent.")
        if agent.archived_at is not None:
            raise Archived("This agent was put away. Restore it before publishing.")
        latest = (
            AgentVersion.objects.filter(account_id=account_id, agent_id=agent_id).order_by("-number").first()
        )
        if latest is not None and latest.number == agent.live_version and latest.definition == definition:
            return latest.number
        number = latest.number + 1 if latest else 1
        AgentVersion.objects.create(
            id=new_id(clock),
            account_id=account_id,
            agent_id=agent_id,
            number=number,
            definition=definition,
            published_at=clock.now(),
            published_by=published_by,
        )
        Agent.objects.filter(account_id=account_id, id=agent_id).update(
            live_version=number, name=name, updated_at=clock.now()
        )
        record(account_id, Act.AGENT_PUBLISHED, Thing("agent", str(agent_id)))
        for target in _tools(definition):
            register(account_id, Kind.TOOL, target, clock)
    return number


def versions(account_id: UUID, agent_id: UUID) -> tuple[VersionFacts, ...]:
    """All published versions, newest first."""
    with tenant(account_id):
        rows = list(
            AgentVersion.objects.filter(account_id=account_id, agent_id=agent_id)
            .order_by("-number")
            .values_list("number", "published_at", "published_by")
        )
    return tuple(VersionFacts(number=number, published_at=at, published_by=by) for number, at, by in rows)


def definition_of(account_id: UUID, agent_id: UUID, number: int) -> str:
    """The YAML of one version. Raises `NoSuchVersion`."""
    with tenant(account_id):
        found = _version(account_id, agent_id, number)
    if found is None:
        raise NoSuchVersion("This agent has no such version.")
    return found.definition


def get_for_call(account_id: UUID, agent_id: UUID) -> AgentForCall:
    """The agent as a call that begins now will have it. Raises `NoSuchAgent`, `Archived`, `NotPublished`."""
    with tenant(account_id):
        agent = Agent.objects.filter(account_id=account_id, id=agent_id).first()
        if agent is None:
            raise NoSuchAgent("There is no such agent.")
        if agent.archived_at is not None:
            raise Archived("This agent was put away. Restore it, or choose another.")
        if agent.live_version is None:
            raise NotPublished("Nothing of this agent is published yet. Publish its draft first.")
        live = _version(account_id, agent_id, agent.live_version)
        if live is None:
            raise NotPublished(
                "What this agent should answer with is not what was published. Publish its draft."
            )
    return AgentForCall(
        agent_id=agent.id,
        slug=agent.slug,
        version=agent.live_version,
        definition=live.definition,
        periods=periods_of(agent),
    )


def _version(account_id: UUID, agent_id: UUID, number: int) -> AgentVersion | None:
    """A version that was published; None for what somebody else put there."""
    return AgentVersion.objects.filter(account_id=account_id, agent_id=agent_id, number=number).first()


def _tools(definition: str) -> list[Target]:
    """Where the agent's tools are: systems of the customer's own, which it will ask during calls."""
    try:
        agent = parse(definition)
        return [target_of(tool.url) for tool in agent.tools] if isinstance(agent, LlmDefinition) else []
    except (DefinitionError, BadTarget):
        return []  # the caller has parsed it; what is not https is refused when it is used
