"""An event as bytes: canonical JSON with a salt in it, sealed for rest, hashed for the tree.

The salt is what makes a leaf say nothing: who knows every id of an account still cannot guess an event from its leaf.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

import orjson

from ringfence.vault.audit.tree import leaf_hash
from ringfence.vault.seal import aad, derive, open_, seal

SALT_BYTES: Final = 16
_TABLE: Final = "audit_event"


@dataclass(frozen=True, slots=True)
class Entry:
    """An event at rest: its sealed bytes, and the leaf that stays when they go."""

    sealed: bytes
    leaf: bytes


def canonical(event: Mapping[str, Any]) -> bytes:
    """The one spelling of an event: sorted keys, no spaces, UTF-8."""
    return orjson.dumps(event, option=orjson.OPT_SORT_KEYS)


class Writer:
    """Seals the events of one bucket, and finds them again by who, what and which."""

    def __init__(self, bucket_key: bytes) -> None:
        self._bodies = derive(bucket_key, "audit/bodies")
        self._index = derive(bucket_key, "audit/index")

    def seal(self, account_id: UUID, event_id: UUID, event: Mapping[str, Any]) -> Entry:
        """`event` gets a salt of its own; it is bound to its account and its row."""
        plain = canonical({**event, "salt": secrets.token_hex(SALT_BYTES)})
        return Entry(
            seal(self._bodies, plain, aad=aad(account_id, _TABLE, event_id, "body")), leaf_hash(plain)
        )

    def open(self, account_id: UUID, event_id: UUID, sealed: bytes) -> dict[str, Any]:
        """The event, salt included. Raises Tampered for bytes that were changed or belong to another row."""
        opened: dict[str, Any] = orjson.loads(
            open_(self._bodies, sealed, aad=aad(account_id, _TABLE, event_id, "body"))
        )
        return opened

    def token(self, name: str, value: str) -> int:
        """What equal values of this bucket share, as a signed 64-bit number; it ends with the bucket."""
        digest = hmac.new(self._index, f"{name}\x00{value}".encode(), sha256).digest()
        return int.from_bytes(digest[:8], "big", signed=True)
