"""The trail as a file that proves itself: `ringfence verify FILE` needs nothing but it and the installation's public key.

Streamed, a few batches at a time. The last line is signed over all that came before, and names the newest head that stands
outside the database; it is read first, so that an honest database is never behind it.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.buckets import OpenBucket, live_buckets
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.errors import BadInput
from ringfence.lifecycle.audit.ledger import HeadLedger
from ringfence.lifecycle.audit.sealing import stored_head
from ringfence.lifecycle.audit.trail import readable
from ringfence.vault.audit.entry import canonical
from ringfence.vault.audit.verify import END, EXPORT
from ringfence.vault.errors import Tampered

VERSION: Final = 1
MEDIA_TYPE: Final = "application/x-ndjson"
AT_ONCE: Final = 50
_HEADS: Final = """
SELECT batch, message, signature FROM audit_head WHERE account_id = %s AND batch > %s ORDER BY batch LIMIT %s
"""
_EVENTS: Final = """
SELECT l.batch, l.id, l.leaf, e.bucket_id, e.body FROM audit_leaf l
LEFT JOIN audit_event e ON e.id = l.id AND e.account_id = l.account_id
WHERE l.account_id = %s AND l.batch = ANY(%s) ORDER BY l.batch, l.position
"""
_UNSEALED: Final = """
SELECT e.id, e.bucket_id, e.body FROM audit_event e WHERE e.account_id = %s
  AND NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.id = e.id AND l.account_id = e.account_id) ORDER BY e.id LIMIT 1000
"""


def export_trail(account_id: UUID, *, ledger: HeadLedger, clock: Clock) -> Iterator[bytes]:
    """The lines of an export of everything that is kept of this account's trail."""
    return _Export(account_id, ledger, clock).lines()


class _Export:
    def __init__(self, account_id: UUID, ledger: HeadLedger, clock: Clock) -> None:
        self._account_id = account_id
        self._clock = clock
        self._key = vault().signers.current()
        self._digest = sha256()
        self._made_at = clock.now()
        outside = ledger.since(account_id, 1)
        self._outside = outside[-1].head if outside else None

    def lines(self) -> Iterator[bytes]:
        account, made_at = str(self._account_id), self._made_at.isoformat()
        keys = {name: public.hex() for name, public in vault().signers.by_id().items()}
        yield self._line(
            {"kind": EXPORT, "version": VERSION, "account": account, "made_at": made_at, "keys": keys}
        )
        batches = 0
        last = 0
        while some := self._some(last):
            for batch, lines in some:
                last, batches = batch, batches + 1
                yield from (self._line(line) for line in lines)
        for event in self._unsealed():
            yield self._line({"unsealed": event})
        yield self._end(account, made_at, batches)

    def _line(self, line: dict[str, Any]) -> bytes:
        raw = orjson.dumps(line) + b"\n"
        self._digest.update(raw)
        return raw

    def _end(self, account: str, made_at: str, batches: int) -> bytes:
        outside = {"batch": self._outside.batch, "hash": self._outside.hash} if self._outside else None
        end = {
            "account": account, "made_at": made_at, "batches": batches, "ledger": outside, "key": self._key.key_id,
            "sha256": self._digest.hexdigest(),
        }  # fmt: skip
        signature = self._key.sign(canonical({"kind": END, **end}))
        return orjson.dumps({"end": end, "signature": signature.hex()}) + b"\n"

    def _some(self, after: int) -> list[tuple[int, list[dict[str, Any]]]]:
        """The next batches, each with the lines of its head and its events."""
        with tenant(self._account_id), connection.cursor() as cursor:
            cursor.execute(_HEADS, (self._account_id, after, AT_ONCE))
            heads = cursor.fetchall()
            cursor.execute(_EVENTS, (self._account_id, [batch for batch, *_ in heads]))
            rows = cursor.fetchall()
            buckets = self._buckets(cursor)
        events: dict[int, list[Any]] = {}
        for row in rows:
            events.setdefault(row[0], []).append(row)
        found = []
        for batch, message, signature in heads:
            here = events.get(batch, [])
            leaves = [bytes(row[2]).hex() for row in here]
            head = {**_document(message, signature), "leaves": leaves}
            found.append((batch, [head, *(self._event(row[1], row[3], row[4], buckets) for row in here)]))
        return found

    def _event(
        self, event_id: UUID, bucket_id: UUID | None, body: bytes | None, buckets: dict[UUID, OpenBucket]
    ) -> dict[str, Any]:  # fmt: skip
        bucket = buckets.get(bucket_id) if bucket_id else None
        if body is None or bucket is None or not readable(event_id, bucket, self._made_at):
            return {"id": str(event_id), "event": None, "reason": "not_here"}
        try:
            return {
                "id": str(event_id),
                "event": bucket.writer.open(event_id, bytes(body)),
            }
        except Tampered:
            return {"id": str(event_id), "event": None, "reason": "changed"}

    def _unsealed(self) -> list[dict[str, Any]]:
        with tenant(self._account_id), connection.cursor() as cursor:
            cursor.execute(_UNSEALED, (self._account_id,))
            rows = cursor.fetchall()
            buckets = self._buckets(cursor)
        lines = [self._event(event_id, bucket_id, body, buckets) for event_id, bucket_id, body in rows]
        return [line["event"] for line in lines if line["event"] is not None]

    def _buckets(self, cursor: Any) -> dict[UUID, OpenBucket]:
        return {bucket.id: bucket for bucket in live_buckets(cursor, vault(), self._account_id)}


def _document(message: str, signature: str) -> dict[str, Any]:
    """A head as it is stored; one that somebody wrote over is exported as none, and found by whoever verifies."""
    try:
        return stored_head(message, signature).document()
    except BadInput:
        return {"head": {}, "signature": ""}
