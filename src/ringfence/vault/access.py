"""Marks on rows that decide who gets in, so that a stolen database login writes none that counts.

A mark is `nonce (8 bytes) ‖ HMAC-SHA256 (first 24 bytes)` over the table's name, the nonce and the covered values, each with its
name, type and length. The key is derived from the root key, which no database holds. With its nonce every mark is
another, also of equal values: the database lets each mark in once (`keys.EnteredMark`), so that a row that was
changed or removed does not come back.
"""

import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from ringfence.vault.errors import Unmarkable
from ringfence.vault.rootkey import RootKey

NONCE_BYTES: Final = 8
MARK_BYTES: Final = 32
_KEYS: Final[WeakKeyDictionary[RootKey, bytes]] = WeakKeyDictionary()


def mark_row(root: RootKey, table: str, values: Mapping[str, object]) -> bytes:
    """A fresh mark of 32 bytes over these values. Raises Unmarkable for a value of a type that has no one form."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + _mac(root, table, nonce, values)


def is_marked(root: RootKey, table: str, values: Mapping[str, object], mark: bytes | None) -> bool:
    """Whether this installation marked exactly these values of this table."""
    if mark is None or len(mark) != MARK_BYTES:
        return False
    nonce = mark[:NONCE_BYTES]
    return hmac.compare_digest(_mac(root, table, nonce, values), mark[NONCE_BYTES:])


def ticket_mark(root: RootKey, ticket: str) -> bytes:
    """Under what a ticket rests: a keyed hash, so that nobody who writes the table makes a ticket of their own."""
    return hmac.new(root.subkey("access/tickets"), ticket.encode(), sha256).digest()


def _mac(root: RootKey, table: str, nonce: bytes, values: Mapping[str, object]) -> bytes:
    mac = hmac.new(_key(root), nonce, sha256)
    for part in (
        table.encode(),
        *(each for name in sorted(values) for each in (name.encode(), _form(values[name]))),
    ):
        mac.update(len(part).to_bytes(4, "big") + part)
    return mac.digest()[: MARK_BYTES - NONCE_BYTES]


def _key(root: RootKey) -> bytes:
    """Derived once: it is asked for several times a request."""
    if root not in _KEYS:
        _KEYS[root] = root.subkey("access/marks")
    return _KEYS[root]


def _form(value: object) -> bytes:
    """One form for each value, whichever driver read it; the first byte is its type."""
    for kinds, form in _FORMS:
        if isinstance(value, kinds):
            return form(value)
    raise Unmarkable(f"A value of the type {type(value).__name__} cannot be marked.")


def _moment(value: datetime) -> bytes:
    return b"t" + value.astimezone(UTC).isoformat(timespec="microseconds").encode()


def _document(value: object) -> bytes:
    return b"j" + json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


_FORMS: Final[tuple[tuple[Any, Callable[[Any], bytes]], ...]] = (
    (type(None), lambda _: b"-"),
    (bool, lambda value: b"?1" if value else b"?0"),
    (int, lambda value: b"#" + str(value).encode()),
    (UUID, lambda value: b"u" + value.bytes),
    (str, lambda value: b"s" + value.encode()),
    ((bytes, memoryview), lambda value: b"b" + bytes(value)),
    (datetime, _moment),
    ((list, tuple, dict), _document),
)
