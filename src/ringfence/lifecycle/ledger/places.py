"""Where the erasure ledger rests: under `erasures/` of LEDGER_URL, a folder or a bucket. Nothing in it is written over.

In a folder a file for each month, a line for each batch, synced before anybody is told that something is gone; in a bucket
an object for each batch. Months and objects that are older than the policy keeps receipts can be let go, oldest first.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

import obstore
import orjson
from obstore.exceptions import AlreadyExistsError, BaseError

from ringfence.egress.stores import bucket
from ringfence.lifecycle.ledger.batches import LedgerAway, SignedBatch, read_batch
from ringfence.vault.files import sync

PREFIX: Final = "erasures"
_STEP: Final = 64 * 1024
_TRIES: Final = 50

Make = Callable[[SignedBatch | None], SignedBatch]


class LedgerPlace(Protocol):
    """A chain of batches that only grows."""

    def append(self, make: Make) -> SignedBatch:
        """Add what `make` answers, given the newest batch; durable when it returns. One at a time. Raises LedgerAway."""
        ...

    def newest(self) -> SignedBatch | None: ...

    def since(self, number: int) -> Iterator[SignedBatch]:
        """The batches from a number on, in order."""
        ...

    def forget(self, before: datetime) -> int:
        """Let go of what is wholly older; how many files or objects went. The newest always stays."""
        ...


class FolderPlace:
    """Files named by month: `2026-11.jsonl`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PREFIX

    def append(self, make: Make) -> SignedBatch:
        with _said(), self._alone():
            last = self.newest()
            made = make(last)
            months = self._months()
            month = self._folder / f"{made.batch.at[:7]}.jsonl"
            if months and month.name < months[-1].name:  # a clock that went back adds to the newest month
                month = months[-1]
            _add(month, orjson.dumps(made.document()) + b"\n")
        return made

    def newest(self) -> SignedBatch | None:
        with _said():
            for month in reversed(self._months()):
                for line in _backwards(month):
                    return read_batch(orjson.loads(line))
        return None

    def since(self, number: int) -> Iterator[SignedBatch]:
        months = self._months()
        first = 0
        for at, month in enumerate(months):
            opening = next(_lines(month), None)
            if opening is not None and read_batch(orjson.loads(opening)).batch.number <= number:
                first = at
        with _said():
            for month in months[first:]:
                for line in _lines(month):
                    signed = read_batch(orjson.loads(line))
                    if signed.batch.number >= number:
                        yield signed

    def forget(self, before: datetime) -> int:
        with _said(), self._alone():
            old = [month for month in self._months()[:-1] if month.stem < f"{before:%Y-%m}"]
            for month in old:
                month.unlink()
        return len(old)

    def _months(self) -> list[Path]:
        return sorted(self._folder.glob("*.jsonl"))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Nobody else of this machine writes meanwhile."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


class BucketPlace:
    """Objects named by number. Whoever creates a number first has it; the other takes the next."""

    def __init__(self, url: str) -> None:
        self._store = bucket(url)
        self._known = 0

    def append(self, make: Make) -> SignedBatch:
        for _ in range(_TRIES):
            made = make(self.newest())
            try:
                obstore.put(
                    self._store, _object(made.batch.number), orjson.dumps(made.document()), mode="create"
                )
            except AlreadyExistsError:
                continue
            except BaseError as error:
                raise LedgerAway("The ledger's bucket cannot be written.") from error
            return made
        raise LedgerAway("Too many write to the ledger at once. It will be tried again.")

    def newest(self) -> SignedBatch | None:
        names = self._names(self._known)
        if not names:
            return None
        self._known = int(names[-1].rpartition("/")[2].removesuffix(".json"))
        return self._read(names[-1])

    def since(self, number: int) -> Iterator[SignedBatch]:
        for name in self._names(number):
            yield self._read(name)

    def forget(self, before: datetime) -> int:
        gone = 0
        for name in self._names(0)[:-1]:
            if self._read(name).batch.at >= before.isoformat():
                break
            obstore.delete(self._store, name)
            gone += 1
        return gone

    def _names(self, number: int) -> list[str]:
        try:
            listed = obstore.list(self._store, prefix=f"{PREFIX}/", offset=_object(max(0, number - 1)))
            return sorted(str(meta["path"]) for meta in listed.collect())
        except BaseError as error:
            raise LedgerAway("The ledger's bucket cannot be read.") from error

    def _read(self, name: str) -> SignedBatch:
        try:
            return read_batch(orjson.loads(bytes(obstore.get(self._store, name).bytes())))
        except BaseError as error:
            raise LedgerAway("The ledger's bucket cannot be read.") from error


def open_place(url: str) -> LedgerPlace:
    """By URL: a path, `file:///folder`, `s3://…`, `gs://…`, `az://…`."""
    if "://" not in url:
        return FolderPlace(Path(url))
    if url.startswith("file://"):
        return FolderPlace(Path(url.removeprefix("file://")))
    return BucketPlace(url)


def _object(number: int) -> str:
    return f"{PREFIX}/{number:012}.json"


@contextmanager
def _said() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise LedgerAway("The ledger's folder cannot be used. Free space or mend its disk.") from error


def _add(path: Path, line: bytes) -> None:
    fresh = not path.exists()
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        whole = _after_a_torn_line(path) + line
        if os.write(descriptor, whole) != len(whole):
            raise OSError("written in part")
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)
    if fresh:
        sync(path.parent)


def _after_a_torn_line(path: Path) -> bytes:
    """A line that a crash cut short stays as it is; the next begins on a line of its own."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return b""
        file.seek(-1, os.SEEK_END)
        return b"" if file.read(1) == b"\n" else b"\n"


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from (line for line in file if _whole(line.rstrip(b"\n")))


def _backwards(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, last first."""
    with path.open("rb") as file:
        left, rest = file.seek(0, os.SEEK_END), b""
        while left > 0:
            step = min(_STEP, left)
            left -= step
            file.seek(left)
            rest = file.read(step) + rest
            rest, *lines = rest.split(b"\n")
            yield from (line for line in reversed(lines) if _whole(line))
        if _whole(rest):
            yield rest


def _whole(line: bytes) -> bool:
    """A line that a crash cut short is none: nobody was ever told of it."""
    if not (line.startswith(b"{") and line.endswith(b"}")):
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True
