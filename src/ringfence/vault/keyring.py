"""The keyring: one key per epoch, sealed under the root key, outside the database.

An epoch is a span or an owner whose end takes everything beneath it along: a UTC day on which things end, an
account, a live day, a hold, a day's backup. Destroying the object is the destruction.
"""

from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Final
from uuid import UUID

from ringfence.core.clock import Clock
from ringfence.vault.errors import EpochGone, Tampered
from ringfence.vault.rootkey import RootKey
from ringfence.vault.seal import new_key
from ringfence.vault.stores import KeyringStore

CACHE_S: Final = 60.0


def day_epoch(day: date) -> str:
    """The epoch of everything that ends on this UTC day."""
    return f"day/{day.isoformat()}"


def account_epoch(account_id: UUID) -> str:
    return f"account/{account_id}"


def live_epoch(day: date) -> str:
    """The epoch of calls that began on this UTC day and are not closed yet."""
    return f"live/{day.isoformat()}"


@dataclass(slots=True)
class _Cached:
    key: bytes
    until: float


@dataclass(slots=True)
class Keyring:
    """Epoch keys by name. A key is remembered for a minute at most, so destruction elsewhere is felt by then."""

    store: KeyringStore
    root: RootKey
    clock: Clock
    _cache: dict[str, _Cached] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def epoch(self, name: str, *, create: bool = False) -> bytes:
        """The epoch's 32-byte key. Raises EpochGone if there is none and `create` is not asked for."""
        with self._lock:
            cached = self._cache.get(name)
            if cached and cached.until > self.clock.monotonic():
                return cached.key
            self._cache.pop(name, None)
        key = self._fetch(name) or (self._make(name) if create else None)
        if key is None:
            raise EpochGone("The key of this time was destroyed; what it sealed cannot be opened again.")
        with self._lock:
            self._cache[name] = _Cached(key, self.clock.monotonic() + CACHE_S)
        return key

    def destroy(self, name: str) -> None:
        """Destroy an epoch for good. Repeating it does nothing."""
        self.store.delete(name)
        with self._lock:
            self._cache.pop(name, None)

    def list(self, kind: str) -> list[str]:
        """The names of one kind ("day", "account", "live", …), sorted."""
        return self.store.list(kind)

    def _fetch(self, name: str) -> bytes | None:
        sealed = self.store.get(name)
        if sealed is None:
            return None
        try:
            return self.root.unwrap(sealed, aad=name.encode())
        except Tampered:
            raise Tampered(
                "This keyring was not made with this root key, or an epoch in it was changed."
            ) from None

    def _make(self, name: str) -> bytes | None:
        self.store.create(name, self.root.wrap(new_key(), aad=name.encode()))
        return self._fetch(name)  # whoever came first decided
