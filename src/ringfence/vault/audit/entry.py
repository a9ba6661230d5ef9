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
from ringfence.vault.seal import Sealing, derive, open_

SALT_BYTES: Final = 16
REMEMBERED: Final = 1000


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
        self._sealing = Sealing(self._bodies)
        self._index = derive(bucket_key, "audit/index")
        self._tokens: dict[tuple[str, str], int] = {}

    def seal(self, event_id: UUID, event: Mapping[str, Any]) -> Entry:
        """`event` gets a salt of its own; it is bound to its row, as the bucket's key is to its account."""
        plain = canonical({**event, "salt": secrets.token_hex(SALT_BYTES)})
        return Entry(self._sealing.seal(plain, aad=event_id.bytes), leaf_hash(plain))

    def open(self, event_id: UUID, sealed: bytes) -> dict[str, Any]:
        """The event, salt included. Raises Tampered for bytes that were changed or belong to another row."""
        opened: dict[str, Any] = orjson.loads(open_(self._bodies, sealed, aad=event_id.bytes))
        return opened

    def token(self, name: str, value: str) -> int:
        """What equal values of this bucket share, as a signed 64-bit number; it ends with the bucket."""
        known = self._tokens.get((name, value))
        if known is None:
            digest = hmac.new(self._index, f"{name}\x00{value}".encode(), sha256).digest()
            known = int.from_bytes(digest[:8], "big", signed=True)
            if len(self._tokens) >= REMEMBERED:
                self._tokens.clear()
            self._tokens[name, value] = known
        return known
