"""A backup of a test's database and objects, and bringing it back beside them, as `ringfence restore` does."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ringfence.apps.calls.objects import Objects
from ringfence.boot import dump, restoring
from ringfence.core import config
from ringfence.lifecycle.backup import run
from ringfence.lifecycle.backup.targets import FolderTarget
from tests.support.database import Database, hand_over, point_at
from tests.support.office import Office


def unseen(_kind: str, _count: int) -> None:
    """Nobody watches."""


def admin_url(database: Database) -> str:
    """A login that may read every row."""
    return f"postgresql://postgres:{database.passwords['postgres']}@/{database.name}?host={database.sockets}"


@dataclass
class Backups:
    """Backups of one office's installation, in a folder."""

    office: Office
    database: Database
    folder: Path

    @property
    def target(self) -> FolderTarget:
        return FolderTarget(self.folder)

    def make(self) -> run.Made:
        with dump.snapshot(admin_url(self.database), "test") as taken:
            return run.make(self.target, self.office.vault, taken, self.office.objects, unseen)

    @contextmanager
    def restored(self, name: str, beside: Path) -> Iterator[Database]:
        """Within it this process serves the restored database and objects."""
        other = empty(self.database, f"restored_{beside.name[-12:].lower()}".replace("-", "_"))
        before = config.current()
        try:
            self.load(name, other, beside)
            config.install(
                replace(before, database_urls=other.urls, object_store_url=str(beside / "objects"))
            )
            point_at(other)
            yield other
        finally:
            config.install(before)
            point_at(self.database)
            other.drop()

    def load(self, name: str, into: Database, beside: Path) -> None:
        """Steps `begin` and `load` of a restore."""
        (beside / "data").mkdir(parents=True, exist_ok=True)
        there = replace(config.current(), data_dir=beside / "data", object_store_url=str(beside / "objects"))
        with run.opened(self.target, name, self.office.vault) as pieces:
            restoring.load(there, admin_url(into), pieces, unseen)


def empty(database: Database, name: str) -> Database:
    """A database with nothing in it, beside another."""
    other = replace(database, name=name)
    other.drop()
    with replace(database, name="postgres").superuser() as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER rf_owner")
    hand_over(other)
    return other


def objects_of(beside: Path) -> Objects:
    return Objects(str(beside / "objects"))
