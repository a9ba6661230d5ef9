"""The root key's file: which keys are in it, and how one follows the other without anybody's having to stop.

Each key has 32 bytes. `first` is the one that was made at first start: what is drawn from the root key is drawn from it for ever.
The length of the file says how far a rotation is:

    settled     newest ‖ first                       64 bytes; 32 as long as both are the same
    prepared    before ‖ newest ‖ before ‖ first    128 bytes: wraps as before, and opens what will be wrapped under the newest
    in use      newest ‖ before ‖ first              96 bytes: wraps under the newest, and opens what is under the one before

The first key in the file wraps; all but the last open, and that alone does while there is no other. The file is exchanged whole, under a lock that everybody shares who reads it or who
wraps with what is in it: after a change nobody puts away what was wrapped under the key before.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from ringfence.vault.errors import KeyRejected
from ringfence.vault.files import take_place, write
from ringfence.vault.seal import KEY_BYTES, derive, new_key

ID_DIGITS: Final = 16
_ID: Final = "root/id"


class Stage(StrEnum):
    """How far a rotation is; settled is when there is none."""

    SETTLED = "settled"
    PREPARED = "prepared"
    IN_USE = "in_use"


_STAGES: Final = {1: Stage.SETTLED, 2: Stage.SETTLED, 3: Stage.IN_USE, 4: Stage.PREPARED}


@dataclass(frozen=True, slots=True)
class RootKeys:
    """What is in the file. Two are equal if all of their keys are."""

    keys: tuple[bytes, ...] = field(repr=False)

    @classmethod
    def of(cls, content: bytes) -> "RootKeys":
        """Raises KeyRejected for what has not the length of any stage."""
        number, rest = divmod(len(content), KEY_BYTES)
        if rest or number not in _STAGES:
            raise KeyRejected(
                f"A root key's file has {KEY_BYTES} bytes, or 64, 96 or 128 once it was rotated; this one has {len(content)}."
            )
        return cls(tuple(content[n : n + KEY_BYTES] for n in range(0, len(content), KEY_BYTES)))

    @property
    def content(self) -> bytes:
        return b"".join(self.keys)

    @property
    def stage(self) -> Stage:
        return _STAGES[len(self.keys)]

    @property
    def wraps(self) -> bytes:
        return self.keys[0]

    @property
    def first(self) -> bytes:
        return self.keys[-1]

    @property
    def opens(self) -> tuple[bytes, ...]:
        """Each key once, the likeliest first. The very first key is not among them once another took over."""
        return tuple(dict.fromkeys(self.keys[:-1] or self.keys))

    @property
    def key_id(self) -> str:
        """A name for the key that wraps, which tells nothing of it."""
        return derive(self.wraps, _ID).hex()[:ID_DIGITS]

    def following(self) -> "RootKeys":
        """The next stage: a new key joins, takes over, and the one before is let go."""
        if self.stage is Stage.SETTLED:
            return RootKeys((self.wraps, new_key(), self.wraps, self.first))
        return RootKeys(self.keys[1:] if self.stage is Stage.PREPARED else (self.wraps, self.first))


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read, and by what it is seen that the file was changed since."""

    keys: RootKeys
    mark: tuple[int, ...]


def read(path: Path) -> Reading:
    """Raises KeyRejected if the file is absent, malformed or open to other users."""
    try:
        with _held(path, os.O_RDONLY) as descriptor:
            return _reading(descriptor, path)
    except FileNotFoundError:
        raise KeyRejected(
            f"There is no root key at {path}. Restore it from where you keep its copy."
        ) from None


def mark_of(path: Path) -> tuple[int, ...]:
    return _mark(path.stat())


@contextmanager
def unchanged(path: Path) -> Iterator[None]:
    """While this lasts, nobody exchanges the file. One that is away or cannot be read is exchanged by nobody either."""
    with ExitStack() as held:
        with suppress(OSError):
            held.enter_context(_held(path, os.O_RDONLY))
        yield


def advance(path: Path, seen: RootKeys) -> RootKeys:
    """Bring the file to the stage that follows `seen`, unless it holds something else by now; what it holds then.

    Raises KeyRejected if it cannot be written.
    """
    path = path.resolve()
    try:
        with _held(path, os.O_RDWR) as descriptor:
            found = _reading(descriptor, path).keys
            if found == seen:
                found = seen.following()
                take_place(path, found.content, descriptor)
            return found
    except OSError as error:
        raise KeyRejected(f"The root key's file {path} cannot be written; nothing was changed.") from error


def make(path: Path, key: bytes) -> None:
    """Make the file unless it is there already; two at once agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(draft, key)
        with suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _reading(descriptor: int, path: Path) -> Reading:
    status = os.fstat(descriptor)
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise KeyRejected(f"Others may read the root key. Run: chmod 600 {path}")
    return Reading(RootKeys.of(os.pread(descriptor, 5 * KEY_BYTES, 0)), _mark(status))


def _mark(status: os.stat_result) -> tuple[int, ...]:
    return (status.st_dev, status.st_ino, status.st_ctime_ns, status.st_mtime_ns, status.st_size)


@contextmanager
def _held(path: Path, mode: int) -> Iterator[int]:
    """The file as it is now, locked: alone for who writes, together for who reads. Who reads does so without the lock where the
    file system has none; nobody writes there.
    """
    while True:
        descriptor = os.open(path, mode | os.O_CLOEXEC)
        try:
            if mode == os.O_RDWR:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            else:
                with suppress(OSError):
                    fcntl.flock(descriptor, fcntl.LOCK_SH)
            if os.path.samestat(os.fstat(descriptor), path.stat()):  # it was not exchanged while we waited
                yield descriptor
                return
        finally:
            os.close(descriptor)
