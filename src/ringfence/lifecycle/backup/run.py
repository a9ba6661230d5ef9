"""A backup, from its day's epoch to its last byte; and a backup opened again."""

import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from typing import IO, Any, Final, cast

from ringfence.core.errors import Gone
from ringfence.lifecycle.backup import archive
from ringfence.lifecycle.backup.days import backup_epoch, destroy_passed, ends
from ringfence.lifecycle.backup.targets import Target, day_in, new_name
from ringfence.vault.errors import EpochGone, Tampered
from ringfence.vault.stream import OpeningStream, SealingStream, header_of, read_header
from ringfence.vault.vault import Vault

FORMAT: Final = 1


class BackupEnded(Gone):
    """The backup's days have passed, or this is not the keyring under which it was made."""

    code = "backup_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The database at one moment: what it says of itself, its dump, and the objects that its rows name."""

    facts: dict[str, Any]
    dump: Iterable[bytes]
    objects: Iterable[str]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that was written. From `until` on it opens nothing."""

    name: str
    day: date
    until: date
    bytes: int
    counts: archive.Counts
    pruned: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        return {
            "name": self.name, "day": self.day.isoformat(), "until": self.until.isoformat(), "bytes": self.bytes,
            **asdict(self.counts), "pruned": list(self.pruned),
        }  # fmt: skip


def make(
    target: Target, vault: Vault, snapshot: Snapshot, store: archive.Store, progress: archive.Progress
) -> Made:
    """Write a backup of this moment, then let go of those whose days have passed. Raises TargetFailed."""
    moment = vault.clock.now()
    day = moment.date()
    name = new_name(moment, target.names())
    facts = {
        "format": FORMAT, "made_at": moment.isoformat(), "day": day.isoformat(), "until": ends(day).isoformat(),
    }  # fmt: skip
    key = vault.keyring.epoch(backup_epoch(day), create=True)
    with target.writing(name) as put:
        out = SealingStream(put, key, facts)
        counts = archive.write(
            out, {**facts, **snapshot.facts}, snapshot.dump, snapshot.objects, store, progress
        )
        out.finish()
        size = out.sealed
    return Made(name, day, ends(day), size, counts, tuple(prune(target, vault)))


def prune(target: Target, vault: Vault) -> list[str]:
    """Destroy the epochs of backups whose days have passed, and take away their bytes; the names of those that went."""
    destroy_passed(vault)
    today = vault.clock.now().date()
    gone = [name for name in target.names() if (day := day_in(name)) is not None and ends(day) <= today]
    for name in gone:
        target.delete(name)
    return gone


@contextmanager
def opened(target: Target, name: str, vault: Vault) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """The pieces of a backup. Raises BackupEnded if its day's key is gone, Tampered if it was cut or changed."""
    with target.reading(name) as source:
        header = header_of(source)
        try:
            day = date.fromisoformat(str(read_header(header).get("day")))
        except ValueError:
            raise Tampered(
                "This backup does not say of which day it is. Take another copy of it, or an older backup."
            ) from None
        try:
            key = vault.keyring.epoch(backup_epoch(day))
        except EpochGone:
            raise BackupEnded(
                f"This backup opens nothing: the key of {day} was destroyed when its days had passed, "
                "or KEYRING_URL leads to another installation's keyring."
            ) from None
        try:
            opening = OpeningStream(source, header, key)
        except Tampered:
            raise Tampered(
                "This backup was made by another installation, or its beginning was changed. Bring the root key, the keyring "
                "and the ledger of the installation that made it, or take another copy of it."
            ) from None
        yield archive.read(io.BufferedReader(cast("io.RawIOBase", opening)))
