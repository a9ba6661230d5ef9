"""Deleting again what a restored database has back: the ledger's rest, from the database's mark on.

Safe to repeat and to kill anywhere: the mark moves only when every entry up to it has its tombstone, its keys and its rows
are gone. An object that cannot be erased stays open behind its tombstone, and the worker tries it again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final
from uuid import UUID

import structlog

from ringfence.apps.calls.models import ErasedPart
from ringfence.core.clock import Clock
from ringfence.lifecycle import deletion
from ringfence.lifecycle.accounts.erasure import erase_again
from ringfence.lifecycle.deletion import Part
from ringfence.lifecycle.ledger.batches import Entry, LedgerBroken, SignedBatch
from ringfence.lifecycle.ledger.book import Book, book
from ringfence.lifecycle.ledger.gate import BEHIND
from ringfence.lifecycle.ledger.mark import Mark, forward, read_mark

AT_ONCE: Final = 2000
Progress = Callable[[int, int], None]


def unseen(_done: int, _of: int) -> None:
    """Nobody watches."""


def replay(clock: Clock, progress: Progress = unseen) -> int:
    """Delete again whatever the ledger has beyond the mark; how many entries. Raises LedgerAway, LedgerBroken."""
    ledger, mark = book(), read_mark()
    newest = ledger.newest()
    if newest is None and not mark.batch:
        return 0
    if newest is None or newest.batch.number < mark.batch:
        raise LedgerBroken(BEHIND)
    done, wanted = 0, 0
    for some in _chunks(_beyond(ledger, mark)):
        wanted = wanted or newest.batch.before + len(newest.batch.entries) - some[0].batch.before
        apply(some, clock)
        forward(some[-1], clock)
        done += sum(len(each.batch.entries) for each in some)
        progress(done, wanted)
    if done:
        structlog.get_logger().warning("what was deleted after the backup is deleted again", count=done)
    return done


def apply(batches: list[SignedBatch], clock: Clock) -> None:
    """Tombstones first, for all of them; then each is erased as it was the first time."""
    grouped: dict[tuple[UUID, Part], dict[UUID, tuple[Entry, SignedBatch]]] = defaultdict(dict)
    for signed in batches:
        for entry in signed.batch.entries:
            if entry.part == ErasedPart.ACCOUNT.value:
                erase_again(entry, signed)
                continue
            grouped[entry.account, Part(entry.part)].setdefault(entry.call, (entry, signed))
    for (account_id, part), entries in grouped.items():
        deletion.mark_again(account_id, entries, part, clock)
    for (account_id, part), entries in grouped.items():
        deletion.erase_all(account_id, list(entries), part, clock)


def _beyond(ledger: Book, mark: Mark) -> Iterator[SignedBatch]:
    """The batches after the mark, once the one at the mark was found to be the one that the database knows."""
    found = ledger.since(mark.batch or 1)
    if mark.batch:
        known = next(found, None)
        if known is None or known.batch.number != mark.batch or known.hash != mark.hash:
            raise LedgerBroken(BEHIND)
    yield from found


def _chunks(batches: Iterator[SignedBatch]) -> Iterator[list[SignedBatch]]:
    some: list[SignedBatch] = []
    count = 0
    for signed in batches:
        some.append(signed)
        count += len(signed.batch.entries)
        if count >= AT_ONCE:
            yield some
            some, count = [], 0
    if some:
        yield some
