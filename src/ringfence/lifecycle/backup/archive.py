"""What is inside a backup: a tar of pieces, in this order, whole only if its last piece is there.

backup.json             when, of which version, how far the erasure ledger was
database/00000001 …     what pg_dump wrote, in pieces
objects/<name> …        recordings as the store has them, sealed under keys that are in the database's part
end.json                how many of each; without it the backup is not whole
"""

import io
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, replace
from typing import IO, Any, Final, Protocol, cast

import orjson

from ringfence.core.errors import BadInput, Gone
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.vault.errors import Tampered

FIRST: Final = "backup.json"
LAST: Final = "end.json"
DATABASE: Final = "database/"
OBJECTS: Final = "objects/"
PIECE: Final = 4 * 1024 * 1024
_NOT_WHOLE: Final = (
    "This backup is not whole: something of it is missing. Take another copy of it, or an older backup."
)
_FOREIGN: Final = (
    "This backup holds what no backup of Ringfence holds. Take another copy of it, or an older backup."
)
# What `tarfile` raises over bytes that are no archive: its own errors, and those of reading a number or a name.
_NO_TAR: Final = (tarfile.TarError, ValueError, OverflowError, EOFError)

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
    """The pieces of a backup, in order, each to be read before the next. Raises Tampered, as soon as it is seen, where
    something was changed, is missing or is none of ours; BadInput for an object whose name leads elsewhere.
    """
    said, seen, pieces, first = b"", Counts(), 0, True
    try:
        with tarfile.open(mode="r|", fileobj=source) as archive:
            while (member := archive.next()) is not None:
                if said or not member.isreg():
                    raise Tampered(_FOREIGN)
                content = _Member(archive.extractfile(member))
                if member.name == LAST:
                    said = content.read()
                    yield member.name, io.BytesIO(said)
                    continue
                pieces += member.name.startswith(DATABASE)
                _demand_ours(member, first=first, piece=pieces, objects=seen.objects)
                first = False
                yield member.name, cast("IO[bytes]", content)
                content.rest()
                _count(seen, member)
    except _NO_TAR:
        raise Tampered(_NOT_WHOLE) from None
    _demand_whole(said, seen)


def check(pieces: Iterator[tuple[str, IO[bytes]]], progress: Progress) -> None:
    """Read a backup to its end and keep nothing of it. Raises as `read` does: then it was not fit to begin with."""
    for _name, content in pieces:
        while some := content.read(PIECE):
            progress("check", len(some))


def _demand_ours(member: tarfile.TarInfo, *, first: bool, piece: int, objects: int) -> None:
    """What may come when: the facts, the database's pieces by number, objects."""
    name = member.name
    if name.startswith(OBJECTS) and not first:
        if object_of(name).partition("/")[0] not in catalogue().of(PlaceKind.OBJECT):
            raise Tampered(_FOREIGN)
    elif name.startswith(DATABASE) and not first and not objects:
        if name != f"{DATABASE}{piece:08}":
            raise Tampered(_NOT_WHOLE)
        if member.size > PIECE:
            raise Tampered(_FOREIGN)
    elif not (first and name == FIRST):
        raise Tampered(_FOREIGN)


def _count(seen: Counts, member: tarfile.TarInfo) -> None:
    if member.name.startswith(DATABASE):
        seen.database_bytes += member.size
    elif member.name.startswith(OBJECTS):
        seen.objects += 1
        seen.object_bytes += member.size


def _demand_whole(said: bytes, seen: Counts) -> None:
    """Its end says how many of each there are."""
    try:
        counts = Counts(**orjson.loads(said))
    except (orjson.JSONDecodeError, TypeError):
        raise Tampered(_NOT_WHOLE) from None
    if counts != replace(seen, missing=counts.missing) or not seen.database_bytes:
        raise Tampered(_NOT_WHOLE)


def object_of(name: str) -> str:
    """The object's own name. Raises BadInput for what leads elsewhere."""
    own = name.removeprefix(OBJECTS)
    if not own or own.startswith("/") or ".." in own.split("/") or "\\" in own:
        raise BadInput(
            "This backup holds an object whose name is none of ours. Take another copy of it, or an older backup."
        )
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


class _Member:
    """A piece of an archive. An archive that is cut inside it raises Tampered, as it does elsewhere."""

    def __init__(self, inner: IO[bytes] | None) -> None:
        self._inner = inner

    def read(self, size: int = -1, /) -> bytes:
        try:
            return self._inner.read(size) if self._inner else b""
        except _NO_TAR:
            raise Tampered(_NOT_WHOLE) from None

    def rest(self) -> None:
        """What nobody read is read past, so that a piece is counted only if it is there."""
        while self.read(PIECE):
            continue


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
