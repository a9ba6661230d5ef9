"""The object store of recordings: a folder or a bucket. Objects are journals, sealed before they come here."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as Missing
from obstore.store import LocalStore

from ringfence.apps.calls.errors import NotStored, PartGone
from ringfence.core.ids import moment_of
from ringfence.egress.stores import bucket
from ringfence.policy.catalogue import PlaceKind, demand

PREFIX: Final = "recordings"
_DEPTH: Final = 6  # recordings/account/year/month/day/call
_AT_ONCE: Final = 1000
_WITNESS: Final = "clock/now"


def object_name(account_id: UUID, call_id: UUID) -> str:
    """Where a call's recording rests. It follows from the ids alone, so that whoever writes or erases it, however late,
    means the same place; the day is the one on which the call began.
    """
    return f"{PREFIX}/{account_id}/{moment_of(call_id):%Y/%m/%d}/{call_id}"


class StoredObject(NamedTuple):
    """An object as the store lists it. Ids are None for a name that is not one of ours."""

    name: str
    account_id: UUID | None
    call_id: UUID | None
    changed_at: datetime


class _Object:
    """An object by ranges (the vault's `ReadAt`)."""

    def __init__(self, store: obstore.store.ObjectStore, name: str) -> None:
        self._store = store
        self._name = name
        self._size: int | None = None

    def size(self) -> int:
        if self._size is None:
            try:
                self._size = int(obstore.head(self._store, self._name)["size"])
            except (Missing, FileNotFoundError):
                raise PartGone("deleted") from None
            except (BaseError, OSError) as error:
                raise NotStored("The object store does not answer. Try again in a moment.") from error
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        try:
            return bytes(obstore.get_range(self._store, self._name, start=offset, length=length))
        except (Missing, FileNotFoundError):
            raise PartGone("deleted") from None
        except (BaseError, OSError) as error:
            raise NotStored("The object store does not answer. Try again in a moment.") from error


class Objects:
    """One store. Methods raise NotStored when it does not answer."""

    def __init__(self, url: str) -> None:
        self._folder: Path | None = None
        if "://" in url and not url.startswith("file://"):
            self._store = bucket(url)
        else:
            self._folder = Path(url.removeprefix("file://"))
            self._store = LocalStore(self._folder, mkdir=True)

    def put(self, name: str, path: Path) -> int:
        """Store a file under a name, durably; again replaces it. Its size in bytes. Raises Undeclared for a prefix that is
        not in the catalogue.
        """
        demand(PlaceKind.OBJECT, name.partition("/")[0])
        try:
            if self._folder is not None:
                _place(path, self._folder / name)
            else:
                obstore.put(self._store, name, path)
        except (BaseError, OSError) as error:
            raise NotStored("The object store does not take the recording.") from error
        return path.stat().st_size

    def source(self, name: str) -> _Object:
        return _Object(self._store, name)

    def delete(self, names: Sequence[str]) -> None:
        """Remove objects, and what a half-done `put` left of them; those that are not there are no error."""
        try:
            for start in range(0, len(names), _AT_ONCE):
                self._delete(names[start : start + _AT_ONCE])
        except (BaseError, OSError) as error:
            raise NotStored(
                "The object store did not erase the recording; it will be tried again."
            ) from error

    def exists(self, name: str) -> bool:
        try:
            obstore.head(self._store, name)
        except (Missing, FileNotFoundError):
            return False
        except (BaseError, OSError) as error:
            raise NotStored("The object store does not answer.") from error
        return True

    def all(self) -> Iterator[list[StoredObject]]:
        """Everything that is stored, in batches of up to a thousand."""
        try:
            for batch in obstore.list(self._store, PREFIX, chunk_size=1000):
                yield [_read(each["path"], each["last_modified"]) for each in batch]
        except (BaseError, OSError) as error:
            raise NotStored("The object store does not answer.") from error

    def clear(self, account_id: UUID) -> int:
        """Remove everything that is stored of an account, halves of it too; how many objects there were."""
        place = f"{PREFIX}/{account_id}"
        try:
            names = [str(each["path"]) for each in obstore.list(self._store, place).collect()]
            for start in range(0, len(names), _AT_ONCE):
                self._delete(names[start : start + _AT_ONCE])
            if self._folder is not None:
                shutil.rmtree(self._folder / place, ignore_errors=True)
                if (self._folder / place).exists():
                    raise NotStored("The object store's folder of an account could not be removed.")
        except (BaseError, OSError) as error:
            raise NotStored("The object store did not erase an account; it will be tried again.") from error
        return len(names)

    def moment(self) -> datetime:
        """What time it is by the store's own clock."""
        try:
            obstore.put(self._store, _WITNESS, b"now")
            return obstore.head(self._store, _WITNESS)["last_modified"]
        except (BaseError, OSError) as error:
            raise NotStored("The object store does not answer.") from error

    def _delete(self, names: Sequence[str]) -> None:
        if self._folder is not None:
            for name in names:
                for path in (self._folder / name, _part(self._folder / name)):
                    path.unlink(missing_ok=True)
            return
        try:
            obstore.delete(self._store, names)
        except Missing:
            for name in names:
                with suppress(Missing):
                    obstore.delete(self._store, name)


@cache
def objects(url: str) -> Objects:
    """The store of this installation, opened once a process."""
    return Objects(url)


def _read(name: str, changed_at: datetime) -> StoredObject:
    parts = name.split("/")
    try:
        account_id, call_id = UUID(parts[1]), UUID(parts[_DEPTH - 1])
    except (IndexError, ValueError):
        return StoredObject(name, None, None, changed_at)
    return StoredObject(name, account_id, call_id, changed_at)


def _place(source: Path, target: Path) -> None:
    """Put a file into the folder in one step: it is there whole, or not at all, and survives a crash of the machine.

    A link costs nothing; where there can be none (another disk), the bytes are copied beside the target first, under a
    name that `delete` knows.
    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = _part(target)
    part.unlink(missing_ok=True)
    try:
        part.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, part)
    _sync(part)
    part.replace(target)
    part.unlink(missing_ok=True)  # renaming a file onto another of its own links does nothing
    _sync(target.parent)


def _part(target: Path) -> Path:
    return target.with_suffix(".part")


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
