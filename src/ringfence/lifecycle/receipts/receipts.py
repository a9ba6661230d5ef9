"""Receipts of an account: listed, and signed as of the moment they are asked for.

Nothing is stored for them but the erasure itself: a later receipt of the same erasure says how it stands then, and an earlier
one stays true of its own moment. The number and hash of the ledger's batch are in each.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.cursors import Position, decode, encode
from ringfence.apps.calls.models import ErasedPart, Erasure, ErasureState
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.errors import NotFound
from ringfence.lifecycle.backup.days import BackupDays
from ringfence.lifecycle.receipts.places import Facts, all_places, began
from ringfence.vault.receipts import complete_by, is_complete, sign

PAGE: Final = 50
STATES: Final = {ErasureState.REQUESTED.value: "being_erased", ErasureState.DONE.value: "erased"}


class NoSuchReceipt(NotFound):
    code = "no_such_receipt"


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """Receipts without their signatures, newest first."""

    items: list[dict[str, Any]]
    next: str | None


def list_receipts(
    account_id: UUID,
    *,
    clock: Clock,
    cursor: str | None = None,
    limit: int = PAGE,
    call_id: UUID | None = None,
) -> ReceiptPage:
    """What was deleted, newest first; of one call if it is named. Raises BadCursor."""
    with tenant(account_id):
        rows = Erasure.objects.filter(account_id=account_id)
        if call_id is not None:
            rows = rows.filter(call_id=call_id)
        if cursor:
            at = decode(cursor)
            rows = rows.filter(
                Q(requested_at__lt=at.started_at) | Q(requested_at=at.started_at, id__lt=at.call_id)
            )
        found = list(rows.order_by("-requested_at", "-id")[: limit + 1])
    more = len(found) > limit
    last = found[limit - 1] if more else None
    days = BackupDays.of(vault().keyring)
    return ReceiptPage(
        [statement(row, days, clock) for row in found[:limit]],
        encode(Position(last.requested_at, last.id)) if last else None,
    )


def signed_receipt(account_id: UUID, receipt_id: UUID, *, clock: Clock) -> dict[str, Any]:
    """One receipt, signed now. Raises NoSuchReceipt."""
    with tenant(account_id):
        row = Erasure.objects.filter(account_id=account_id, id=receipt_id).first()
    if row is None:
        raise NoSuchReceipt("There is no such receipt.")
    days = BackupDays.of(vault().keyring)
    return sign(statement(row, days, clock), vault().signers.current())


def receipt_of_account(account_id: UUID, *, clock: Clock) -> dict[str, Any]:
    """The signed receipt of an account's own erasure. Raises NoSuchReceipt while there is nothing of the kind."""
    with tenant(account_id):
        row = Erasure.objects.filter(account_id=account_id, part=ErasedPart.ACCOUNT.value).first()
    if row is None:
        raise NoSuchReceipt("There is no such receipt.")
    return sign(statement(row, BackupDays.of(vault().keyring), clock), vault().signers.current())


def receipts_of_call(account_id: UUID, call_id: UUID, *, clock: Clock) -> list[dict[str, Any]]:
    """The signed receipts of everything that was deleted of one call. Raises NoSuchReceipt for none."""
    with tenant(account_id):
        rows = list(Erasure.objects.filter(account_id=account_id, call_id=call_id).order_by("requested_at"))
    if not rows:
        raise NoSuchReceipt("Nothing of such a call was deleted.")
    signer, days = vault().signers.current(), BackupDays.of(vault().keyring)
    return [sign(statement(row, days, clock), signer) for row in rows]


def statement(row: Erasure, days: BackupDays, clock: Clock) -> dict[str, Any]:
    """What a receipt says, as of now."""
    now = clock.now()
    facts = Facts(
        places=dict(row.places), call_began=began(row.call_id), requested_at=row.requested_at, done_at=row.done_at,
        scrubbed_at=row.scrubbed_at, ends_at=row.ends_at,
    )  # fmt: skip
    places = all_places(facts, days, now)
    return {
        "id": str(row.id), "account": str(row.account_id), "call": str(row.call_id), "part": row.part,
        "state": STATES[row.state], "requested_at": _iso(row.requested_at), "requested_by": row.requested_by,
        "done_at": _iso(row.done_at), "as_of": _iso(now), "places": places,
        "complete": row.state == ErasureState.DONE.value and is_complete(places), "complete_by": complete_by(places),
        "ledger": {"batch": row.ledger_batch, "hash": row.ledger_hash or None},
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
