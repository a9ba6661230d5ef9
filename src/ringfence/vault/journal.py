"""The journal: sealed records in order, readable while it grows and when it rests, in one format.

    file    = header ‖ record* ‖ [trailer]
    header  = "RFJ1" ‖ u32 length ‖ context as JSON ‖ salt (16)
    record  = u32 length of body ‖ u8 kind ‖ u64 position ‖ body
    trailer = "RFJX" ‖ salt (16) ‖ sealed index ‖ u64 offset of trailer ‖ "RFJE"

Bodies are AES-256-GCM under HKDF(key, salt of the header), with the record's number as nonce and a last byte that
is 1 only for the index: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015), so a
record cannot be moved, left out or played twice. Whoever closes the file uses a salt of its own, hence no nonce is
ever used twice, even if a worker closes what a dead process left. The index lists every record and the whole is cut
nowhere unnoticed once it is closed. Without a trailer the journal is an orphan and ends at its last whole record.

A writer holds a lock on its file, which the system lets go of when the writer's process dies: what is locked is alive.
"""

import fcntl
import os
import secrets
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, Protocol
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.vault.errors import JournalFailed, StillWritten, Tampered
from ringfence.vault.seal import TAG_BYTES, derive

_MAGIC: Final = b"RFJ1"
_TRAILER: Final = b"RFJX"
_END: Final = b"RFJE"
_SALT: Final = 16
_HEAD: Final = struct.Struct(">IBQ")
_ENTRY: Final = struct.Struct(">BQQI")
_TAIL: Final = struct.Struct(">Q4s")
LARGEST_RECORD: Final = 1 << 20
_LARGEST_CONTEXT: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalContext:
    """What a journal is, readable without its key and authenticated by it. Never personal."""

    account_id: UUID
    call_id: UUID
    part: str
    codec: str = "pcmu"
    rate: int = 8000
    channels: int = 2


class Entry(NamedTuple):
    """Where a record is. `offset` is of its head; `length` of its sealed body."""

    kind: int
    position: int
    offset: int
    length: int


class ReadAt(Protocol):
    """A file or an object, by ranges."""

    def size(self) -> int: ...
    def read_at(self, offset: int, length: int) -> bytes: ...


class FileSource:
    """A local file behind `ReadAt`; it stays readable while it grows."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def read_at(self, offset: int, length: int) -> bytes:
        return os.pread(self._descriptor, length, offset)

    def close(self) -> None:
        os.close(self._descriptor)


class JournalWriter:
    """Appends sealed records to a new file. `append` only writes; durability is `sync`, which may block."""

    def __init__(self, descriptor: int, key: bytes, header: bytes, salt: bytes) -> None:
        self._descriptor = descriptor
        self._key = key
        self._header = header
        self._cipher = AESGCM(derive(key, "journal/records", salt=salt))
        self._entries: list[Entry] = []
        self._end = len(header)

    @classmethod
    def create(cls, path: Path, key: bytes, context: JournalContext) -> "JournalWriter":
        """Start a journal. Raises FileExistsError if there is one, JournalFailed if the disk refuses."""
        salt = secrets.token_bytes(_SALT)
        text = orjson.dumps(context)
        header = _MAGIC + len(text).to_bytes(4, "big") + text + salt
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            _write_all(descriptor, 0, header)
        except JournalFailed:
            os.close(descriptor)
            path.unlink()
            raise
        return cls(descriptor, key, header, salt)

    @property
    def records(self) -> int:
        return len(self._entries)

    @property
    def size(self) -> int:
        """Bytes written so far."""
        return self._end

    def append(self, kind: int, position: int, payload: bytes) -> None:
        """Seal one record. `kind` is 1..255, `position` whatever the part counts in (samples, say)."""
        if len(payload) > LARGEST_RECORD:
            raise ValueError("a journal's record holds a mebibyte at most")
        length = len(payload) + TAG_BYTES
        head = _HEAD.pack(length, kind, position)
        body = self._cipher.encrypt(_nonce(len(self._entries)), payload, self._header + head)
        _write_all(self._descriptor, self._end, head + body)
        self._entries.append(Entry(kind, position, self._end, length))
        self._end += len(head) + length

    def sync(self) -> None:
        """Make everything appended so far survive a crash of the machine."""
        os.fdatasync(self._descriptor)

    def close(self) -> int:
        """Write the sealed index, sync, and close. The file's final size in bytes."""
        try:
            size = _finish(self._descriptor, self._key, self._header, self._entries, self._end)
        finally:
            os.close(self._descriptor)
        return size

    def abandon(self) -> None:
        """Close the descriptor and leave the file an orphan."""
        os.close(self._descriptor)


