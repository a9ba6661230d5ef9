"""What is inside a backup: a tar of pieces, in this order, whole only if its last piece is there.

backup.json             when, of which version, how far the erasure ledger was
database/00000001 …     what pg_dump wrote, in pieces
objects/<name> …        recordings as the store has them, sealed under keys that are in the database's part
end.json                how many of each; without it the backup is not whole
"""

import io
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import IO, Any, Final, Protocol

import orjson

from ringfence.core.errors import BadInput, Gone
from ringfence.vault.errors import Tampered

FIRST: Final = "backup.json"
LAST: Final = "end.json"
DATABASE: Final = "database/"
OBJECTS: Final = "objects/"
PIECE: Final = 4 * 1024 * 1024
_NOT_WHOLE: Final = "This backup is not whole: its end is missing."

Progress = Callable[[str, int], None]


class Source(Protocol):
    """An object by ranges."""

    def size(self) -> int: ...
    def read_at(self, offset: int, length: int) -> bytes: ...


class Store(Protocol):
    """Where objects are read from."""

    def source(self, name: str) -> Source: ...


@dataclass(slots=True)
class Counts:
    """Bytes and numbers. `missing` are objects whose rows were in the snapshot, and which were erased while it was written."""

    database_bytes: int = 0
    objects: int = 0
    object_bytes: int = 0
    missing: int = 0


def write(
    out: io.RawIOBase, facts: dict[str, Any], dump: Iterable[bytes], names: Iterable[str], store: Store,
    progress: Progress,
) -> Counts:  # fmt: skip
    """Write a whole backup. `dump` ends before the first object is read."""
    counts = Counts()
    with tarfile.open(mode="w|", fileobj=out, format=tarfile.PAX_FORMAT) as archive:
        _add(archive, FIRST, orjson.dumps(facts))
        for number, piece in enumerate(_pieces(dump), 1):
            _add(archive, f"{DATABASE}{number:08}", piece)
            counts.database_bytes += len(piece)
            progress("database", len(piece))
        for name in names:
            _add_object(archive, store, name, counts, progress)
        _add(archive, LAST, orjson.dumps(asdict(counts)))
    return counts


def read(source: IO[bytes]) -> Iterator[tuple[str, IO[bytes]]]:
    """The pieces of a backup, in order. Raises Tampered at its end if that is not what was written, and as soon as a byte
    was changed.
    """
    ended = False
    try:
        with tarfile.open(mode="r|", fileobj=source) as archive:
            for member in archive:
                content = archive.extractfile(member)
                if content is None or ended:
                    raise Tampered(_NOT_WHOLE)
                ended = member.name == LAST
                yield member.name, content
    except tarfile.TarError:
        raise Tampered(_NOT_WHOLE) from None
    if not ended:
        raise Tampered(_NOT_WHOLE)


def object_of(name: str) -> str:
    """The object's own name. Raises BadInput for what leads elsewhere."""
    own = name.removeprefix(OBJECTS)
    if own.startswith("/") or ".." in own.split("/") or "\\" in own:
        raise BadInput("This backup holds an object whose name is none of ours.")
    return own


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _add_object(
    archive: tarfile.TarFile, store: Store, name: str, counts: Counts, progress: Progress
) -> None:
    source = store.source(name)
    try:
        size = source.size()
        first = source.read_at(0, min(size, PIECE)) if size else b""
    except Gone:
        counts.missing += 1
        return
    entry = tarfile.TarInfo(f"{OBJECTS}{name}")
    entry.size = size
    archive.addfile(entry, _Ranged(source, size, first))
    counts.objects += 1
    counts.object_bytes += size
    progress("objects", size)


class _Ranged(io.RawIOBase):
    """An object as a file. One that is erased while it is read goes on as zeros: nobody will miss its end."""

    def __init__(self, source: Source, size: int, first: bytes) -> None:
        super().__init__()
        self._source = source
        self._size = size
        self._held = first
        self._at = len(first)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        if not self._held and self._at < self._size:
            length = min(PIECE, self._size - self._at)
            try:
                self._held = self._source.read_at(self._at, length)
            except Gone:
                self._held = bytes(length)
            self._at += length
        piece = self._held if size < 0 else self._held[:size]
        self._held = self._held[len(piece) :]
        return piece


def _pieces(dump: Iterable[bytes]) -> Iterator[bytes]:
    held = bytearray()
    for some in dump:
        held += some
        while len(held) >= PIECE:
            yield bytes(held[:PIECE])
            del held[:PIECE]
    if held:
        yield bytes(held)
