"""The object store of recordings: a folder or a bucket. Objects are journals, sealed before they come here."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final
from uuid import UUID

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as Missing
from obstore.store import LocalStore

from ringfence.apps.calls.errors import NotStored, PartGone

PREFIX: Final = "recordings"


def object_name(account_id: UUID, call_id: UUID, ended_at: datetime) -> str:
    """Where a call's recording rests."""
    return f"{PREFIX}/{account_id}/{ended_at:%Y/%m/%d}/{call_id}"


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
            except BaseError as error:
                raise NotStored("The object store does not answer. Try again in a moment.") from error
        return self._size

    def read_at(self, offset: int, length: int) -> bytes:
        try:
            return bytes(obstore.get_range(self._store, self._name, start=offset, length=length))
        except (Missing, FileNotFoundError):
            raise PartGone("deleted") from None
        except BaseError as error:
            raise NotStored("The object store does not answer. Try again in a moment.") from error


class Objects:
    """One store. Methods raise NotStored when it does not answer."""

    def __init__(self, url: str) -> None:
        if "://" in url and not url.startswith("file://"):
            self._store = obstore.store.from_url(url)
        else:
            self._store = LocalStore(Path(url.removeprefix("file://")), mkdir=True)

    def put(self, name: str, path: Path) -> int:
        """Store a file under a name; again replaces it. Its size in bytes."""
        try:
            obstore.put(self._store, name, path)
        except (BaseError, OSError) as error:
            raise NotStored("The object store does not take the recording.") from error
        return path.stat().st_size

    def source(self, name: str) -> _Object:
        return _Object(self._store, name)

    def delete(self, name: str) -> None:
        """Remove an object; again changes nothing."""
        try:
            obstore.delete(self._store, name)
        except (Missing, FileNotFoundError):
            return
        except (BaseError, OSError) as error:
            raise NotStored(
                "The object store did not erase the recording; it will be tried again."
            ) from error

    def exists(self, name: str) -> bool:
        try:
            obstore.head(self._store, name)
        except (Missing, FileNotFoundError):
            return False
        except BaseError as error:
            raise NotStored("The object store does not answer.") from error
        return True


@cache
def objects(url: str) -> Objects:
    """The store of this installation, opened once a process."""
    return Objects(url)
