"""The database's own idea of the ledger: the number and hash of the newest batch that it has been through."""

from dataclasses import dataclass
from typing import Final

from django.db import connection

from ringfence.apps.calls.models import LedgerMark
from ringfence.core.clock import Clock
from ringfence.lifecycle.ledger.batches import SignedBatch

ONLY: Final = 1
_FORWARD: Final = """
INSERT INTO calls_ledgermark (id, batch, hash, at) VALUES (%s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, hash = excluded.hash, at = excluded.at
WHERE calls_ledgermark.batch < excluded.batch
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """`batch` of 0: nothing was ever erased here."""

    batch: int = 0
    hash: str = ""


def read_mark() -> Mark:
    row = LedgerMark.objects.filter(id=ONLY).first()
    return Mark(row.batch, row.hash) if row else Mark()


def forward(signed: SignedBatch, clock: Clock) -> None:
    """Say that this batch, and all before it, are in this database too. Never backwards."""
    with connection.cursor() as cursor:
        cursor.execute(_FORWARD, [ONLY, signed.batch.number, signed.hash, clock.now()])
