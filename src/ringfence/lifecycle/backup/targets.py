"""Where backups rest: a folder or a bucket. A backup appears whole or not at all."""

import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any, Final, Protocol

import obstore
from obstore.exceptions import BaseError

from ringfence.core.errors import NotFound, Unavailable
from ringfence.egress.stores import bucket
from ringfence.vault.files import sync

_NAME: Final = re.compile(r"ringfence-(\d{8})T\d{6}Z(?:-\d+)?\.backup")
_PART: Final = ".part"

Put = Callable[[bytes], object]


class TargetFailed(Unavailable):
    """The place for backups does not take one, or does not give one back."""

    code = "backup_target"


class NoBackup(NotFound):
    """There is no backup at this place."""

    code = "no_backup"


class Target(Protocol):
    """Holds backups by name."""

    def writing(self, name: str) -> Any:
        """A context that gives a function which takes bytes; the backup is there when the context ends well."""
        ...

    def names(self) -> list[str]: ...
    def delete(self, name: str) -> None: ...
    def reading(self, name: str) -> Any: ...


def new_name(moment: datetime, taken: list[str]) -> str:
    """A name that sorts by time and says its UTC day."""
    stem = f"ringfence-{moment:%Y%m%dT%H%M%SZ}"
    name, number = f"{stem}.backup", 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}.backup"
    return name


def day_in(name: str) -> date | None:
    """The UTC day of a backup by its name; None for a name that is none of ours."""
    found = _NAME.fullmatch(name)
    return datetime.strptime(found[1], "%Y%m%d").date() if found else None  # noqa: DTZ007 - a day has no zone


class FolderTarget:
    """Files; one that is being written ends in `.part`, is locked by its writer, and goes if that died."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def writing(self, name: str) -> Iterator[Put]:
        draft = self._folder / f"{name}{_PART}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._tidy()
            with open(draft, "xb", opener=_private) as file:
                fcntl.flock(file, fcntl.LOCK_EX)
                yield file.write
                file.flush()
                os.fsync(file.fileno())
                draft.rename(self._folder / name)
            sync(self._folder)
        except OSError as error:
            raise TargetFailed(
                "The backup cannot be written there. Free space, or choose another place."
            ) from error
        finally:
            draft.unlink(missing_ok=True)

    def names(self) -> list[str]:
        if not self._folder.is_dir():
            return []
        return sorted(path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name))

    def delete(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    @contextmanager
    def reading(self, name: str) -> Iterator[IO[bytes]]:
        try:
            file = (self._folder / name).open("rb")
        except FileNotFoundError:
            raise NoBackup("There is no backup at this place.") from None
        except OSError as error:
            raise TargetFailed(
                f"The backup cannot be read: {error.strerror}. Name a backup's file."
            ) from error
        with file:
            yield file

    def _tidy(self) -> None:
        for draft in self._folder.glob(f"ringfence-*{_PART}"):
            with draft.open("rb") as file, suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                draft.unlink()


class BucketTarget:
    """Objects; a multipart upload shows nothing until it is completed."""

    def __init__(self, url: str) -> None:
        self._store = bucket(url)

    @contextmanager
    def writing(self, name: str) -> Iterator[Put]:
        try:
            writer = obstore.open_writer(self._store, name)
            yield writer.write
            writer.close()
        except (BaseError, OSError) as error:
            raise TargetFailed("The backup's bucket does not take it.") from error

    def names(self) -> list[str]:
        try:
            found = obstore.list(self._store, prefix=None).collect()
        except BaseError as error:
            raise TargetFailed("The backup's bucket cannot be read.") from error
        return sorted(str(each["path"]) for each in found if _NAME.fullmatch(str(each["path"])))

    def delete(self, name: str) -> None:
        with suppress(FileNotFoundError):
            obstore.delete(self._store, name)

    @contextmanager
    def reading(self, name: str) -> Iterator[Any]:
        try:
            source = obstore.open_reader(self._store, name)
        except FileNotFoundError:
            raise NoBackup("There is no backup at this place.") from None
        except (BaseError, OSError) as error:
            raise TargetFailed("The backup's bucket cannot be read.") from error
        yield source


def open_target(url: str) -> Target:
    """A folder's path, `file:///folder`, `s3://…`, `gs://…`, `az://…`."""
    if "://" not in url:
        return FolderTarget(Path(url).absolute())
    if url.startswith("file://"):
        return FolderTarget(Path(url.removeprefix("file://")))
    return BucketTarget(url)


def find(url: str) -> tuple[Target, str]:
    """The place and name of one backup: named itself, or the newest of a folder or bucket. Raises NoBackup."""
    place, _slash, name = url.rstrip("/").rpartition("/")
    if _NAME.fullmatch(name):
        return open_target(place or "."), name
    target = open_target(url)
    names = target.names()
    if not names:
        raise NoBackup("There is no backup at this place. Name the backup's file, or the folder it is in.")
    return target, names[-1]


def _private(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_CLOEXEC, 0o600)
