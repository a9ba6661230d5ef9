"""Heads: what a batch of events was when it was sealed, signed, and linked to the batch before.

Each account has a chain of its own, from batch 1 on. A head says how many events there were before it, so that neither
an event nor a batch can be taken out of the middle; the newest head stands outside the database, too, so that none can be
taken from the end.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Protocol

from ringfence.core.errors import BadInput
from ringfence.vault.audit.entry import canonical
from ringfence.vault.audit.tree import root

KIND: Final = "ringfence.audit-head"
NOTHING_BEFORE: Final = "0" * 64


class Signer(Protocol):
    """Signs for the installation. `key_id` names the public key that checks it."""

    @property
    def key_id(self) -> str: ...
    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """`before` counts the events of earlier batches. Until `kept_until` none of this batch's events may be missing;
    None is for ever. Hashes are hexadecimal.
    """

    account: str
    batch: int
    at: str
    before: int
    size: int
    root: str
    previous: str
    kept_until: str | None
    key: str

    @property
    def message(self) -> bytes:
        """What is signed: it cannot be taken for anything else that the installation signs."""
        return canonical({"kind": KIND, **asdict(self)})

    @property
    def hash(self) -> str:
        return sha256(self.message).hexdigest()


@dataclass(frozen=True, slots=True)
class SignedHead:
    head: Head
    signature: bytes

    def document(self) -> dict[str, Any]:
        """As it stands in exports and in the ledger."""
        return {"head": asdict(self.head), "signature": self.signature.hex()}


def read_head(document: Mapping[str, Any]) -> SignedHead:
    """A head from its document. Raises BadInput for what is none."""
    try:
        fields: Mapping[str, Any] = document["head"]
        head = Head(**fields)
        signature = bytes.fromhex(document["signature"])
        whole = all(type(fields[name]) is int for name in ("batch", "size", "before"))
        texts = all(type(fields[name]) is str for name in ("account", "at", "root", "previous", "key"))
    except (KeyError, TypeError, ValueError):
        raise BadInput("This is not the head of an audit batch.") from None
    if not whole or not texts:
        raise BadInput("This is not the head of an audit batch.")
    return SignedHead(head, signature)


def next_head(
    signer: Signer, account: str, last: Head | None, leaves: Sequence[bytes], at: datetime, kept_until: datetime | None
) -> SignedHead:  # fmt: skip
    """The head over `leaves`, after `last`."""
    head = Head(
        account=account, batch=last.batch + 1 if last else 1, at=at.isoformat(),
        before=last.before + last.size if last else 0, size=len(leaves), root=root(leaves).hex(),
        previous=last.hash if last else NOTHING_BEFORE,
        kept_until=kept_until.isoformat() if kept_until else None, key=signer.key_id,
    )  # fmt: skip
    return SignedHead(head, signer.sign(head.message))
