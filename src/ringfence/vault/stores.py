"""Where the keyring's objects are: a folder, or an object store reached by URL. Outside PostgreSQL, always."""

import os
import re
import secrets
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.exceptions import NotFoundError as ObjectMissing
from obstore.store import ObjectStore

from ringfence.vault.errors import StoreFailed
from ringfence.vault.files import alone, draft_of, remove, spoil, sync, take_place, write

if TYPE_CHECKING:
    from obstore import ObjectMeta, UpdateVersion

Bucket = Callable[[str], ObjectStore]
_NAME: Final = re.compile(r"[a-z]+/[A-Za-z0-9-]+")


class KeyringStore(Protocol):
    """Small named objects: created once, wrapped anew when a root key takes over, deleted to destroy. Names are `kind/name`."""

    def create(self, name: str, value: bytes) -> bool:
        """Store `value` unless the name is taken; says whether it was stored. Durable when it returns."""
        ...

    def replace(self, name: str, before: bytes, value: bytes) -> bool:
        """Put `value` in the place of `before`, whole or not at all; says whether it was done. What is not there, or something
        else by now, stays so. Durable when it returns.
        """
        ...

    def get(self, name: str) -> bytes | None: ...
    def delete(self, name: str) -> None: ...
    def kinds(self) -> Sequence[str]: ...
    def list(self, kind: str) -> list[str]: ...


def checked(name: str) -> str:
    """The name, if it is one; keeps path tricks out of every store."""
    if not _NAME.fullmatch(name):
        raise ValueError("not a keyring name")
    return name


class FolderStore:
    """Files of mode 0600 in a folder per kind; directory entries are synced, so a crash forgets nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def create(self, name: str, value: bytes) -> bool:
        path = self._folder / checked(name)
        draft = path.with_name(f".{secrets.token_hex(8)}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            write(draft, value)
            os.link(draft, path)
            sync(path.parent)
        except FileExistsError:
            return False
        except OSError as error:
            raise StoreFailed(
                "The keyring's folder cannot be written. Free space or mend its disk."
            ) from error
        finally:
            draft.unlink(missing_ok=True)
        return True

    def replace(self, name: str, before: bytes, value: bytes) -> bool:
        """The old bytes are overwritten once the new ones are in their place."""
        path = self._folder / checked(name)
        try:
            with alone(path.parent), path.open("r+b") as old:
                if old.read() != before:
                    return False
                take_place(path, value, old.fileno())
        except FileNotFoundError:
            return False
        except OSError as error:
            raise StoreFailed(
                "The keyring's folder cannot be written. Free space or mend its disk."
            ) from error
        return True

    def get(self, name: str) -> bytes | None:
        try:
            return (self._folder / checked(name)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise StoreFailed("The keyring's folder cannot be read.") from error

    def delete(self, name: str) -> None:
        """Overwrite, then unlink. What a journalling or flash disk keeps of it is beyond a file system's word; and a disk too
        full to take the overwriting does not save the key. What is being replaced is waited for: it does not come back.
        """
        path = self._folder / checked(name)
        try:
            with ExitStack() as held:
                with suppress(OSError):  # without locks nobody replaces either
                    held.enter_context(alone(path.parent))
                remove(draft_of(path))  # of one who was killed while replacing
                spoil(path)
                path.unlink()
        except FileNotFoundError:
            return
        except OSError as error:
            raise StoreFailed("A key could not be destroyed; it will be tried again.") from error
        sync(path.parent)

    def kinds(self) -> Sequence[str]:
        return sorted(path.name for path in self._entries(self._folder) if path.is_dir())

    def list(self, kind: str) -> list[str]:
        return sorted(f"{kind}/{path.name}" for path in self._entries(self._folder / kind))

    def _entries(self, folder: Path) -> Sequence[Path]:
        try:
            return [path for path in folder.iterdir() if not path.name.startswith(".")]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreFailed("The keyring's folder cannot be read.") from error


class ObjectKeyringStore:
    """The same in a bucket (S3, GCS, Azure) reached through obstore; creation is a conditional put."""

    def __init__(self, store: obstore.store.ObjectStore) -> None:
        self._store = store

    def create(self, name: str, value: bytes) -> bool:
        try:
            obstore.put(self._store, checked(name), value, mode="create")
        except AlreadyExistsError:
            return False
        except BaseError as error:
            raise StoreFailed("The keyring's bucket cannot be written.") from error
        return True

    def replace(self, name: str, before: bytes, value: bytes) -> bool:
        try:
            found = obstore.get(self._store, checked(name))
            if bytes(found.bytes()) != before:
                return False
            obstore.put(self._store, name, value, mode=_as_read(found.meta))
        except (ObjectMissing, FileNotFoundError, PreconditionError):
            return False
        except BaseError as error:
            raise StoreFailed("The keyring's bucket cannot be written.") from error
        return True

    def get(self, name: str) -> bytes | None:
        try:
            return bytes(obstore.get(self._store, checked(name)).bytes())
        except (ObjectMissing, FileNotFoundError):
            return None
        except BaseError as error:
            raise StoreFailed("The keyring's bucket cannot be read.") from error

    def delete(self, name: str) -> None:
        try:
            obstore.delete(self._store, checked(name))
        except (ObjectMissing, FileNotFoundError):
            return
        except BaseError as error:
            raise StoreFailed("A key could not be destroyed; it will be tried again.") from error

    def kinds(self) -> Sequence[str]:
        try:
            found = obstore.list_with_delimiter(self._store)["common_prefixes"]
        except BaseError as error:
            raise StoreFailed("The keyring's bucket cannot be read.") from error
        return sorted(prefix.strip("/") for prefix in found)

    def list(self, kind: str) -> list[str]:
        try:
            found = obstore.list(self._store, prefix=f"{kind}/").collect()
        except BaseError as error:
            raise StoreFailed("The keyring's bucket cannot be read.") from error
        return sorted(str(meta["path"]) for meta in found)


def open_store(url: str, bucket: Bucket | None = None) -> KeyringStore:
    """A store by URL: `file:///folder`, a plain path, `s3://…`, `gs://…`, `az://…`. `bucket` is the way to the last three."""
    if "://" not in url:
        return FolderStore(Path(url))
    if url.startswith("file://"):
        return FolderStore(Path(url.removeprefix("file://")))
    if bucket is None:
        raise StoreFailed("A keyring in a bucket needs a way there.")
    return ObjectKeyringStore(bucket(url))


def _as_read(meta: "ObjectMeta") -> "UpdateVersion":
    """The condition that an object is still the one that was read: by whichever of the two marks its store gives."""
    version: UpdateVersion = {}
    if meta["e_tag"] is not None:
        version["e_tag"] = meta["e_tag"]
    if meta["version"] is not None:
        version["version"] = meta["version"]
    return version
