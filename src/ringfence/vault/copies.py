"""The keyring's own backup: one copy at another target, the newest and no older one.

    claim(copy, owner)                make a place the copy of this keyring, or find that it is
    refresh(keyring, copy, today)     what is new goes in; what was destroyed goes out
    restore(copy, keyring, today)     what the keyring lost comes back; what was destroyed does not

A key leaves the copy only for a reason that is written down: its day has passed, or the keyring holds the mark of its
destruction. That a key is merely not there is no reason: a keyring that was lost would take its copy along. In both directions the
bytes stay sealed under the root key, which is never part of either.

When the root key was rotated, the same keys are wrapped otherwise. The keyring then has a record of it (`root/…`); as long as the copy lacks
that record, each of its objects is compared and replaced. The record goes in last.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from ringfence.core.errors import Conflict
from ringfence.vault.keyring import DAY, GONE, ROOT, day_of, gone_mark
from ringfence.vault.stores import KeyringStore

OWNER: Final = "of/keyring"
Opens = Callable[[str, bytes], bool]


def _any(_name: str, _value: bytes) -> bool:
    return True


class NotACopy(Conflict):
    """A place that holds something else than this keyring's copy."""

    code = "not_a_copy"


class KeysMissing(Conflict):
    """The keyring lacks keys that its copy has and that nobody destroyed: it was lost."""

    code = "keys_missing"


@dataclass(frozen=True, slots=True)
class Copied:
    """How many objects were added, how many keys were taken out, and which stand in the copy alone without a reason."""

    added: int
    removed: int
    missing: tuple[str, ...] = ()


_LOST: Final = (
    "The keyring lacks {count} keys that this copy has, and nothing says that they were destroyed. If the keyring was lost, bring "
    "it back with `ringfence keyring restore`; if you mean to give them up, choose a new, empty target."
)


def claim(copy: KeyringStore, owner: bytes, *, new: bool = True) -> None:
    """See that `copy` is a copy of the keyring whose owner this is; an empty place becomes one, if it may be new.

    Raises NotACopy for anything else: a copy shares its place with nothing, least of all with a backup of the database.
    """
    if new and not copy.kinds():
        copy.create(OWNER, owner)
    found = copy.get(OWNER)
    if found is None:
        raise NotACopy(
            "There is no copy of a keyring here, and something else is. Choose a folder or bucket of its own."
            if copy.kinds()
            else "There is no copy of a keyring here. Choose where `ringfence keyring backup` put it."
        )
    if found != owner:
        raise NotACopy(
            "This is the copy of another keyring, or the root key is not the one it was made under."
        )


def refresh(source: KeyringStore, copy: KeyringStore, today: date) -> Copied:
    """Make `copy` what `source` is. What was destroyed goes first, so that a copy that is too full still lets go of it."""
    here, there = set(names(source)), set(names(copy))
    used_up = {name for name in there if _destroyed(name, here, today)}
    for name in sorted(used_up):
        copy.delete(name)
    fresh = {name for name in here - there if not _destroyed(name, here, today)}
    records = {name for name in fresh if name.startswith(f"{ROOT}/")}
    added = sum(_add(source, copy, name) for name in sorted(fresh - records))
    for name in sorted(here - records - used_up) if records else ():
        _follow(source, copy, name)
    added += sum(_add(source, copy, name) for name in sorted(records))
    missing = tuple(sorted(there - here - used_up))
    return Copied(added, len(used_up), missing)


def backup(source: KeyringStore, copy: KeyringStore, today: date) -> Copied:
    """`refresh`, at somebody's wish. Raises KeysMissing, before anything is written, if the copy knows more than it should."""
    here = set(names(source))
    missing = [name for name in names(copy) if name not in here and not _destroyed(name, here, today)]
    if missing:
        raise KeysMissing(_LOST.format(count=len(missing)))
    return refresh(source, copy, today)


def restore(copy: KeyringStore, keyring: KeyringStore, today: date, opens: Opens = _any) -> Copied:
    """Bring back what the keyring has lost. No key whose day has passed, and none that was destroyed, comes back; one that does not
    open (a copy that missed a rotation of the root key) is left where it is, and told as `missing`.
    """
    here, there = set(names(keyring)), set(names(copy))
    marks = here | there
    wanted = sorted(name for name in there - here if not _destroyed(name, marks, today))
    shut = {name for name in wanted if (value := copy.get(name)) is not None and not opens(name, value)}
    return Copied(
        sum(_add(copy, keyring, name) for name in wanted if name not in shut), 0, tuple(sorted(shut))
    )


def names(store: KeyringStore) -> Iterator[str]:
    """Everything in a store."""
    for kind in store.kinds():
        yield from (name for name in store.list(kind) if name != OWNER)


def _destroyed(name: str, known: set[str], today: date) -> bool:
    kind = name.partition("/")[0]
    day = day_of(name) if kind == DAY else None
    return kind != GONE and ((day is not None and day < today) or gone_mark(name) in known)


def _follow(source: KeyringStore, copy: KeyringStore, name: str) -> None:
    """Bring an object of the copy to what it is in the keyring, as long as both have it."""
    while (held := copy.get(name)) is not None and (value := source.get(name)) is not None and held != value:
        copy.replace(name, held, value)


def _add(source: KeyringStore, target: KeyringStore, name: str) -> int:
    value = source.get(name)
    return int(value is not None and target.create(name, value))
