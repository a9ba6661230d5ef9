"""Writing a journal. A writer holds a lock on its file, which the system lets go of when the writer's process dies:
what is locked is alive.
"""

import fcntl
import os
import secrets
from contextlib import suppress
from pathlib import Path
from threading import Lock

from ringfence.vault.errors import JournalFailed
from ringfence.vault.journal.layout import (
    ENTRY,
    HEAD,
    LARGEST_RECORD,
    MOST_SKIPPED,
    SALT,
    JournalContext,
    Subkeys,
    nonce,
    pack_header,
    pack_trailer,
)
from ringfence.vault.seal import TAG_BYTES


class JournalWriter:
    """Appends sealed records to a new file. `append` only writes; durability is `sync`, which may block.

    `append` belongs to one thread. `sync` may run in another, even while the journal is closed or abandoned.
    """

    def __init__(self, path: Path, descriptor: int, subkeys: Subkeys, end: int) -> None:
        self._path = path
        self._descriptor = descriptor
        self._subkeys = subkeys
        self._cipher = subkeys.records
        self._index = bytearray()  # packed: an hour of seconds is 90 KB
        self._spent = 0  # numbers that have sealed something, written or not
        self._last = -1  # number of the last record that is in the file
        self._end = end
        self._named = False  # whether the folder's entry of the file is known to be on the disk
        self._guard = Lock()  # of the descriptor, held for microseconds

    @classmethod
    def create(cls, path: Path, key: bytes, context: JournalContext) -> "JournalWriter":
        """Start a journal. Raises FileExistsError if there is one, JournalFailed if the disk refuses."""
        header = pack_header(context, secrets.token_bytes(SALT))
        subkeys = Subkeys(key, header)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            # Waits at most for somebody who looks whether the file is being written.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            end = write_all(descriptor, 0, header, subkeys.check)
        except (JournalFailed, OSError):
            os.close(descriptor)
            path.unlink(missing_ok=True)
            raise
        return cls(path, descriptor, subkeys, end)

    @property
    def records(self) -> int:
        return len(self._index) // ENTRY.size

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._end

    def append(self, kind: int, position: int, payload: bytes) -> None:
        """Seal one record. `kind` is 1..255, `position` whatever the part counts in (samples, say).

        Raises JournalFailed if the disk refuses: the record is not in the journal, all before it is, and later ones
        may be appended. Its number is spent: a retry is sealed under the next.
        """
        if len(payload) > LARGEST_RECORD:
            raise ValueError("a journal's record holds a mebibyte at most")
        number, skipped = self._spent, self._spent - self._last - 1
        if skipped > MOST_SKIPPED:
            raise JournalFailed("The disk refused this journal too often; close it.")
        length = len(payload) + TAG_BYTES
        head = HEAD.pack(length, kind, skipped, position)
        self._spent += 1  # before sealing: whatever happens now, this number never seals again
        body = self._cipher.encrypt(nonce(number), payload, head)
        end = write_all(self._descriptor, self._end, head, body)
        self._index += ENTRY.pack(kind, position, self._end, length, number)
        self._last, self._end = number, end

    def sync(self) -> None:
        """Make everything appended so far survive a crash of the machine. Does nothing on a closed journal.

        Blocks for as long as the disk takes: call it in a thread, at least every two seconds, which is the most that a
        crash may cost. Raises JournalFailed if the disk did not take it.
        """
        with (
            self._guard
        ):  # a descriptor of our own: the writer's may be closed, and its number reused, meanwhile
            if self._descriptor < 0:
                return
            descriptor = os.dup(self._descriptor)
        try:
            os.fdatasync(descriptor)
            self._keep_name()
        except OSError as error:
            raise JournalFailed("The disk did not keep the recording. Look after it.") from error
        finally:
            os.close(descriptor)

    def close(self) -> int:
        """Write the sealed index, sync, and close. The file's final size in bytes. Blocks.

        Raises JournalFailed if the disk refuses: the journal is an orphan then, whole up to its last record.
        """
        try:
            size = finish(self._descriptor, self._subkeys, bytes(self._index), self._end, damaged=False)
            self._keep_name()
        except OSError as error:
            raise JournalFailed("The disk did not keep the recording. Look after it.") from error
        finally:
            self.abandon()
        return size

    def abandon(self) -> None:
        """Close the descriptor and leave the file an orphan."""
        with self._guard:
            if self._descriptor >= 0:
                os.close(self._descriptor)
            self._descriptor = -1

    def _keep_name(self) -> None:
        if not self._named:
            sync_folder(self._path.parent)
            self._named = True


def finish(descriptor: int, subkeys: Subkeys, index: bytes, end: int, *, damaged: bool) -> int:
    """Close the file at `end` under a salt of its own, whatever stood behind; the final size, on the disk.

    Raises JournalFailed if the disk refuses.
    """
    trailer = pack_trailer(subkeys, secrets.token_bytes(SALT), index, end, damaged=damaged)
    size = write_all(descriptor, end, trailer)
    try:
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
    except OSError as error:
        raise JournalFailed("The disk did not keep the recording. Look after it.") from error
    return size


def write_all(descriptor: int, offset: int, *parts: bytes) -> int:
    """Write at `offset` or not at all: what a failed write left is cut off again. Where it ends."""
    size = sum(map(len, parts))
    try:
        written = os.pwritev(descriptor, parts, offset)
        while written < size:
            rest = memoryview(b"".join(parts))[written:]
            written += os.pwritev(descriptor, [rest], offset + written)
    except OSError as error:
        with suppress(OSError):
            os.ftruncate(descriptor, offset)
        raise JournalFailed("The disk does not take the recording. Free space on it.") from error
    return offset + size


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