class JournalReader:
    """Reads a journal, closed or growing. `closed` of True insists on a whole, closed file."""

    def __init__(self, source: ReadAt, key: bytes, *, closed: bool = True) -> None:
        self._source = source
        self._size = source.size()
        self._header, self.context, salt = _read_header(source, self._size)
        self._cipher = AESGCM(derive(key, "journal/records", salt=salt))
        entries = _read_index(source, key, self._header, self._size)
        if entries is None and closed:
            raise Tampered("The recording was cut short: its closing index is missing.")
        self.closed = entries is not None
        self.entries = entries if entries is not None else list(self._scan())

    def read(self, number: int) -> bytes:
        """The plaintext of record `number`. Raises Tampered if it is not what was written there."""
        entry = self.entries[number]
        raw = self._source.read_at(entry.offset, _HEAD.size + entry.length)
        if raw[: _HEAD.size] != _HEAD.pack(entry.length, entry.kind, entry.position):
            raise Tampered("A record of the journal is not where its index says.")
        return self._open(number, raw[: _HEAD.size], raw[_HEAD.size :])

    def __iter__(self) -> Iterator[tuple[Entry, bytes]]:
        for number, entry in enumerate(self.entries):
            yield entry, self.read(number)

    def _scan(self) -> Iterator[Entry]:
        offset, number = len(self._header), 0
        while offset + _HEAD.size <= self._size:
            head = self._source.read_at(offset, _HEAD.size)
            length, kind, position = _HEAD.unpack(head)
            if length > LARGEST_RECORD + TAG_BYTES or offset + _HEAD.size + length > self._size:
                return  # the torn tail of a writer that died
            try:
                self._open(number, head, self._source.read_at(offset + _HEAD.size, length))
            except Tampered:
                return
            yield Entry(kind, position, offset, length)
            offset += _HEAD.size + length
            number += 1

    def _open(self, number: int, head: bytes, body: bytes) -> bytes:
        try:
            return self._cipher.decrypt(_nonce(number), body, self._header + head)
        except InvalidTag:
            raise Tampered(f"Record {number} of the journal was changed or moved.") from None


def close_orphan(path: Path, key: bytes) -> int:
    """Close what a dead writer left, at its last whole record; the final size. Closing twice does nothing.

    Raises StillWritten while the writer lives, Tampered if not even the header is whole.
    """
    if being_written(path):
        raise StillWritten("This journal's writer lives. Leave it alone.")
    source = FileSource(path)
    try:
        reader = JournalReader(source, key, closed=False)
        if reader.closed:
            return source.size()
    finally:
        source.close()
    last = reader.entries[-1] if reader.entries else None
    header = reader._header  # noqa: SLF001 (one file, one format)
    end = last.offset + _HEAD.size + last.length if last else len(header)
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.ftruncate(descriptor, end)
        return _finish(descriptor, key, header, reader.entries, end)
    finally:
        os.close(descriptor)


def being_written(path: Path) -> bool:
    """Whether a living writer holds this journal."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(descriptor)


def is_closed(source: ReadAt) -> bool:
    """Whether it ends as a closed journal does; only reading it with its key proves it."""
    size = source.size()
    return source.read_at(max(0, size - len(_END)), len(_END)) == _END


def read_context(source: ReadAt) -> JournalContext:
    """What a journal says it is. Trust it only after a record of it was opened."""
    return _read_header(source, source.size())[1]


def _nonce(number: int, *, final: bool = False) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if final else b"\x00")


def _finish(descriptor: int, key: bytes, header: bytes, entries: list[Entry], end: int) -> int:
    salt = secrets.token_bytes(_SALT)
    index = b"".join(_ENTRY.pack(*entry) for entry in entries)
    sealed = AESGCM(derive(key, "journal/index", salt=salt)).encrypt(
        _nonce(len(entries), final=True),
        len(entries).to_bytes(8, "big") + index,
        header + end.to_bytes(8, "big"),
    )
    trailer = _TRAILER + salt + sealed + _TAIL.pack(end, _END)
    _write_all(descriptor, end, trailer)
    os.fsync(descriptor)
    return end + len(trailer)


def _read_header(source: ReadAt, size: int) -> tuple[bytes, JournalContext, bytes]:
    start = source.read_at(0, 8)
    length = int.from_bytes(start[4:8], "big")
    if start[:4] != _MAGIC or length > _LARGEST_CONTEXT or 8 + length + _SALT > size:
        raise Tampered("This is not a journal, or its header was cut.")
    header = source.read_at(0, 8 + length + _SALT)
    try:
        fields = orjson.loads(header[8 : 8 + length])
        fields["account_id"], fields["call_id"] = UUID(fields["account_id"]), UUID(fields["call_id"])
        context = JournalContext(**fields)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise Tampered("The journal's header was changed.") from None
    return header, context, header[8 + length :]


def _read_index(source: ReadAt, key: bytes, header: bytes, size: int) -> list[Entry] | None:
    """The entries of a closed journal; None for one without a trailer."""
    if size < len(header) + _TAIL.size:
        return None
    end, mark = _TAIL.unpack(source.read_at(size - _TAIL.size, _TAIL.size))
    if mark != _END or not len(header) <= end <= size - _TAIL.size - _SALT - 4:
        return None
    trailer = source.read_at(end, size - _TAIL.size - end)
    if trailer[:4] != _TRAILER:
        return None
    salt, sealed = trailer[4 : 4 + _SALT], trailer[4 + _SALT :]
    count, rest = divmod(len(sealed) - TAG_BYTES - 8, _ENTRY.size)
    if rest or count < 0:
        raise Tampered("The journal's index was cut.")
    try:
        plain = AESGCM(derive(key, "journal/index", salt=salt)).decrypt(
            _nonce(count, final=True), sealed, header + end.to_bytes(8, "big")
        )
    except InvalidTag:
        raise Tampered("The journal's index was changed, or belongs to another.") from None
    return [Entry(*fields) for fields in _ENTRY.iter_unpack(plain[8:])]


def _write_all(descriptor: int, offset: int, data: bytes) -> None:
    """Write at `offset` or not at all: what a failed write left is cut off again."""
    view = memoryview(data)
    written = 0
    try:
        while written < len(data):
            written += os.pwrite(descriptor, view[written:], offset + written)
    except OSError as error:
        os.ftruncate(descriptor, offset)
        raise JournalFailed("The disk does not take the recording. Free space on it.") from error
