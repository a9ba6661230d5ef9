"""Small files with keys in them: written whole, exchanged whole, overwritten before they go."""

import errno
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


def write(path: Path, value: bytes) -> None:
    """Write a new file whole, and have it on the disk: a full one may take a part of it and say nothing but how much."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if os.write(descriptor, value) != len(value):
            raise OSError(errno.ENOSPC, "written in part")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def sync(folder: Path) -> None:
    """A crash forgets no name of this folder."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def draft_of(path: Path) -> Path:
    """Where what is to replace a file is written first. One name, so that what a killed writer left is found."""
    return path.with_name(f".{path.name}.next")


def take_place(path: Path, value: bytes, old: int) -> None:
    """Put a new file in the place of an open one, then overwrite the old one. The owner stays: who rotates as root leaves the keys to
    who serves. Only for who is alone (`alone`, or a lock on the file). Raises OSError.
    """
    draft, status = draft_of(path), os.fstat(old)
    remove(draft)
    try:
        write(draft, value)
        os.chown(draft, status.st_uid, status.st_gid)
        draft.rename(path)
    except OSError:
        remove(draft)
        raise
    sync(path.parent)
    _overwrite(old)


def remove(path: Path) -> None:
    """Overwrite and unlink what is there, if something is; a disk too full for the first does not keep from the second. Raises OSError."""
    with suppress(FileNotFoundError):
        spoil(path)
        path.unlink()


def spoil(path: Path) -> None:
    """Overwrite a file as well as it goes. What a journalling or flash disk keeps of it is beyond a file system's word."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY)
        try:
            _overwrite(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Who replaces and who deletes in a folder wait for one another, until this ends or its process does. Raises OSError where the
    file system has no locks.
    """
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _overwrite(descriptor: int) -> None:
    os.pwrite(descriptor, secrets.token_bytes(os.fstat(descriptor).st_size), 0)
    os.fsync(descriptor)
