"""The rotation of the root key, while everything goes on.

    step(keyring, root, copies)      one stage further: the file's stages are told in `rootfile`
    rotate(keyring, root, copies)    all that are left, or a whole rotation if none is under way

A new key joins the file; it takes over; every epoch is wrapped under it, in the keyring and then in its copies; the key before is let
go. Each stage may be repeated and be done by two at once; killed anywhere, the next one goes on from there. Every read meets a
key that the file holds, every epoch that is made meanwhile is made under the key that wraps, and what is destroyed stays destroyed.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Final

import orjson

from ringfence.vault.copies import backup, names
from ringfence.vault.errors import Tampered
from ringfence.vault.keyring import GONE, ROOT, Keyring
from ringfence.vault.rootfile import Stage
from ringfence.vault.rootkey import FileRootKey, RootKey
from ringfence.vault.signing import KIND as SIGNING
from ringfence.vault.stores import KeyringStore

WITHOUT_KEY: Final = frozenset({GONE, ROOT, SIGNING})

Progress = Callable[[int], None]


def unseen(_count: int) -> None:
    """Progress that nobody watches."""


def rotate(
    keyring: Keyring, root: FileRootKey, copies: Sequence[KeyringStore] = (), progress: Progress = unseen
) -> int:
    """A whole rotation, or what a killed one left of it; how many epochs were wrapped anew. Raises as `step`."""
    done = 0
    while True:
        wrapped, stage = step(keyring, root, copies, progress)
        done += wrapped
        if stage is Stage.SETTLED:
            return done


def step(
    keyring: Keyring, root: FileRootKey, copies: Sequence[KeyringStore] = (), progress: Progress = unseen
) -> tuple[int, Stage]:
    """One stage: how many epochs were wrapped anew, and the stage that the file is at now.

    The key before is let go only if everything is under the newest, in the keyring and in all of `copies`. Raises Tampered if there is
    an epoch that opens under no key of the file, KeysMissing if a copy knows keys that the keyring lost, StoreFailed if
    one of them does not answer.
    """
    seen, wrapped = root.keys(), 0
    if seen.stage is Stage.IN_USE:
        wrapped = _rewrap(keyring, progress)
        since = orjson.dumps({"since": keyring.clock.now().isoformat()})
        keyring.store.create(f"{ROOT}/{seen.key_id}", since)
        for copy in copies:
            backup(keyring.store, copy, keyring.clock.now().date())
    return wrapped, root.advance(seen).stage


def epochs(store: KeyringStore) -> Iterator[str]:
    """What in a keyring is wrapped under the root key: all but marks, records and public keys."""
    return (name for name in names(store) if _has_key(name))


def opens(root: RootKey, name: str, sealed: bytes) -> bool:
    """Whether the root key opens this object of a keyring, or it is one without a key."""
    try:
        return not _has_key(name) or bool(root.unwrap(sealed, aad=name.encode()))
    except Tampered:
        return False


def in_use_since(store: KeyringStore) -> datetime | None:
    """When the last rotation put its key in the place of all before; None if there was none."""
    kept = (store.get(name) for name in store.list(ROOT))
    return max((datetime.fromisoformat(orjson.loads(each)["since"]) for each in kept if each), default=None)


def under_older(keyring: Keyring) -> int:
    """How many epochs are not under the key that wraps now."""
    kept = ((name, keyring.store.get(name)) for name in epochs(keyring.store))
    return sum(not keyring.root.is_newest(sealed, aad=name.encode()) for name, sealed in kept if sealed)


def _has_key(name: str) -> bool:
    return name.partition("/")[0] not in WITHOUT_KEY


def _rewrap(keyring: Keyring, progress: Progress) -> int:
    """Every epoch that can be opened, before what cannot be is said."""
    done, shut = 0, list[str]()
    for name in epochs(keyring.store):
        try:
            done += keyring.rewrap(name)
        except Tampered:
            shut.append(name)
        progress(1)
    if shut:
        raise Tampered(
            f"No root key opens {len(shut)} of this keyring's epochs ({', '.join(shut[:3])}), so the key before is not let go. "
            "If they are in the keyring's copy, take them out here and run `ringfence keyring restore`; then rotate again."
        )
    return done
