"""Writing measurements down, and reading the newest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import connection
from psycopg.types.json import Jsonb

from ringfence.apps.assurance.models import Measurement
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

LOOK: Final = "look"
TRIAL: Final = "trial"
_WRITE: Final = """
INSERT INTO assurance_measurement AS m (id, promise, source, state, says, facts, measured_at, since)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (promise, source) DO UPDATE SET state = excluded.state, says = excluded.says, facts = excluded.facts,
  measured_at = excluded.measured_at,
  since = CASE WHEN m.state = excluded.state THEN m.since ELSE excluded.since END
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """How a promise stood. `since` is when it came to stand so."""

    promise: str
    source: str
    state: str
    says: str
    facts: tuple[tuple[str, str], ...]
    measured_at: datetime
    since: datetime


def write(measured: Iterable[tuple[str, str, str, Mapping[str, str]]], source: str, clock: Clock) -> None:
    """Keep (promise, state, says, facts) of one source in place of what it said before."""
    now = clock.now()
    with connection.cursor() as cursor:
        for promise, state, says, facts in measured:
            row: tuple[Any, ...] = (
                new_id(clock), promise, source, state, says, Jsonb(list(facts.items())), now, now,
            )  # fmt: skip
            cursor.execute(_WRITE, row)


def newest() -> list[Measured]:
    """Everything that was measured, the newest of each kind."""
    return [
        Measured(
            promise=row.promise, source=row.source, state=row.state, says=row.says,
            facts=tuple((label, value) for label, value in row.facts), measured_at=row.measured_at, since=row.since,
        )
        for row in Measurement.objects.order_by("promise", "source")
    ]  # fmt: skip
