"""Signatures of the installation (Ed25519, RFC 8032): what leaves with one can be checked offline, by anyone, for ever.

The private key is drawn from the root key, so that no further secret has to be kept; a name for each purpose keeps what is
signed for one from being taken for another. What is signed says itself, in a field `kind`, what it is.
"""

from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ringfence.vault.rootkey import RootKey

PURPOSE: Final = "signing"
ID_DIGITS: Final = 16


class SigningKey:
    """The installation's key. `public` is its 32 raw bytes, `key_id` the beginning of their SHA-256."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public: bytes = self._key.public_key().public_bytes_raw()
        self.key_id = key_id(self.public)

    @classmethod
    def of(cls, root: RootKey) -> "SigningKey":
        return cls(root.subkey(PURPOSE))

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)


def key_id(public: bytes) -> str:
    """How a public key is named."""
    return sha256(public).hexdigest()[:ID_DIGITS]


def verifies(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made with the private half of `public`."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
