"""Reading a journal: at random once it is closed, from the front while it is an orphan."""

from collections.abc import Iterator
from typing import Final

from cryptography.exceptions import InvalidTag

from ringfence.vault.errors import Tampered
from ringfence.vault.journal.layout import (
    AT_FIRST,
    CHECK,
    END,
    HEAD,
    SALT,
    TAIL,
    TRAILER,
    Entry,
    JournalContext,
    Subkeys,
    checked,
    context_of,
    nonce,
    split_header,
    unpack_trailer,
)
from ringfence.vault.journal.scan import scan
from ringfence.vault.journal.source import ReadAt

# Read from the end at first: the index of ten minutes, in one request to an object store.
_LAST: Final = 16_384


class JournalReader:
    """Reads a journal. `closed` of True insists on a whole, closed file; of False, an orphan's whole records will do.

    `entries` has a place for every record; `damaged` says that whoever closed the file for a dead writer found records
    there that did not open, and kept those before them. Raises Tampered for anything that was not written so: a wrong
    key, a changed bit, records moved, left out or cut off (of an orphan: unless cut at its very end, as a crash does).
    """

    def __init__(self, source: ReadAt, key: bytes, *, closed: bool = True) -> None:
        self._source = source
        subkeys = open_header(source, key)
        self.context = context_of(subkeys.header)
        self._cipher = subkeys.records
        found = read_index(source, subkeys)
        if found is None and closed:
            raise Tampered("The recording was cut short: its closing index is missing.")
        self.closed = found is not None
        self.entries, self.damaged = found if found is not None else (_whole(source, subkeys), False)

    def read(self, number: int) -> bytes:
        """The plaintext of entry `number`. Raises Tampered if it is not what was written there."""
        entry = self.entries[number]
        before = self.entries[number - 1].number if number else -1
        raw = self._source.read_at(entry.offset, HEAD.size + entry.length)
        head = HEAD.pack(entry.length, entry.kind, entry.number - before - 1, entry.position)
        if raw[: HEAD.size] != head:
            raise Tampered(f"Record {number} of the journal is not where its index says.")
        try:
            return self._cipher.decrypt(nonce(entry.number), raw[HEAD.size :], head)
        except InvalidTag:
            raise Tampered(f"Record {number} of the journal was changed or moved.") from None

    def __iter__(self) -> Iterator[tuple[Entry, bytes]]:
        for number, entry in enumerate(self.entries):
            yield entry, self.read(number)


def is_closed(source: ReadAt) -> bool:
    """Whether it ends as a closed journal does; only reading it with its key proves it."""
    size = source.size()
    return source.read_at(max(0, size - len(END)), len(END)) == END


def read_context(source: ReadAt) -> JournalContext:
    """What a journal says it is, whoever wrote that: only a reader with its key can vouch for it."""
    return context_of(_header(source)[0])


def open_header(source: ReadAt, key: bytes) -> Subkeys:
    """The subkeys of a journal whose header is this key's. Raises Tampered."""
    header, check = _header(source)
    return checked(header, check, key)


def read_index(source: ReadAt, subkeys: Subkeys) -> tuple[list[Entry], bool] | None:
    """The entries of a closed journal, and whether its closer found damage; None for one without a trailer."""
    size = source.size()
    first = len(subkeys.header) + CHECK
    if size < first + TAIL.size:
        return None
    last = source.read_at(max(0, size - _LAST), min(size, _LAST))
    end, mark = TAIL.unpack(last[-TAIL.size :])
    if mark != END or not first <= end <= size - TAIL.size - SALT - len(TRAILER):
        return None
    length = size - end
    trailer = last[-length:] if length <= len(last) else source.read_at(end, length)
    return unpack_trailer(subkeys, trailer, end) if trailer.startswith(TRAILER) else None


def _header(source: ReadAt) -> tuple[bytes, bytes]:
    """The header and its check."""
    start = source.read_at(0, AT_FIRST)
    length = split_header(start)
    if length + CHECK > len(start):
        start = source.read_at(0, length + CHECK)
    if length + CHECK > len(start):
        raise Tampered("This is not a journal, or its header was cut.")
    return start[:length], start[length : length + CHECK]


def _whole(source: ReadAt, subkeys: Subkeys) -> list[Entry]:
    found = scan(source, subkeys)
    if found.damaged:
        raise Tampered("A record in the middle of the recording was changed, moved or taken out.")
    return found.entries
