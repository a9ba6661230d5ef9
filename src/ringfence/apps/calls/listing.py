"""Learn → Call Logs as a list: newest first, filtered, in pages that cost the same however many calls there are.

Metadata is filtered in the clear. Numbers, words and variables' values are found through indexes keyed per bucket: one
hash for each live bucket day, then an index look-up.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Q

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls import cursors
from ringfence.apps.calls.cursors import Position
from ringfence.apps.calls.models import Call
from ringfence.apps.calls.numbers import masked
from ringfence.apps.calls.reveal import Numbers, open_numbers
from ringfence.apps.keys.buckets import BucketKey, open_buckets
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.ids import id_at
from ringfence.policy import Part
from ringfence.vault.blind import Tokens, number_index, words

SEARCH_MOST: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilters:
    """What to show. None and empty mean: whatever. `variable` is a name and its exact value."""

    agent: str | None = None
    direction: str | None = None
    channel: str | None = None
    outcome: str | None = None
    status: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    shortest_s: float | None = None
    longest_s: float | None = None
    number: str | None = None
    words: str = ""
    variable: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One line of the list. Parts are named by their state."""

    id: UUID
    agent_slug: str
    agent_version: int
    direction: str
    channel: str
    status: str
    outcome: str | None
    started_at: datetime
    ended_at: datetime | None
    duration_s: float | None
    from_number: str | None
    to_number: str | None
    recording: str
    transcript: str
    expires_at: datetime | None
    being_erased: bool


@dataclass(frozen=True, slots=True)
class CallPage:
    rows: tuple[CallRow, ...]
    next: str | None


def list_calls(
    account_id: UUID, filters: CallFilters, *, clock: Clock, cursor: str | None = None, limit: int = 50,
    unmask: bool = False,
) -> CallPage:  # fmt: skip
    """A page of calls. Numbers are masked unless `unmask`. Raises BadCursor."""
    after = cursors.decode(cursor) if cursor else None
    with tenant(account_id):
        query = _Query(account_id, filters, clock, after)
        rows = query.rows(limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        numbers = open_numbers(rows, clock)
        states = _part_states(account_id, [row.id for row in rows])
    found = tuple(_row(row, numbers.get(row.id), states.get(row.id, {}), unmask=unmask) for row in rows)
    last = rows[-1] if more else None
    return CallPage(found, cursors.encode(Position(last.started_at, last.id)) if last else None)


@dataclass(slots=True)
class _Query:
    account_id: UUID
    filters: CallFilters
    clock: Clock
    after: Position | None
    _buckets: dict[Part, list[BucketKey]] = field(default_factory=dict)

    def rows(self, most: int) -> list[Call]:
        calls = Call.objects.filter(account_id=self.account_id)
        calls = calls.exclude(expires_at__lte=self.clock.now())
        for name, value in self._plain().items():
            calls = calls.filter(**{name: value})
        if self.filters.number:
            calls = self._numbered(calls, self.filters.number)
        wanted = self._wanted_ids()
        if wanted is not None:
            calls = calls.filter(id__in=wanted)
        if self.after is not None:
            calls = calls.filter(started_at__lte=self.after.started_at).extra(
                where=["(started_at, id) < (%s, %s)"], params=[self.after.started_at, self.after.call_id]
            )
        return list(calls.order_by("-started_at", "-id")[:most])

    def _plain(self) -> dict[str, Any]:
        asked = self.filters
        conditions = {
            "agent_slug": asked.agent,
            "direction": asked.direction,
            "channel": asked.channel,
            "outcome": asked.outcome,
            "status": asked.status,
            "started_at__gte": asked.since,
            "started_at__lt": asked.until,
            "duration_ms__gte": None if asked.shortest_s is None else round(asked.shortest_s * 1000),
            "duration_ms__lte": None if asked.longest_s is None else round(asked.longest_s * 1000),
        }
        return {name: value for name, value in conditions.items() if value not in (None, "")}

    def _numbered(self, calls: Any, number: str) -> Any:
        hashes = [number_index(bucket.key, number) for bucket in self._live(Part.LOG)]
        return calls.filter(Q(from_index__in=hashes) | Q(to_index__in=hashes))

    def _wanted_ids(self) -> list[UUID] | None:
        """Ids of calls whose tokens hold all that is asked for; None where nothing is."""
        asked = words(self.filters.words)
        if not asked and self.filters.variable is None:
            return None
        buckets = self._live(Part.TRANSCRIPT)
        each: list[int] = []
        for bucket in buckets:
            tokens = Tokens(bucket.key)
            each += [tokens.word(word) for word in sorted(asked)]
            if self.filters.variable is not None:
                each.append(tokens.value(*self.filters.variable))
        before = id_at(self.after.started_at, 2**74 - 1) if self.after else None
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT call_id FROM lookup.search_calls(%s, %s, %s, %s, %s)",
                [self.account_id, [b.id for b in buckets], each, before, SEARCH_MOST],
            )
            return [row[0] for row in cursor.fetchall()]

    def _live(self, part: Part) -> list[BucketKey]:
        if part not in self._buckets:
            first = self.filters.since.date() if self.filters.since else None
            with connection.cursor() as cursor:
                self._buckets[part] = open_buckets(cursor, vault(), self.account_id, part, first_day=first)
        return self._buckets[part]


_STATES: Final = """
SELECT c.id, COALESCE(r.state, 'pending'), r.expires_at, COALESCE(t.state, 'pending'), t.expires_at
FROM unnest(%s::uuid[]) AS c (id)
LEFT JOIN calls_recording r ON r.call_id = c.id AND r.account_id = %s
LEFT JOIN calls_transcript t ON t.call_id = c.id AND t.account_id = %s
"""


def _part_states(account_id: UUID, ids: list[UUID]) -> dict[UUID, dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [ids, account_id, account_id])
        return {row[0]: {"recording": row[1], "transcript": row[3]} for row in cursor.fetchall()}


def _row(row: Call, numbers: Numbers | None, states: dict[str, str], *, unmask: bool) -> CallRow:
    show = (lambda number: number) if unmask else masked
    return CallRow(
        id=row.id, agent_slug=row.agent_slug, agent_version=row.agent_version, direction=row.direction,
        channel=row.channel, status=row.status, outcome=row.outcome, started_at=row.started_at, ended_at=row.ended_at,
        duration_s=None if row.duration_ms is None else row.duration_ms / 1000,
        from_number=show(numbers.from_number) if numbers else None,
        to_number=show(numbers.to_number) if numbers else None,
        recording=states.get("recording", "pending"), transcript=states.get("transcript", "pending"),
        expires_at=row.expires_at, being_erased=row.being_erased_at is not None,
    )  # fmt: skip
