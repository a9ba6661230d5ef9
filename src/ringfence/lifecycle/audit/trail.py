"""The trail as the people it belongs to read it: newest first, filtered by who, what, when and which thing.

Who, what and which are sealed; they are found by keyed hashes, one for each day that may still be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import ActorKind
from ringfence.apps.audit.acts import Act
from ringfence.apps.audit.buckets import OpenBucket, live_buckets
from ringfence.apps.audit.errors import NoSuchEvent
from ringfence.apps.audit.models import SHOWN_ALWAYS
from ringfence.apps.audit.record import actor_name
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.ids import id_after, id_at, moment_of
from ringfence.lifecycle.audit.sealing import stored_head
from ringfence.vault.audit.tree import path
from ringfence.vault.audit.verify import PROOF
from ringfence.vault.errors import Tampered

LONGEST_PAGE: Final = 200
_PAGE: Final = """
SELECT e.id, e.bucket_id, e.body, l.batch, h.sealed_at FROM audit_event e
LEFT JOIN audit_leaf l ON l.id = e.id AND l.account_id = e.account_id
LEFT JOIN audit_head h ON h.account_id = l.account_id AND h.batch = l.batch
WHERE e.account_id = %(account)s AND e.id < %(before)s AND e.id >= %(after)s AND e.bucket_id = ANY(%(buckets)s)
  AND (%(actors)s::bigint[] IS NULL OR e.actor_index = ANY(%(actors)s::bigint[]))
  AND (%(acts)s::bigint[] IS NULL OR e.act_index = ANY(%(acts)s::bigint[]))
  AND (%(things)s::bigint[] IS NULL OR e.object_index = ANY(%(things)s::bigint[]))
  AND (%(kinds)s::text[] IS NULL OR e.actor_kind = ANY(%(kinds)s::text[]))
ORDER BY e.id DESC LIMIT %(most)s
"""
_PLACE: Final = "SELECT batch, position FROM audit_leaf WHERE account_id = %s AND id = %s"
_LEAVES: Final = "SELECT leaf FROM audit_leaf WHERE account_id = %s AND batch = %s ORDER BY position"
_HEAD: Final = "SELECT message, signature FROM audit_head WHERE account_id = %s AND batch = %s"
_LAST: Final = UUID(int=2**128 - 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailFilters:
    """None: whatever. `staff_only` shows what the operator's side did, and nothing else."""

    actor: tuple[ActorKind, UUID | None] | None = None
    act: Act | None = None
    thing: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    staff_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEvent:
    """One act. `changed` events do not open: somebody wrote over them. `sealed_at` is None for up to a second."""

    id: UUID
    at: datetime
    actor_kind: str | None
    actor_id: UUID | None
    act: Act | None
    thing_kind: str | None
    thing_id: str | None
    purpose: str | None
    source: str | None
    calls: tuple[str, ...]
    under: tuple[str, str] | None
    batch: int | None
    sealed_at: datetime | None
    changed: bool


@dataclass(frozen=True, slots=True)
class TrailPage:
    events: tuple[TrailEvent, ...]
    next: UUID | None


def read_trail(
    account_id: UUID, filters: TrailFilters, *, clock: Clock, before: UUID | None = None, limit: int = 50
) -> TrailPage:  # fmt: skip
    """A page of events that may still be read. `before` is the `next` of the page before."""
    limit = min(limit, LONGEST_PAGE)
    with tenant(account_id), connection.cursor() as cursor:
        buckets = live_buckets(cursor, vault(), account_id, _day(filters.since), _day(filters.until))
        cursor.execute(_PAGE, _asked(account_id, filters, buckets, before, limit + 1))
        rows = cursor.fetchall()
    known, now = {bucket.id: bucket for bucket in buckets}, clock.now()
    found = [_event(row, known[row[1]]) for row in rows[:limit] if readable(row[0], known[row[1]], now)]
    return TrailPage(tuple(found), rows[limit - 1][0] if len(rows) > limit else None)


def one_event(account_id: UUID, event_id: UUID, *, clock: Clock) -> TrailEvent:
    """One event by its id. Raises NoSuchEvent."""
    with tenant(account_id), connection.cursor() as cursor:
        row, bucket = _found(cursor, account_id, event_id, clock)
    return _event(row, bucket)


