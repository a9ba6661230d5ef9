"""Where a call's parts are, looked up when their deletion is asked for: afterwards there is no row left to say so.

Each place gets a state: `open` until it is erased there, `never_held`, or `at_third_party`, out of our reach.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from ringfence.apps.agents.models import AgentVersion, Engine
from ringfence.apps.calls.models import Call, PartState, Recording, Transcript
from ringfence.core.agent.definition import DefinitionError, parse
from ringfence.core.agent.model import OFFLINE
from ringfence.core.call import Channel

OPEN: Final = "open"
ERASED: Final = "erased"
FAILED: Final = "failed"
NEVER_HELD: Final = "never_held"
AT_THIRD_PARTY: Final = "at_third_party"

DATABASE: Final = "database"
SEARCH: Final = "search"
QUEUE: Final = "queue"
OBJECTS: Final = "objects"
CARRIER: Final = "carrier"
KEYRING: Final = "keyring"  # this, and the next three, of whole accounts
PEOPLE: Final = "people"
HEADS: Final = "audit_heads"
LEDGER: Final = "erasure_ledger"
ENGINES: Final = "engines"
TOOLS: Final = "tools"
OURS: Final = (DATABASE, SEARCH, QUEUE, OBJECTS)
OTHERS: Final = (CARRIER, ENGINES, TOOLS)

UNKNOWN: Final = dict.fromkeys(OURS, OPEN)  # of a call that is not in the database: looked for all the same

_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_HEARD: Final = frozenset({"recording", "call"})


@dataclass(frozen=True, slots=True)
class _Others:
    """Who else an agent's version hands something to."""

    engines: bool = False
    tools: bool = False


def places(account_id: UUID, call_ids: Iterable[UUID], part: str) -> dict[UUID, dict[str, str]]:
    """Place → state, for each call that is there. Inside `tenant`."""
    ids = list(call_ids)
    audio = _never(Recording, account_id, ids)
    words = _never(Transcript, account_id, ids)
    rows = Call.objects.filter(account_id=account_id, id__among=ids)
    calls = list(rows.values_list("id", "channel", "agent_id", "agent_version"))
    others = _others(account_id, {(agent, version) for _id, _channel, agent, version in calls})
    found: dict[UUID, dict[str, str]] = {}
    for call_id, channel, agent, version in calls:
        known = others.get((agent, version), _Others(engines=True))
        found[call_id] = {
            DATABASE: OPEN,
            SEARCH: NEVER_HELD if part == "recording" or call_id in words else OPEN,
            QUEUE: OPEN,
            OBJECTS: NEVER_HELD if part == "transcript" or call_id in audio else OPEN,
            CARRIER: _held(by=channel == Channel.TWILIO.value and part in _HEARD),
            ENGINES: _held(by=known.engines),
            TOOLS: _held(by=known.tools and part != "recording"),
        }
    return found


def ends(account_id: UUID, call_ids: Iterable[UUID], part: str) -> dict[UUID, datetime | None]:
    """When time would have destroyed the keys above each call's part; None for never, or not yet known. Inside `tenant`."""
    ids = list(call_ids)
    moments: dict[UUID, list[datetime | None]] = {call_id: [] for call_id in ids}
    models: list[tuple[str, Any, str]] = [
        ("recording", Recording, "call_id"), ("transcript", Transcript, "call_id"), ("", Call, "id"),
    ]  # fmt: skip
    for name, model, column in models:
        if part not in {name, "call"}:
            continue
        rows = model.objects.filter(account_id=account_id, **{f"{column}__among": ids})
        for call_id, moment in rows.exclude(wrapped_key=None).values_list(column, "expires_at"):
            moments[call_id].append(moment)
    return {
        call_id: max((each for each in found if each is not None), default=None)
        if None not in found
        else None
        for call_id, found in moments.items()
    }


def _held(*, by: bool) -> str:
    return AT_THIRD_PARTY if by else NEVER_HELD


def _never(model: type[Recording] | type[Transcript], account_id: UUID, ids: list[UUID]) -> set[UUID]:
    rows = model.objects.filter(account_id=account_id, call_id__among=ids, state=PartState.NEVER_KEPT.value)
    return set(rows.values_list("call_id", flat=True))


def _others(account_id: UUID, versions: set[tuple[UUID, int]]) -> dict[tuple[UUID, int], _Others]:
    agents = {agent for agent, _version in versions}
    rows = AgentVersion.objects.filter(account_id=account_id, agent_id__in=agents)
    addresses = dict(Engine.objects.filter(account_id=account_id).values_list("name", "base_url"))
    return {
        (agent, number): _of_definition(definition, addresses)
        for agent, number, definition in rows.values_list("agent_id", "number", "definition")
        if (agent, number) in versions
    }


def _of_definition(definition: str, addresses: dict[str, str]) -> _Others:
    """An engine whose connection is gone may have been anywhere."""
    try:
        agent = parse(definition)
    except DefinitionError:
        return _Others(engines=True, tools=True)
    named = {agent.engines.stt, agent.engines.tts, agent.engines.llm} - {OFFLINE, None}
    away = any(urlsplit(addresses.get(str(name), "")).hostname not in _HERE for name in named)
    return _Others(engines=away, tools=bool(getattr(agent, "tools", ())))
