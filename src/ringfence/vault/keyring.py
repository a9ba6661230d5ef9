"""The keyring: one key per epoch, sealed under the root key, outside the database.

An epoch is a span or an owner whose end takes everything beneath it along: a UTC day on which things end, an
account, a live day, a hold, a day's backup. Destroying the object is the destruction.

A destroyed epoch leaves a mark `gone/…`, a moment without key material: its name is used up, and no late writer, no clock
that was set back and no copy of the keyring brings it to life again. The mark is written before the key goes, and
whoever makes an epoch looks for the mark again after making it, so that no order of the two leaves a key behind.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Final
from uuid import UUID

from ringfence.core.clock import Clock
from ringfence.vault.errors import EpochGone, StoreFailed, Tampered
from ringfence.vault.rootkey import RootKey
from ringfence.vault.seal import new_key
from ringfence.vault.stores import KeyringStore

CACHE_S: Final = 60.0
DAY: Final = "day"
LIVE: Final = "live"
GONE: Final = "gone"
HOLD: Final = "hold"
ROOT: Final = "root"  # records of when a root key took over: no key is in them


def day_epoch(day: date) -> str:
    """The epoch of everything that ends on this UTC day."""
    return f"day/{day.isoformat()}"


def account_epoch(account_id: UUID) -> str:
    return f"account/{account_id}"


def shelf_epoch(account_id: UUID, shelf: int) -> str:
    """The epoch beside an account's, which is changed whenever what the account has is to end sooner than was said."""
    return f"shelf/{account_id}-{shelf}"


def hold_epoch(hold_id: UUID) -> str:
    """The epoch of what a legal hold names."""
    return f"{HOLD}/{hold_id}"


def live_epoch(day: date) -> str:
    """The epoch of calls that began on this UTC day and are not closed yet."""
    return f"live/{day.isoformat()}"


def day_of(name: str) -> date | None:
    """The UTC day of a dated epoch (`day/…`, `live/…`); None for one that has none."""
    try:
        return date.fromisoformat(name.partition("/")[2])
    except ValueError:
        return None


def gone_mark(name: str) -> str:
    """Where it is written that this epoch was destroyed."""
    return f"{GONE}/{name.replace('/', '-', 1)}"


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
        """The epoch's 32-byte key. Raises EpochGone if there is none and `create` is not asked for, and also if it was
        destroyed, or is of a day that has passed: such an epoch is never made anew.
        """
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

    def fresh(self, name: str) -> bytes:
        """As `epoch`, asked of the store itself: a destruction elsewhere is felt at once. Raises EpochGone."""
        key = self._fetch(name)
        if key is None:
            raise EpochGone("This was ended; what it opened stays shut.")
        return key

    def destroy(self, name: str) -> None:
        """Destroy an epoch for good. Repeating it does nothing.

        A store too full to take the mark does not save the key: it goes all the same, and then StoreFailed is raised, so
        that the mark is written by the next try.
        """
        unmarked: StoreFailed | None = None
        try:
            self.store.create(gone_mark(name), self.clock.now().isoformat().encode())
        except StoreFailed as error:
            unmarked = error
        self.store.delete(name)
        with self._lock:
            self._cache.pop(name, None)
        if unmarked is not None:
            raise unmarked

    def passed(self, kind: str, before: date, spare: Collection[date] = ()) -> Sequence[str]:
        """The epochs of a dated kind ("day", "live") whose day came before that one, oldest first; not those of `spare`."""
        days = ((day_of(name), name) for name in self.store.list(kind))
        return tuple(name for day, name in days if day is not None and day < before and day not in spare)

    def list(self, kind: str) -> list[str]:
        """The names of one kind ("day", "account", "live", …), sorted."""
        return self.store.list(kind)

    def rewrap(self, name: str) -> bool:
        """Wrap an epoch under the root key that wraps now; whether it was under another. A destroyed one stays destroyed.

        Raises Tampered if no root key opens it.
        """
        with self.root.wrapping():
            sealed = self.store.get(name)
            if sealed is None or self.root.is_newest(sealed, aad=name.encode()):
                return False
            key = self._fetch(name)
            if key is None:
                return False
            done = self.store.replace(name, sealed, self.root.wrap(key, aad=name.encode()))
        if (
            self.store.get(gone_mark(name)) is not None
        ):  # as in `_make`, for a store that is not strict with conditions
            self.store.delete(name)
        return done

    def _fetch(self, name: str) -> bytes | None:
        sealed = self.store.get(name)
        while sealed is not None:
            try:
                return self.root.unwrap(sealed, aad=name.encode())
            except Tampered:
                again = self.store.get(name)
            if again == sealed:
                break
            sealed = again  # it was wrapped anew while we read, and the root key from before is let go
        if sealed is None or self._used_up(name):  # killed between spoiling the key's file and removing it
            return None
        raise Tampered("This keyring was not made with this root key, or an epoch in it was changed.")

    def _make(self, name: str) -> bytes | None:
        if self._used_up(name):
            return None
        with self.root.wrapping():
            self.store.create(name, self.root.wrap(new_key(), aad=name.encode()))
        key = self._fetch(name)  # whoever came first decided
        if self._used_up(name):  # destroyed while it was made: what we made must not outlive that
            self.store.delete(name)
            return None
        return key

    def _used_up(self, name: str) -> bool:
        day = day_of(name) if name.startswith(f"{DAY}/") else None
        if day is not None and day < self.clock.now().date():
            return True
        return self.store.get(gone_mark(name)) is not None
