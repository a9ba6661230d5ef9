"""Sealing: AES-256-GCM with associated data that says where the bytes belong (NIST SP 800-38D).

A sealed value is `version (1 byte) ‖ nonce (12 bytes, random) ‖ ciphertext ‖ tag (16 bytes)`. Random nonces are safe
here because every key seals few values: a data key serves one call's fields, a bucket key a day's data keys.
Long streams use counters instead: see `journal`.
"""

import secrets
from typing import Final
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ringfence.vault.errors import Tampered

CIPHER: Final = "AES"
KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
_VERSION: Final = b"\x01"
OVERHEAD: Final = len(_VERSION) + NONCE_BYTES + TAG_BYTES


def new_key() -> bytes:
    """32 bytes from the operating system's generator."""
    return secrets.token_bytes(KEY_BYTES)


def derive(key: bytes, purpose: str, *, salt: bytes = b"") -> bytes:
    """A 32-byte subkey for one purpose: HKDF-SHA256 (RFC 5869)."""
    return HKDF(SHA256(), KEY_BYTES, salt or None, purpose.encode()).derive(key)


def aad(account_id: UUID, table: str, row_id: UUID, column: str, position: int = 0) -> bytes:
    """The canonical name of a place: sealed bytes moved to any other row, column or account do not open.

    Each part is preceded by its length, so that no two places share a name.
    """
    parts = (account_id.bytes, table.encode(), row_id.bytes, column.encode(), position.to_bytes(8, "big"))
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def seal(key: bytes, plaintext: bytes, *, aad: bytes) -> bytes:
    """Encrypt `plaintext` under a 32-byte key, bound to `aad`. The result is `OVERHEAD` bytes longer."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, plaintext, _VERSION + aad)


class Sealing:
    """`seal` under one key, many times: the cipher is set up once."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plaintext: bytes, *, aad: bytes) -> bytes:
        nonce = secrets.token_bytes(NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plaintext, _VERSION + aad)


def open_(key: bytes, sealed: bytes, *, aad: bytes) -> bytes:
    """The plaintext of `seal`. Raises Tampered for a wrong key, a wrong place or a changed bit."""
    if len(sealed) < OVERHEAD or sealed[:1] != _VERSION:
        raise Tampered("These bytes were not sealed here, or were cut short.")
    nonce, body = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, body, _VERSION + aad)
    except InvalidTag:
        raise Tampered("These sealed bytes were changed, or belong elsewhere.") from None
