"""Heads outside the database: what a superuser of the database cannot take back.

Under `audit/` in the ledger's place: in a folder one file per account, a line for each head, synced before the next
batch is begun; in a bucket one object per head. Nothing here is ever written over.
"""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, Protocol
from uuid import UUID

import obstore
import orjson
from obstore.exceptions import AlreadyExistsError, BaseError

from ringfence.core.errors import Unavailable
from ringfence.egress.stores import bucket
from ringfence.vault.audit.heads import SignedHead, read_head
from ringfence.vault.files import sync

PREFIX: Final = "audit"
_STEP: Final = 64 * 1024
_AT_ONCE: Final = 1000


class LedgerAway(Unavailable):
    """The ledger's place does not answer. Nothing is lost: what it lacks is handed on with the next batch."""

    code = "ledger_away"


class HeadLedger(Protocol):
    """Where heads stand besides the database."""

    def since(self, account_id: UUID, batch: int) -> list[SignedHead]:
        """The heads of an account from a batch on, in order."""
        ...

    def append(self, account_id: UUID, heads: Sequence[SignedHead]) -> None:
        """Add heads; durable when it returns."""
        ...

    def forget(self, account_id: UUID) -> None:
        """Let go of an account's whole chain, when the account is erased. Again changes nothing."""
        ...


class FolderLedger:
    """A file per account, appended to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / PREFIX

    def since(self, account_id: UUID, batch: int) -> list[SignedHead]:
        found: list[SignedHead] = []
        try:
            for line in _backwards(self._path(account_id)):
                signed = read_head(orjson.loads(line))
                if signed.head.batch < batch:
                    break
                found.append(signed)
        except OSError as error:
            raise LedgerAway("The ledger's folder cannot be read. Mend its disk.") from error
        return found[::-1]

    def append(self, account_id: UUID, heads: Sequence[SignedHead]) -> None:
        path = self._path(account_id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = not path.exists()
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            try:
                text = b"".join(orjson.dumps(each.document()) + b"\n" for each in heads)
                os.write(descriptor, self._after_a_torn_line(path) + text)
                os.fdatasync(descriptor)
            finally:
                os.close(descriptor)
            if fresh:
                sync(self._folder)
        except OSError as error:
            raise LedgerAway("The ledger's folder cannot be written. Free space or mend its disk.") from error

    def forget(self, account_id: UUID) -> None:
        try:
            self._path(account_id).unlink(missing_ok=True)
            if self._folder.exists():
                sync(self._folder)
        except OSError as error:
            raise LedgerAway("The ledger's folder cannot be written. Mend its disk.") from error

    def _path(self, account_id: UUID) -> Path:
        return self._folder / f"{account_id}.jsonl"

    def _after_a_torn_line(self, path: Path) -> bytes:
        """A line that a crash cut short stays as it is; the next begins on a line of its own."""
        with path.open("rb") as file:
            if file.seek(0, os.SEEK_END) == 0:
                return b""
            file.seek(-1, os.SEEK_END)
            return b"" if file.read(1) == b"\n" else b"\n"


class BucketLedger:
    """An object per head; names sort as batches do."""

    def __init__(self, url: str) -> None:
        self._store = bucket(url)

    def since(self, account_id: UUID, batch: int) -> list[SignedHead]:
        place = f"{PREFIX}/{account_id}/"
        try:
            listed = obstore.list(
                self._store, prefix=place, offset=_object(account_id, max(0, batch - 1))
            ).collect()
            names = sorted(str(meta["path"]) for meta in listed)
            documents = [orjson.loads(bytes(obstore.get(self._store, name).bytes())) for name in names]
        except BaseError as error:
            raise LedgerAway("The ledger's bucket cannot be read.") from error
        return [read_head(each) for each in documents]

    def append(self, account_id: UUID, heads: Sequence[SignedHead]) -> None:
        for each in heads:
            name = _object(account_id, each.head.batch)
            try:
                obstore.put(self._store, name, orjson.dumps(each.document()), mode="create")
            except AlreadyExistsError:
                continue  # handed on before a crash
            except BaseError as error:
                raise LedgerAway("The ledger's bucket cannot be written.") from error

    def forget(self, account_id: UUID) -> None:
        try:
            names = [
                str(each["path"])
                for each in obstore.list(self._store, prefix=f"{PREFIX}/{account_id}/").collect()
            ]
            for start in range(0, len(names), _AT_ONCE):
                obstore.delete(self._store, names[start : start + _AT_ONCE])
        except BaseError as error:
            raise LedgerAway("The ledger's bucket cannot be written.") from error


def open_ledger(url: str) -> HeadLedger:
    """By URL, as the keyring's: a path, `file:///folder`, `s3://…`, `gs://…`, `az://…`."""
    if "://" not in url:
        return FolderLedger(Path(url))
    if url.startswith("file://"):
        return FolderLedger(Path(url.removeprefix("file://")))
    return BucketLedger(url)


def _object(account_id: UUID, batch: int) -> str:
    return f"{PREFIX}/{account_id}/{batch:012}.json"


def _backwards(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, last first. One that a crash cut short is none."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        left, rest = file.seek(0, os.SEEK_END), b""
        while left > 0:
            step = min(_STEP, left)
            left -= step
            file.seek(left)
            rest = file.read(step) + rest
            *lines, rest = rest.split(b"\n")[::-1]
            yield from (line for line in lines if _whole(line))
        if _whole(rest):
            yield rest


def _whole(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")
