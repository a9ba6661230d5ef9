"""What a customer's approval releases: keys of named parts, wrapped for one approval and for no longer than it lasts.

An approval has an epoch of its own, `support/<id>`, made in the customer's own request and destroyed at its end or withdrawal. What
is wrapped under it hangs from the account's epoch and from that of the day on which the part ends besides, and is bound to the
terms that were approved: who, what, why and until when. A row that somebody wrote into a table by hand opens nothing.

A person of the operator's has an epoch, too: `staff/<id>`. The mark in their row is made with it, so that nobody is staff because
a row says so, and whoever was removed does not come back with an old row.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from typing import Final
from uuid import UUID

from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import Keyring, account_epoch
from ringfence.vault.seal import derive, open_, seal

SUPPORT: Final = "support"
STAFF: Final = "staff"


def approval_epoch(approval_id: UUID) -> str:
    """The epoch of what one approval releases."""
    return f"{SUPPORT}/{approval_id}"


def person_epoch(person_id: UUID) -> str:
    """The epoch of a person of the operator's, for as long as they are one."""
    return f"{STAFF}/{person_id}"


def terms(parts: Iterable[str | bytes | None]) -> bytes:
    """32 bytes that stand for what was approved. Each part is preceded by its length; None differs from nothing."""
    digest = sha256()
    for part in parts:
        data = b"\0" if part is None else b"\1" + (part.encode() if isinstance(part, str) else part)
        digest.update(len(data).to_bytes(4, "big") + data)
    return digest.digest()


def begin_release(keyring: Keyring, approval_id: UUID) -> None:
    """Make the approval's epoch. Raises EpochGone for one that has ended before."""
    keyring.epoch(approval_epoch(approval_id), create=True)


def release(
    keyring: Keyring, account_id: UUID, approval_id: UUID, epoch: str | None, key: bytes, *, bound: bytes
) -> bytes:
    """A part's own key, for one approval. `epoch` is that of the bucket in which the part ends; None is undated."""
    return seal(_outer(keyring, account_id, approval_id, epoch), key, aad=b"released" + bound)


def open_released(
    keyring: Keyring, account_id: UUID, approval_id: UUID, epoch: str | None, wrapped: bytes, *, bound: bytes
) -> bytes:
    """The part's key again. Raises EpochGone once approval, day or account has ended, Tampered for other terms."""
    return open_(_outer(keyring, account_id, approval_id, epoch), wrapped, aad=b"released" + bound)


def demand_release(keyring: Keyring, approval_id: UUID) -> None:
    """Raise EpochGone unless what the approval released may still be opened. Asks the store, not what is remembered."""
    keyring.fresh(approval_epoch(approval_id))


def end_release(keyring: Keyring, approval_id: UUID) -> None:
    """Nothing that the approval released opens any more. Repeating it does nothing."""
    keyring.destroy(approval_epoch(approval_id))


def begin_person(keyring: Keyring, person_id: UUID, user_id: UUID) -> bytes:
    """The mark of a person who is of the operator's from now on."""
    return _mark(keyring.epoch(person_epoch(person_id), create=True), person_id, user_id)


def person_stands(keyring: Keyring, person_id: UUID, user_id: UUID, mark: bytes) -> bool:
    """Whether this row was written here, of somebody who was not removed since."""
    try:
        key = keyring.fresh(person_epoch(person_id))
    except EpochGone:
        return False
    return hmac.compare_digest(_mark(key, person_id, user_id), mark)


def end_person(keyring: Keyring, person_id: UUID) -> None:
    """Removed for good: no row brings them back."""
    keyring.destroy(person_epoch(person_id))


def _mark(key: bytes, person_id: UUID, user_id: UUID) -> bytes:
    return hmac.new(derive(key, "staff/mark"), person_id.bytes + user_id.bytes, sha256).digest()


def _outer(keyring: Keyring, account_id: UUID, approval_id: UUID, epoch: str | None) -> bytes:
    approval = keyring.fresh(approval_epoch(approval_id))
    account = keyring.epoch(account_epoch(account_id))
    day = keyring.epoch(epoch) if epoch else b""
    return derive(approval + account + day, f"released/{epoch or 'undated'}", salt=account_id.bytes)
