"""Learn → Call Logs as a list: newest first, filtered, in pages that cost the same however many calls there are.

Metadata is filtered in the clear. Numbers, words and variables' values are found through indexes keyed per bucket: one
hash for each live bucket day and each hold, then an index look-up.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.models import Agent
from ringfence.apps.audit.acts import Act
from ringfence.apps.audit.record import record
from ringfence.apps.calls import cursors
from ringfence.apps.calls.cursors import Position
from ringfence.apps.calls.errors import BadFilter
from ringfence.apps.calls.models import Call, PartState, Transcript
from ringfence.apps.calls.models.call import LIVE
from ringfence.apps.calls.numbers import masked
from ringfence.apps.calls.reveal import PROVIDING, Numbers, open_numbers
from ringfence.apps.keys.buckets import BucketKey, open_buckets
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.ids import id_at, moment_of
from ringfence.policy import Part
from ringfence.vault.blind import Tokens, number_index, words

LONGEST_S: Final = 86_400.0
SEARCH_LEAST: Final = 200
SEARCH_MOST: Final = 5000
WATCH: Final = timedelta(minutes=10)
_DAY: Final = timedelta(days=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_COLUMNS: Final = (
    "account_id", "agent_slug", "agent_version", "direction", "channel", "status", "outcome", "started_at", "ended_at",
    "duration_ms", "expires_at", "live_keys", "log_bucket", "wrapped_key", "numbers_sealed", "being_erased_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFilters:
    """What to show. None and empty mean: whatever. `variable` is a name and its exact value.

    Raises BadFilter for what no call could have.
    """

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

    def __post_init__(self) -> None:
        texts = (self.agent, self.direction, self.channel, self.outcome, self.status)
        if any(text and "\0" in text for text in texts):
            raise BadFilter("A filter holds a character that nothing is named with.")
        if self.words.strip() and not words(self.words):
            raise BadFilter("There is no word in what is to be found. Search finds whole words and numbers.")
        if any(not 0 <= (seconds or 0) <= LONGEST_S for seconds in (self.shortest_s, self.longest_s)):
            raise BadFilter("A duration lies between nothing and a day.")


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
    unmask: bool = False, purpose: str = PROVIDING, watching: bool = False,
) -> CallPage:  # fmt: skip
    """A page of calls, for a purpose: the customer's own list is the service. Numbers are masked unless `unmask`.
    Raises BadCursor, NotAllowed.

    Each page is an act, written down with the ids it shows. `watching` is a page that asks by itself, again and again: what
    one person watches is written down when it shows other calls than before, and every ten minutes.
    """
    after = cursors.decode(cursor) if cursor else None
    with tenant(account_id):
        query = _Query(account_id, filters, clock, after)
        rows = query.rows(limit + 1)
        more, rows = len(rows) > limit, rows[:limit]
        numbers = open_numbers(rows, clock, purpose=purpose)
        states = _part_states(account_id, [row.id for row in rows], clock.now())
        _write_down(account_id, filters, [row.id for row in rows], purpose, watching=watching)
    found = tuple(_row(row, numbers.get(row.id), states.get(row.id, {}), unmask=unmask) for row in rows)
    last = rows[-1] if more else None
    return CallPage(found, cursors.encode(Position(last.started_at, last.id)) if last else None)


def name_calls(account_id: UUID, ids: list[UUID], *, clock: Clock) -> list[tuple[UUID, datetime, str]]:
    """Of these calls, those that there are, newest first: id, when it began, its agent's slug. No content."""
    with tenant(account_id):
        calls = Call.objects.filter(account_id=account_id, id__in=ids).exclude(expires_at__lte=clock.now())
        found = list(calls.order_by("-started_at", "-id").values_list("id", "started_at", "agent_slug"))
        record(account_id, Act.CALLS_LISTED, purpose=PROVIDING, calls=[each[0] for each in found])
    return found


def is_live(account_id: UUID, call_id: UUID) -> bool:
    """Whether this call is going on. Nothing of it is opened, so it may be asked again and again."""
    with tenant(account_id):
        return Call.objects.filter(account_id=account_id, id=call_id, status__in=LIVE).exists()


def _write_down(
    account_id: UUID, filters: CallFilters, shown: list[UUID], purpose: str, *, watching: bool
) -> None:  # fmt: skip
    if watching:
        record(account_id, Act.CALLS_WATCHED, purpose=purpose, calls=shown, once_within=WATCH)
    elif filters.words or filters.variable or filters.number:
        record(account_id, Act.CALLS_SEARCHED, purpose=purpose, calls=shown)
    else:
        record(account_id, Act.CALLS_LISTED, purpose=purpose, calls=shown)


