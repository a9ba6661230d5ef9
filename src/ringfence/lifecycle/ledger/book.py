"""The ledger of this installation: entering erasures, reading them back, checking the chain."""

from collections.abc import Iterator, Sequence
from functools import cache

from ringfence.apps.keys.wiring import vault
from ringfence.core.config import current
from ringfence.lifecycle.ledger.batches import (
    Entry,
    LedgerBroken,
    SignedBatch,
    follows,
    next_batch,
)
from ringfence.lifecycle.ledger.places import LedgerPlace, open_place
from ringfence.vault.vault import Vault

place = cache(open_place)  # one for each URL and process


class Book:
    """Writes under the vault's newest signing key; reads what any of its keys signed."""

    def __init__(self, where: LedgerPlace, keys: Vault) -> None:
        self._where = where
        self._vault = keys

    def enter(self, entries: Sequence[Entry]) -> SignedBatch:
        """Write erasures down; durable when it returns. Raises LedgerAway: then nothing may be called done."""
        signer = self._vault.signers.current()
        return self._where.append(lambda last: next_batch(signer, last, entries, self._vault.clock.now()))

    def newest(self) -> SignedBatch | None:
        return self._where.newest()

    def since(self, number: int, *, after: SignedBatch | None = None) -> Iterator[SignedBatch]:
        """The batches from a number on, each checked against the one before it and against the published keys.

        Raises LedgerBroken where the chain breaks, and where it begins later than it was asked for; 0 asks for whatever there is.
        """
        keys = self._vault.signers.by_id()
        last = after
        for signed in self._where.since(number):
            if last is None and 0 < number < signed.batch.number:
                raise LedgerBroken(f"The erasure ledger begins only at batch {signed.batch.number}.")
            if not follows(last, signed) or not signed.signed_by(keys):
                raise LedgerBroken(
                    f"Batch {signed.batch.number} of the erasure ledger is not what this installation wrote. "
                    "Bring the ledger back from its own copy."
                )
            yield signed
            last = signed


def book() -> Book:
    """The ledger at LEDGER_URL, under this process's vault."""
    return Book(place(current().ledger_url), vault())
