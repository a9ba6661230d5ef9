"""Step 2 of a deletion: into the ledger, then into the rows and the mark. Killed in between, it is entered once more."""

from collections.abc import Sequence
from uuid import UUID

import structlog

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Erasure
from ringfence.core.clock import Clock
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.ledger.batches import Entry
from ringfence.lifecycle.ledger.book import book
from ringfence.lifecycle.ledger.mark import forward


def enter(account_id: UUID, ids: Sequence[UUID], part: str, clock: Clock) -> set[UUID]:
    """Write marked erasures into the ledger. Those that it would not take: they are not done, however gone they are."""
    with tenant(account_id):
        rows = Erasure.objects.filter(
            account_id=account_id, call_id__in=ids, part=part, ledger_batch=None
        ).order_by("requested_at", "id")
        waiting = list(rows.values_list("id", "call_id", "requested_by", "requested_at"))
    if not waiting:
        return set()
    entries = [Entry(account_id, call_id, part, by, at) for _id, call_id, by, at in waiting]
    try:
        signed = book().enter(entries)
    except Unavailable as error:
        structlog.get_logger().error("erasures wait for the ledger", count=len(entries), code=error.code)
        return {entry.call for entry in entries}
    with tenant(account_id):
        written = Erasure.objects.filter(account_id=account_id, id__in=[row[0] for row in waiting])
        written.update(ledger_batch=signed.batch.number, ledger_hash=signed.hash)
        forward(signed, clock)
    return set()
