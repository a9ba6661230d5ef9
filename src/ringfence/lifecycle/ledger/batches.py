"""What the ledger is made of: batches of erasures, each linked to the one before by its hash, each signed.

Ids, moments and hashes; nothing of a call. The newest batch is the head: whoever knows its number and hash knows all before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from ringfence.core.errors import RingfenceError, Unavailable
from ringfence.vault.audit.entry import canonical
from ringfence.vault.signing import SigningKey, verifies

KIND: Final = "ringfence.erasure-batch"
NOTHING_BEFORE: Final = "0" * 64


class LedgerAway(Unavailable):
    """The ledger's place does not answer. What is being deleted is unreadable, and stays open until it is written there."""

    code = "ledger_away"


class LedgerBroken(RingfenceError):
    """The ledger is not what was written: a batch was changed, taken out or forged."""

    code = "ledger_broken"


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure: of which part of which call, at whose word (an id), asked for when."""

    account: UUID
    call: UUID
    part: str
    by: str
    at: datetime

    def document(self) -> dict[str, str]:
        return {
            "account": str(self.account), "call": str(self.call), "part": self.part, "by": self.by,
            "at": self.at.isoformat(),
        }  # fmt: skip


def read_entry(document: Mapping[str, str]) -> Entry:
    return Entry(
        UUID(document["account"]), UUID(document["call"]), document["part"], document["by"],
        datetime.fromisoformat(document["at"]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """`number` counts from 1; `before` is how many entries came earlier."""

    number: int
    before: int
    at: str
    previous: str
    key: str
    entries: tuple[Entry, ...]

    def document(self) -> dict[str, Any]:
        return {
            "number": self.number, "before": self.before, "at": self.at, "previous": self.previous, "key": self.key,
            "entries": [each.document() for each in self.entries],
        }  # fmt: skip

    @property
    def message(self) -> bytes:
        return canonical({"kind": KIND, **self.document()})


@dataclass(frozen=True)
class SignedBatch:
    batch: Batch
    signature: bytes

    @cached_property
    def message(self) -> bytes:
        """Spelt once: a ledger of a hundred thousand batches is read through before a restored database serves."""
        return self.batch.message

    @cached_property
    def hash(self) -> str:
        return sha256(self.message).hexdigest()

    def document(self) -> dict[str, Any]:
        return {"batch": self.batch.document(), "signature": self.signature.hex()}

    def signed_by(self, keys: Mapping[str, bytes]) -> bool:
        public = keys.get(self.batch.key)
        return public is not None and verifies(public, self.message, self.signature)


def read_batch(document: Mapping[str, Any]) -> SignedBatch:
    """A batch from its document. Raises LedgerBroken for what is none."""
    try:
        fields = dict(document["batch"])
        fields["entries"] = tuple(read_entry(each) for each in fields["entries"])
        return SignedBatch(Batch(**fields), bytes.fromhex(document["signature"]))
    except (KeyError, TypeError, ValueError):
        raise LedgerBroken("A line of the erasure ledger is not one of ours.") from None


def next_batch(
    signer: SigningKey, last: SignedBatch | None, entries: Sequence[Entry], at: datetime
) -> SignedBatch:
    """The batch that follows `last`."""
    batch = Batch(
        number=last.batch.number + 1 if last else 1,
        before=last.batch.before + len(last.batch.entries) if last else 0,
        at=at.isoformat(), previous=last.hash if last else NOTHING_BEFORE, key=signer.key_id, entries=tuple(entries),
    )  # fmt: skip
    return SignedBatch(batch, signer.sign(batch.message))


def follows(last: SignedBatch | None, following: SignedBatch) -> bool:
    """Whether a batch is the one right after another. What comes first in a place may have had others before it."""
    if last is None:
        return following.batch.number == 1 or following.batch.previous != NOTHING_BEFORE
    return (
        following.batch.number == last.batch.number + 1
        and following.batch.previous == last.hash
        and following.batch.before == last.batch.before + len(last.batch.entries)
    )