def proof_of(account_id: UUID, event_id: UUID, *, clock: Clock) -> dict[str, Any]:
    """An event with the way from its leaf to a signed head: a file that verifies by itself, after pruning too.

    Raises NoSuchEvent, for an event that is not sealed yet as well.
    """
    with tenant(account_id), connection.cursor() as cursor:
        row, bucket = _found(cursor, account_id, event_id, clock)
        cursor.execute(_PLACE, (account_id, event_id))
        place = cursor.fetchone()
        if place is None:
            raise NoSuchEvent("This event is not sealed yet. That takes a second or two; ask again.")
        batch, position = place
        cursor.execute(_LEAVES, (account_id, batch))
        leaves = [bytes(leaf) for (leaf,) in cursor.fetchall()]
        cursor.execute(_HEAD, (account_id, batch))
        signed = stored_head(*cursor.fetchone())
    return {
        "kind": PROOF,
        "event": bucket.writer.open(event_id, row[2]),
        "position": position,
        "path": [step.hex() for step in path(leaves, position)],
        **signed.document(),
        "keys": {name: public.hex() for name, public in vault().signers.by_id().items()},
    }


def readable(event_id: UUID, bucket: OpenBucket, now: datetime) -> bool:
    """The read gate: exact, whatever was pruned or not."""
    return bucket.period_days is None or now < moment_of(event_id) + timedelta(days=bucket.period_days)


def _found(cursor: Any, account_id: UUID, event_id: UUID, clock: Clock) -> tuple[tuple[Any, ...], OpenBucket]:
    day = moment_of(event_id).date()
    buckets = {each.id: each for each in live_buckets(cursor, vault(), account_id, day, day)}
    asked = _asked(account_id, TrailFilters(), list(buckets.values()), id_after(event_id), 1)
    cursor.execute(_PAGE, asked | {"after": event_id})
    row = cursor.fetchone()
    if row is None or not readable(event_id, buckets[row[1]], clock.now()):
        raise NoSuchEvent("There is no such event, or its time has passed.")
    return row, buckets[row[1]]


def _asked(
    account_id: UUID, filters: TrailFilters, buckets: Sequence[OpenBucket], before: UUID | None, most: int
) -> dict[str, Any]:  # fmt: skip
    def tokens(name: str, value: str | None) -> list[int] | None:
        return None if value is None else [bucket.writer.token(name, value) for bucket in buckets]

    last = id_at(filters.until) if filters.until else _LAST
    actor = filters.actor
    return {
        "account": account_id,
        "before": min(before, last) if before else last,
        "after": id_at(filters.since) if filters.since else UUID(int=0),
        "buckets": [bucket.id for bucket in buckets],
        "actors": tokens("actor", actor_name(actor[0].value, actor[1]) if actor else None),
        "acts": tokens("act", filters.act.value if filters.act else None),
        "things": tokens("object", filters.thing),
        "kinds": list(SHOWN_ALWAYS) if filters.staff_only else None,
        "most": most,
    }


def _event(row: tuple[Any, ...], bucket: OpenBucket) -> TrailEvent:
    event_id, _bucket, sealed, batch, sealed_at = row
    try:
        body = bucket.writer.open(event_id, bytes(sealed))
    except Tampered:
        body = {}
    actor, thing, under, changed = (
        body.get("actor") or {},
        body.get("object") or {},
        body.get("under"),
        not body,
    )
    return TrailEvent(
        id=event_id, at=moment_of(event_id) if changed else datetime.fromisoformat(body["at"]),
        actor_kind=actor.get("kind"), actor_id=UUID(actor["id"]) if actor.get("id") else None,
        act=None if changed else Act(body["act"]), thing_kind=thing.get("kind"), thing_id=thing.get("id"),
        purpose=body.get("purpose"), source=body.get("source"), calls=tuple(body.get("calls", ())),
        under=(under["kind"], under["id"]) if under else None, batch=batch, sealed_at=sealed_at, changed=changed,
    )  # fmt: skip


def _day(moment: datetime | None) -> Any:
    return None if moment is None else moment.astimezone(UTC).date()