@dataclass(slots=True)
class _Query:
    account_id: UUID
    filters: CallFilters
    clock: Clock
    after: Position | None
    _buckets: dict[Part, list[BucketKey]] = field(default_factory=dict)

    def rows(self, most: int) -> list[Call]:
        calls = self._filtered()
        asked = words(self.filters.words)
        if not asked and self.filters.variable is None:
            return list(calls.order_by("-started_at", "-id")[:most])
        found: list[Call] = []
        readable = calls.filter(self._readable_words(), being_erased_at=None)
        for ids in self._hits(sorted(asked), most):
            found += readable.filter(id__in=ids)
            if len(found) >= most:
                break
        return sorted(found, key=lambda row: (row.started_at, row.id), reverse=True)[:most]

    def _filtered(self) -> QuerySet[Call]:
        calls = Call.objects.filter(account_id=self.account_id).exclude(expires_at__lte=self.clock.now())
        calls = calls.filter(**self._plain()).only(*_COLUMNS)
        if self.filters.agent:
            calls = calls.filter(agent_id__in=self._agents(self.filters.agent))
        if self.filters.number:
            hashes = [number_index(bucket.key, self.filters.number) for bucket in self._live(Part.LOG)]
            here = Q(from_index__in=hashes) | Q(to_index__in=hashes)
            calls = calls.filter(here, being_erased_at=None)
        if self.after is not None:
            calls = calls.filter(started_at__lte=self.after.started_at).extra(
                where=["(started_at, calls_call.id) < (%s, %s)"],
                params=[self.after.started_at, self.after.call_id],
            )
        return calls

    def _plain(self) -> dict[str, Any]:
        asked = self.filters
        conditions = {
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

    def _agents(self, slug: str) -> list[UUID]:
        """The index is by the agent's id; a slug names one agent for good."""
        return list(Agent.objects.filter(account_id=self.account_id, slug=slug).values_list("id", flat=True))

    def _readable_words(self) -> Exists:
        """Tokens live until their bucket's midnight, a transcript until its exact moment: the row decides."""
        kept = Transcript.objects.filter(
            account_id=self.account_id, call_id=OuterRef("id"), state=PartState.KEPT.value
        )
        return Exists(kept.exclude(expires_at__lte=self.clock.now()))

    def _hits(self, asked: list[str], most: int) -> Iterator[list[UUID]]:
        """Ids of calls whose tokens hold all that is asked for, newest first, in growing batches."""
        before = id_at(self.after.started_at + _MILLISECOND) if self.after else None
        batch = max(SEARCH_LEAST, 2 * most)
        while True:
            ids = self._search(asked, before, batch)
            if len(ids) < batch:
                yield ids
                return
            # Ids order calls to the millisecond; a batch that ends within one is cut before it.
            cut = ids[-1].int >> 80
            if whole := [each for each in ids if each.int >> 80 > cut]:
                before = UUID(int=(cut + 1) << 80)
                yield whole
            batch = min(batch * 4, SEARCH_MOST) if whole else batch * 4

    def _search(self, asked: list[str], before: UUID | None, most: int) -> list[UUID]:
        buckets = self._live(Part.TRANSCRIPT)
        if before is not None:
            last = moment_of(before).date() + _DAY
            buckets = [bucket for bucket in buckets if bucket.held or bucket.day <= last]
        wanted: list[int] = []
        for bucket in buckets:
            tokens = Tokens(bucket.key)
            wanted += [tokens.word(word) for word in asked]
            if self.filters.variable is not None:
                wanted.append(tokens.value(*self.filters.variable))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT call_id FROM lookup.search_calls(%s, %s::uuid[], %s::bigint[], %s, %s)",
                [self.account_id, [b.id for b in buckets], wanted, before, most],
            )
            return [row[0] for row in cursor.fetchall()]

    def _live(self, part: Part) -> list[BucketKey]:
        """Buckets that can hold what is asked for: a call may end on the day after it began."""
        if part not in self._buckets:
            since, until = self.filters.since, self.filters.until
            with connection.cursor() as cursor:
                self._buckets[part] = open_buckets(
                    cursor, vault(), self.account_id, part,
                    first_day=_day(since),
                    last_day=_day(until, _DAY),
                )  # fmt: skip
        return self._buckets[part]


def _day(moment: datetime | None, later: timedelta = timedelta()) -> date | None:
    """The UTC day of a moment, or of one a little later. None where there is no bound, and for a day outside the calendar."""
    try:
        return None if moment is None else moment.astimezone(UTC).date() + later
    except OverflowError:
        return None


_STATES: Final = """
SELECT c.id, CASE WHEN r.state = 'kept' AND r.expires_at <= %s THEN 'expired' ELSE COALESCE(r.state, 'pending') END,
       CASE WHEN t.state = 'kept' AND t.expires_at <= %s THEN 'expired'
            WHEN t.state = 'kept' AND t.turns_sealed IS NULL THEN 'never_kept' ELSE COALESCE(t.state, 'pending') END
FROM unnest(%s::uuid[]) AS c (id)
LEFT JOIN calls_recording r ON r.call_id = c.id AND r.account_id = %s
LEFT JOIN calls_transcript t ON t.call_id = c.id AND t.account_id = %s
"""


def _part_states(account_id: UUID, ids: list[UUID], now: datetime) -> dict[UUID, dict[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [now, now, ids, account_id, account_id])
        return {row[0]: {"recording": row[1], "transcript": row[2]} for row in cursor.fetchall()}


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
