"""Signatures of the installation (Ed25519, RFC 8032): what leaves with one can be checked offline, by anyone, for ever.

The private key is drawn from the root key, so that no further secret has to be kept. What is signed says itself, in a field
`kind`, what it is, so that nothing signed for one purpose can be taken for another. A new generation is a new key; the public
halves of all generations stand in the keyring's store, since what an older one signed has to verify for ever.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from ringfence.core.clock import Clock
from ringfence.vault.errors import KeyRejected
from ringfence.vault.rootkey import RootKey
from ringfence.vault.stores import KeyringStore

PURPOSE: Final = "signing"
KIND: Final = "signing"  # of the keyring's objects: no key is in them, the public half alone
ID_DIGITS: Final = 16


class SigningKey:
    """The installation's key. `public` is its 32 raw bytes, `key_id` the beginning of their SHA-256."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public: bytes = self._key.public_key().public_bytes_raw()
        self.key_id = key_id(self.public)

    @classmethod
    def of(cls, root: RootKey, generation: int = 1) -> "SigningKey":
        return cls(root.subkey(PURPOSE if generation == 1 else f"{PURPOSE}/{generation}"))

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


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a generation. `until` is when the next one took over; None for the one that signs now."""

    key_id: str
    public: bytes
    since: datetime
    until: datetime | None


class Signers:
    """The generations of an installation's key."""

    def __init__(self, root: RootKey, store: KeyringStore, clock: Clock) -> None:
        self._root = root
        self._store = store
        self._clock = clock

    def current(self) -> SigningKey:
        """The key that signs now; the first is made when it is first asked for."""
        newest = self._newest()
        if newest == 0:
            return self.renew()
        key = SigningKey.of(self._root, newest)
        if self._read(newest)[0] != key.public:
            raise KeyRejected(
                "The keyring knows another signing key than this root key makes. Bring the root key that belongs to it."
            )
        return key

    def renew(self) -> SigningKey:
        """Begin a new generation. What older ones signed still verifies."""
        generation = self._newest() + 1
        key = SigningKey.of(self._root, generation)
        value = {"public": key.public.hex(), "since": self._clock.now().isoformat()}
        self._store.create(f"{KIND}/{generation}", orjson.dumps(value))
        return key

    def published(self) -> list[PublicKey]:
        """All generations, oldest first."""
        self.current()
        known = [self._read(number) for number in range(1, self._newest() + 1)]
        ends = [since for _public, since in known[1:]]
        return [
            PublicKey(key_id(public), public, since, until)
            for (public, since), until in zip(known, [*ends, None], strict=True)
        ]

    def by_id(self) -> dict[str, bytes]:
        """Public keys by id, as verifiers want them."""
        return {each.key_id: each.public for each in self.published()}

    def _newest(self) -> int:
        return max((int(name.partition("/")[2]) for name in self._store.list(KIND)), default=0)

    def _read(self, generation: int) -> tuple[bytes, datetime]:
        kept = orjson.loads(self._store.get(f"{KIND}/{generation}") or b"{}")
        return bytes.fromhex(kept.get("public", "")), datetime.fromisoformat(kept["since"])
