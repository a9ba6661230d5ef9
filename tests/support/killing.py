"""A program of its own: rotates a root key again and again, killed before each thing it asks of the disk, once for each.

    python -m tests.support.killing FOLDER

Prints a line of JSON: before how many things it was killed, and what was wrong afterwards. A fork for each try, so that it is
the kernel that kills, and nothing of ours that tidies up.
"""

import fcntl
import json
import os
import shutil
import signal
import sys
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from ringfence.core.clock import ManualClock
from ringfence.vault.copies import names, refresh
from ringfence.vault.keyring import Keyring, account_epoch, day_epoch, live_epoch
from ringfence.vault.rootfile import Stage
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.rotation import rotate, under_older
from ringfence.vault.stores import FolderStore, KeyringStore

TODAY = date(2026, 1, 1)
DESTROYED = live_epoch(TODAY)
KEPT = (account_epoch(UUID(int=1)), day_epoch(TODAY))
ASKED = ((os, "open"), (os, "write"), (os, "pwrite"), (os, "fsync"), (os, "rename"), (os, "link"), (os, "unlink"),
         (os, "chown"), (fcntl, "flock"))  # fmt: skip


def a_keyring(folder: Path) -> tuple[Keyring, FileRootKey, FolderStore]:
    """As a process that starts now finds it, and the keyring's copy."""
    root = FileRootKey.create(folder / "root.key")
    return Keyring(FolderStore(folder / "keyring"), root, ManualClock()), root, FolderStore(folder / "copy")


def killed_before(number: int, folder: Path) -> bool:
    """Rotate, killed before the `number`th thing; whether there was one."""
    child = os.fork()
    if child == 0:
        left = number

        def counted(does: Any) -> Any:
            def ask(*arguments: Any, **options: Any) -> Any:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return does(*arguments, **options)

            return ask

        keyring, root, copy = a_keyring(folder)
        for module, name in ASKED:
            setattr(module, name, counted(getattr(module, name)))
        rotate(keyring, root, (copy,))
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def wrong(folder: Path, keys: dict[str, bytes]) -> list[str]:
    """What does not open, or opens though it must not, for a process that starts now."""
    keyring, _root, copy = a_keyring(folder)
    found = [name for name, key in keys.items() if keyring.epoch(name) != key]
    if keyring.store.get(DESTROYED) is not None:
        found.append(f"{DESTROYED} came back")
    copied = Keyring(copy, keyring.root, ManualClock())
    return found + [f"{name} in the copy" for name, key in keys.items() if copied.epoch(name) != key]


def unfinished(folder: Path, old: bytes) -> list[str]:
    """What a rotation that was repeated to its end has left."""
    keyring, root, copy = a_keyring(folder)
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        *(["a stage is left"] if root.keys().stage is not Stage.SETTLED else []),
        *(["something is under the key before"] if under_older(keyring) else []),
        *(["the copy differs"] if _all(copy) != _all(keyring.store) else []),
        *[f"the key before is in {path}" for path in files if old in path.read_bytes()],
        *[
            f"a draft is left: {path}"
            for path in files
            if path.name.startswith(".") and path.suffix == ".next"
        ],
    ]


def _all(store: KeyringStore) -> dict[str, bytes | None]:
    return {name: store.get(name) for name in names(store)}


def main(folder: Path) -> None:
    setattr(os, "fsync", lambda _descriptor: None)  # noqa: B010 - a process that is killed leaves the kernel what it wrote
    template = folder / "template"
    keyring, root, copy = a_keyring(template)
    for name in (*KEPT, DESTROYED):
        keyring.epoch(name, create=True)
    rotate(keyring, root)  # so that the key before is not the first one, which stays
    refresh(keyring.store, copy, TODAY)
    keyring.destroy(DESTROYED)
    keys, old = {name: keyring.epoch(name) for name in KEPT}, root.keys().wraps
    number, found = 1, list[str]()
    while True:
        here = folder / "here"
        shutil.rmtree(here, ignore_errors=True)
        shutil.copytree(template, here)
        killed = killed_before(number, here)
        found += [f"{number}: {each}" for each in wrong(here, keys)]
        again, its_root, its_copy = a_keyring(here)
        if killed:
            rotate(again, its_root, (its_copy,))
        found += [f"{number}, repeated: {each}" for each in (*wrong(here, keys), *unfinished(here, old))]
        if not killed:
            break
        number += 1
    sys.stdout.write(json.dumps({"kills": number - 1, "wrong": found}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
