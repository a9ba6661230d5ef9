"""Writing down which policy is enforced, and reading what was. The table belongs to no account."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from psycopg.types.json import Jsonb

from ringfence.apps.policies.models import EnforcedPolicy
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.policy import Policy
from ringfence.policy.facts import Fact, facts

_ONE_AT_A_TIME: Final = 7_234_118_562
_LOCK: Final = "SELECT pg_advisory_xact_lock(%s)"
_NEWEST: Final = "SELECT version FROM policies_enforcedpolicy ORDER BY since DESC, id DESC LIMIT 1"
_WRITE: Final = (
    "INSERT INTO policies_enforcedpolicy (id, version, since, source, facts) VALUES (%s, %s, %s, %s, %s)"
)


@dataclass(frozen=True, slots=True)
class Enforced:
    """A version that was in force from `since` on, and what it said."""

    version: str
    since: datetime
    source: str
    facts: tuple[Fact, ...]


def remember(cursor: Cursor, policy: Policy, source: str, clock: Clock) -> bool:
    """Write down that this version is enforced from now on, unless it was the last that was; says whether it is new.

    Needs a transaction. Processes that start together write it once.
    """
    cursor.execute(_LOCK, [_ONE_AT_A_TIME])
    cursor.execute(_NEWEST)
    newest = cursor.fetchone()
    if newest is not None and newest[0] == policy.version:
        return False
    said = Jsonb([[fact.section, fact.what, fact.says] for fact in facts(policy)], dumps=orjson.dumps)
    cursor.execute(_WRITE, [new_id(clock), policy.version, clock.now(), source, said])
    return True


def enforced() -> list[Enforced]:
    """Every version that was ever in force here, the newest first."""
    rows = EnforcedPolicy.objects.order_by("-since", "-id")
    return [Enforced(r.version, r.since, r.source, tuple(Fact(*each) for each in r.facts)) for r in rows]


def in_force_since(version: str) -> datetime | None:
    """Since when this version is enforced; None if it is not the newest that was written down."""
    newest = EnforcedPolicy.objects.order_by("-since", "-id").values("version", "since").first()
    return newest["since"] if newest and newest["version"] == version else None
