"""What a dead writer left: told from the living by the lock, and closed where its last whole record ends."""

import fcntl
import os
from pathlib import Path

from ringfence.vault.errors import StillWritten, Tampered
from ringfence.vault.journal.layout import ENTRY
from ringfence.vault.journal.reader import open_header, read_index
from ringfence.vault.journal.scan import scan
from ringfence.vault.journal.source import FileSource
from ringfence.vault.journal.writer import finish


def close_orphan(path: Path, key: bytes) -> int:
    """Close what a dead writer left, at its last whole record; the final size. Closing twice does nothing.

    Nothing is sealed again: the index that is added has a subkey of its own. Where a record does not open though no
    crash would leave it so, those before it are kept, and readers find `damaged` set.
    Raises StillWritten while the writer lives or another closes it, and Tampered, leaving the file as it is, if the
    header is not whole or not this key's.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        _lock(descriptor)
        source = FileSource(path)
        try:
            return _close(descriptor, source, key)
        finally:
            source.close()
    finally:
        os.close(descriptor)


def being_written(path: Path) -> bool:
    """Whether a living writer, or somebody who closes it, holds this journal."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def _close(descriptor: int, source: FileSource, key: bytes) -> int:
    subkeys = open_header(source, key)
    damaged = False
    try:
        if read_index(source, subkeys) is not None:
            return source.size()
    except Tampered:
        damaged = True  # it was closed, and its index changed since: its records may still be whole
    found = scan(source, subkeys)
    index = b"".join(ENTRY.pack(*entry) for entry in found.entries)
    return finish(descriptor, subkeys, index, found.end, damaged=damaged or found.damaged)


def _lock(descriptor: int) -> None:
    try:
        # Whoever only looks (`being_written`) holds a shared lock, for microseconds: not a reason to refuse.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StillWritten("This journal's writer lives. Leave it alone.") from None
    fcntl.flock(descriptor, fcntl.LOCK_EX)
