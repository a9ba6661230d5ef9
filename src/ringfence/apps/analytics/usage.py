"""An account's usage data: the features it used, the agents it made, its calls and minutes, by UTC day (collect.usage).

Features are counted where pages are answered, and go when the owner says so or with the account. Calls by agent and direction are
counted from the call log, and last as long as its calls do. What invoices rest on is `apps.billing`'s.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.analytics.features import FEATURES
from ringfence.apps.analytics.models import Feature
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.rows.purpose import reading_for

LONGEST: Final = 366
_CALLS: Final = """
SELECT (c.started_at AT TIME ZONE 'UTC')::date, c.agent_id, max(c.agent_slug), c.direction, count(*),
       COALESCE(sum(c.duration_ms), 0)
FROM calls_call c
WHERE c.account_id = %(account)s AND c.started_at >= %(since)s AND c.started_at < %(before)s AND c.ended_at IS NOT NULL
  AND c.being_erased_at IS NULL AND (c.expires_at IS NULL OR c.expires_at > %(now)s)
GROUP BY 1, 2, 4 ORDER BY 1, 3, 4
"""
_AGENTS: Final = """
SELECT (a.created_at AT TIME ZONE 'UTC')::date, count(*) FROM agents_agent a
WHERE a.account_id = %(account)s AND a.created_at >= %(since)s AND a.created_at < %(before)s GROUP BY 1 ORDER BY 1
"""
_TOTALS: Final = """
SELECT u.day, u.calls, u.seconds FROM billing_usage u
WHERE u.account_id = %(account)s AND u.day BETWEEN %(first)s AND %(last)s ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls of one agent in one direction that began on a UTC day."""

    day: date
    agent_id: UUID
    agent: str
    direction: str
    calls: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Used:
    """A feature on a UTC day."""

    day: date
    feature: str
    count: int

    @property
    def name(self) -> str:
        return FEATURES.get(self.feature, self.feature)


@dataclass(frozen=True, slots=True)
class Total:
    """All calls that ended on a UTC day, those deleted since then, too: what an invoice counts."""

    day: date
    calls: int
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """From `first` to `last`, both included. Days without anything are left out."""

    first: date
    last: date
    calls: tuple[Calls, ...]
    totals: tuple[Total, ...]
    features: tuple[Used, ...]
    agents_made: tuple[tuple[date, int], ...]

    def document(self) -> dict[str, Any]:
        return {
            "first_day": self.first, "last_day": self.last,
            "totals": [{"day": each.day, "calls": each.calls, "seconds": each.seconds} for each in self.totals],
            "calls": [
                {"day": each.day, "agent_id": str(each.agent_id), "agent": each.agent, "direction": each.direction,
                 "calls": each.calls, "seconds": each.seconds}
                for each in self.calls
            ],
            "agents_made": [{"day": day, "agents": count} for day, count in self.agents_made],
            "features": [{"day": each.day, "feature": each.feature, "count": each.count} for each in self.features],
        }  # fmt: skip


def usage(account_id: UUID, *, days: int, now: datetime) -> Usage:
    """The last `days` UTC days, today included."""
    last = now.astimezone(UTC).date()
    first = last - timedelta(days=min(days, LONGEST) - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    asked = {
        "account": account_id, "first": first, "last": last, "since": since, "before": since + timedelta(days=days), "now": now,
    }  # fmt: skip
    with tenant(account_id):
        used = Feature.objects.filter(account_id=account_id, day__range=(first, last)).order_by(
            "day", "feature"
        )
        return Usage(
            first=first, last=last,
            calls=tuple(Calls(day, agent_id, agent, direction, calls, round(ms / 1000)) for day, agent_id, agent, direction, calls, ms in _rows(_CALLS, asked)),
            totals=_totals(asked),
            features=tuple(Used(*row) for row in used.values_list("day", "feature", "count")),
            agents_made=tuple((day, count) for day, count in _rows(_AGENTS, asked)),
        )  # fmt: skip


def _totals(asked: dict[str, Any]) -> tuple[Total, ...]:
    """What invoices are made of, shown to whom they are for."""
    with reading_for("billing"):
        return tuple(Total(*row) for row in _rows(_TOTALS, asked))


def forget_features(account_id: UUID) -> int:
    """Delete which features the account used; how many counts those were."""
    with tenant(account_id):
        record(account_id, Act.USAGE_FORGOTTEN, Thing("account", str(account_id)))
        return Feature.objects.filter(account_id=account_id).delete()[0]


def _rows(statement: str, asked: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        found: list[Any] = cursor.fetchall()
        return found
