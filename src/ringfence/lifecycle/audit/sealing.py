"""Sealing: once a second, what was written down since the last time becomes a batch under a signed head.

A batch takes the events of transactions older than the oldest that may still be open (`pg_snapshot_xmin`), so that none can
turn up later in the middle of what was sealed. The head is committed to the database first and handed to the ledger next: an
honest ledger may be a batch behind, never ahead. If it is ahead, the database has lost heads (it was restored, or somebody
took them away): the chain goes on from the ledger's, and every export shows the gap.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import orjson
import structlog

from ringfence.core.errors import BadInput, RingfenceError, Unavailable
from ringfence.core.ids import moment_of, new_id
from ringfence.lifecycle.audit.ledger import HeadLedger
from ringfence.vault.audit.heads import Head, SignedHead, next_head, read_head
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

LARGEST: Final = 4096
_HORIZON: Final = """
SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() s
"""
_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_unsealed_events(%s, %s, %s, %s)"
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
_EVENTS: Final = """
SELECT e.id, e.leaf, b.period_days FROM audit_event e
LEFT JOIN audit_bucket b ON b.id = e.bucket_id AND b.account_id = e.account_id
WHERE e.account_id = %s AND ((e.xact >= %s AND e.xact < %s) OR (%s AND e.xact >= %s))
  AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.id = e.id AND l.account_id = e.account_id)
ORDER BY e.id LIMIT %s
"""
_LAST: Final = "SELECT message, signature FROM audit_head WHERE account_id = %s ORDER BY batch DESC LIMIT 1"
_HEAD: Final = """
INSERT INTO audit_head (id, account_id, batch, message, signature, sealed_at) VALUES (%s, %s, %s, %s, %s, %s)
"""
_LEAVES: Final = """
INSERT INTO audit_leaf (id, account_id, batch, position, leaf)
SELECT each.id, %s, %s, each.position - 1, each.leaf
FROM unnest(%s::uuid[], %s::bytea[]) WITH ORDINALITY AS each (id, leaf, position)
"""


@dataclass(frozen=True, slots=True)
class _Span:
    """Which transactions a round takes: from `since` on and before `below`; with `anew`, those from `above` on, too."""

    since: int
    below: int
    above: int
    anew: bool


class Sealer:
    """Runs as the login rf_worker. Two at once do no harm: each account's chain has a lock."""

    def __init__(self, database: Database, vault: Vault, ledger: HeadLedger) -> None:
        self._database = database
        self._vault = vault
        self._ledger = ledger
        self._signer = vault.signers.current()
        self._sealed_below: int | None = None
        self._owed: set[UUID] = set()

    def run(self) -> int:
        """Seal what waits, in every account; how many events. Raises Unavailable: the next round takes it all up again."""
        for account_id in list(self._owed):
            self.catch_up(account_id)
        with self._database.transaction() as cursor:
            below, above = cursor.execute(_HORIZON).fetchone() or (0, 0)
            anew = self._sealed_below is None
            span = _Span(self._sealed_below or 0, below, above, anew)
            wanted = (span.since, span.below, span.above, span.anew)
            accounts = [row[0] for row in cursor.execute(_ACCOUNTS, wanted).fetchall()]
        count, all_of_them = 0, True
        for account_id in accounts:
            try:
                count += self._account(account_id, span)
            except Unavailable:
                raise
            except RingfenceError as error:  # what is wrong with one chain keeps no other waiting
                structlog.get_logger().error(
                    "a trail cannot be sealed", account_id=str(account_id), code=error.code
                )
                all_of_them = False
        if all_of_them:
            self._sealed_below = below
        return count

    def _account(self, account_id: UUID, span: _Span) -> int:
        count = 0
        while True:
            with self._database.transaction(account_id) as cursor:
                made = self._batch(cursor, account_id, span)
            if made is None:
                return count
            self._hand_on(account_id, made)
            count += made.head.size
            if made.head.size < LARGEST:
                return count

    def _batch(self, cursor: Any, account_id: UUID, span: _Span) -> SignedHead | None:
        cursor.execute(_ONE_AT_A_TIME, (f"audit/{account_id}",))
        wanted = (account_id, span.since, span.below, span.anew, span.above, LARGEST)
        rows = cursor.execute(_EVENTS, wanted).fetchall()
        if not rows:
            return None
        leaves, now = [bytes(leaf) for _id, leaf, _days in rows], self._vault.clock.now()
        made = next_head(
            self._signer, str(account_id), self._last(cursor, account_id), leaves, now, _until(rows)
        )
        cursor.execute(_LEAVES, (account_id, made.head.batch, [row[0] for row in rows], leaves))
        cursor.execute(
            _HEAD,
            (new_id(self._vault.clock), account_id, made.head.batch, made.head.message.decode(),
             made.signature.hex(), now),
        )  # fmt: skip
        return made

    def _last(self, cursor: Any, account_id: UUID) -> Head | None:
        """The newest head: the database's, unless the ledger knows a later one, or another."""
        row = cursor.execute(_LAST, (account_id,)).fetchone()
        try:
            last = stored_head(row[0], row[1]).head if row else None
        except BadInput:
            last = None  # somebody wrote over it
        outside = self._ledger.since(account_id, last.batch if last else 1)
        if outside and (last is None or outside[-1].head.hash != last.hash):
            structlog.get_logger().error("a trail is not as the ledger has it", account_id=str(account_id))
            return outside[-1].head
        return last

    def catch_up(self, account_id: UUID) -> None:
        """Hand the ledger every head that it lacks."""
        known = self._ledger.since(account_id, 1)
        missed = self._missed(account_id, known[-1].head.batch if known else 0)
        if missed:
            self._ledger.append(account_id, missed)
        self._owed.discard(account_id)

    def _hand_on(self, account_id: UUID, made: SignedHead) -> None:
        """To the ledger; while it is away, what it lacks is owed to it."""
        self._owed.add(account_id)
        known = self._ledger.since(account_id, max(1, made.head.batch - 1))
        if (known[-1].head.batch if known else 0) != made.head.batch - 1:
            self.catch_up(account_id)
            return
        self._ledger.append(account_id, [made])
        self._owed.discard(account_id)

    def _missed(self, account_id: UUID, newest: int) -> list[SignedHead]:
        with self._database.transaction(account_id) as cursor:
            rows = cursor.execute(
                "SELECT message, signature FROM audit_head WHERE account_id = %s AND batch > %s ORDER BY batch",
                (account_id, newest),
            ).fetchall()
        return [stored_head(message, signature) for message, signature in rows]


def stored_head(message: str, signature: str) -> SignedHead:
    """A head as the database keeps it. Raises BadInput for what is none."""
    try:
        fields = orjson.loads(message)
        fields.pop("kind")
    except (orjson.JSONDecodeError, AttributeError, KeyError, TypeError):
        raise BadInput("This is not the head of an audit batch.") from None
    return read_head({"head": fields, "signature": signature})


def _until(rows: list[tuple[UUID, bytes, int | None]]) -> datetime | None:
    """The earliest moment at which one of these events may go. None: never."""
    ends = [moment_of(event_id) + timedelta(days=days) for event_id, _leaf, days in rows if days is not None]
    return min(ends, default=None)
