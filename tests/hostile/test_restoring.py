"""`ringfence restore` over backups that are cut, changed, somebody else's or none: a sentence that says what to do, and RINGFENCE_DATA
as it was.
"""

import io
import os
import subprocess
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import orjson
import pytest

from ringfence.core.clock import ManualClock
from ringfence.core.errors import BadInput
from ringfence.lifecycle.backup import archive
from ringfence.lifecycle.backup.days import backup_epoch
from ringfence.vault.errors import Tampered
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.stores import FolderStore
from ringfence.vault.stream import SealingStream
from ringfence.vault.vault import Vault
from tests.support.house import COMMAND

NOON: Final = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAME: Final = f"ringfence-{NOON:%Y%m%dT%H%M%SZ}.backup"
OBJECT: Final = "objects/recordings/a/2026/01/01/b"
COUNTS: Final = {"database_bytes": 8, "objects": 1, "object_bytes": 5, "missing": 0}
Members = list[tuple[tarfile.TarInfo, bytes]]


@dataclass
class Place:
    """Root key and keyring beside a data folder in which a file of somebody's lies already, and one backup."""

    folder: Path

    @property
    def data(self) -> Path:
        return self.folder / "d"

    @property
    def backup(self) -> Path:
        return self.folder / NAME

    def vault(self) -> Vault:
        root = FileRootKey.create(Path(f"{self.data}.root.key"))
        return Vault.open(FolderStore(Path(f"{self.data}.keyring")), root, ManualClock(NOON))

    def seal(self, plain: bytes) -> None:
        """A backup around any bytes, as only this installation makes one."""
        key = self.vault().keyring.epoch(backup_epoch(NOON.date()), create=True)
        made = io.BytesIO()
        out = SealingStream(made.write, key, {"day": NOON.date().isoformat()})
        out.write(plain)
        out.finish()
        self.backup.write_bytes(made.getvalue())

    def tree(self) -> dict[str, bytes | None]:
        """Everything in the data folder but what whoever works in it leaves: `run` and `lock`."""
        return {
            str(path.relative_to(self.data)): path.read_bytes() if path.is_file() else None
            for path in self.data.rglob("*")
            if path.relative_to(self.data).parts[0] not in {"run", "lock"}
        }

    def restore(self) -> str:
        """What it says, once it has failed and left everything as it was."""
        before = self.tree()
        env = {k: v for k, v in os.environ.items() if not k.startswith("RINGFENCE_")}  # noqa: TID251 - a user's
        done = subprocess.run(
            [*COMMAND, "restore", str(self.backup)],
            env={**env, "RINGFENCE_DATA": str(self.data)},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr) < 700, done.stderr
        assert self.tree() == before
        return done.stderr


@pytest.fixture
def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    made.data.mkdir(mode=0o700)
    (made.data / "note").write_text("somebody's")
    return made


def member(
    name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, target: str = ""
) -> tuple[tarfile.TarInfo, bytes]:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname, entry.size = kind, target, len(content)
    return entry, content


def whole() -> Members:
    """What a backup holds, in order; its database is no database."""
    return [
        member(archive.FIRST, b"{}"), member("database/00000001", b"nonsense"), member(OBJECT, b"audio"),
        member(archive.LAST, orjson.dumps(COUNTS)),
    ]  # fmt: skip


def tar(members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    made = io.BytesIO()
    with tarfile.open(mode="w|", fileobj=made, format=tarfile.PAX_FORMAT) as out:
        for entry, content in members:
            out.addfile(entry, io.BytesIO(content) if content else None)
    return made.getvalue()


def without(number: int) -> Members:
    members = whole()
    del members[number]
    return members


def with_(number: int, *extra: tuple[tarfile.TarInfo, bytes]) -> Members:
    members = whole()
    members[number:number] = extra
    return members


TAR: Final = tar(whole())
COPY: Final = "Take another copy"
HOSTILE: Final[dict[str, bytes]] = {
    "cut in the first": TAR[:513], "cut in the database": TAR[: 2 * 512 + 512 + 4], "cut in an object": TAR[: 4 * 512 + 512 + 2],
    "cut between two": TAR[: 4 * 512], "cut in a header": TAR[: 4 * 512 + 100], "nothing sealed": b"", "no archive": os.urandom(4096),
    "no beginning": tar(without(0)), "no database": tar(without(1)), "no object": tar(without(2)), "no end": tar(without(3)),
    "a piece is missing": tar([*whole()[:1], member("database/00000002", b"nonsense"), *whole()[2:]]),
    "a foreign file": tar(with_(1, member("etc/passwd", b"x"))),
    "a foreign object": tar(with_(2, member("objects/elsewhere/x", b"x"))),
    "after the end": tar(with_(4, member("database/00000002", b"x"))),
    "an object before the database": tar([whole()[0], whole()[2], whole()[1], whole()[3]]),
    "a link": tar(with_(2, member("objects/recordings/x", kind=tarfile.SYMTYPE, target="/etc/passwd"))),
    "a hard link": tar(with_(2, member("objects/recordings/x", kind=tarfile.LNKTYPE, target=archive.FIRST))),
    "a device": tar(with_(2, member("objects/recordings/x", kind=tarfile.CHRTYPE))),
    "upwards": tar(with_(2, member("objects/recordings/../../../x", b"x"))),
    "absolute": tar(with_(2, member("objects//etc/x", b"x"))),
    "an end that is none": tar([*without(3), member(archive.LAST, b"[1]")]),
    "an end of another": tar([*without(3), member(archive.LAST, orjson.dumps({**COUNTS, "objects": 2}))]),
    "a size that is no number": TAR[:124] + b"zzzzzzzzzzz\0" + TAR[136:],
}  # fmt: skip


@pytest.mark.parametrize("plain", HOSTILE.values(), ids=HOSTILE)
def test_an_archive_that_is_not_whole_or_not_ours(plain: bytes) -> None:
    """However well it is sealed. Read as a restore reads it, before it touches anything."""
    with pytest.raises((Tampered, BadInput), match=COPY):
        archive.check(archive.read(io.BytesIO(plain)), lambda _kind, _count: None)


@pytest.mark.parametrize("cut", range(0, TAR.rindex(b"}") + 1, 127))
def test_an_archive_that_is_cut_anywhere(cut: int) -> None:
    with pytest.raises(Tampered, match=COPY):
        archive.check(archive.read(io.BytesIO(TAR[:cut])), lambda _kind, _count: None)


@pytest.mark.parametrize("what", ["cut in the database", "a link", "upwards", "no object", "nothing sealed"])
def test_the_command_says_so_and_touches_nothing(place: Place, what: str) -> None:
    place.seal(HOSTILE[what])
    assert COPY in place.restore()


def flipped(data: bytes) -> bytes:
    return data[:-40] + bytes([data[-40] ^ 1]) + data[-39:]


DAMAGED: Final[dict[str, tuple[Callable[[bytes], bytes], str]]] = {
    "a flipped bit": (flipped, COPY), "cut": (lambda data: data[:-100], COPY), "cut in its first line": (lambda data: data[:20], COPY),
    "empty": (lambda _data: b"", COPY), "another file": (lambda _data: b"hello\n", COPY),
    "no key": (lambda data: data.replace(b'"key":"', b'"kez":"', 1), "another installation"),
    "a key that is no key": (lambda data: data.replace(b'"key":"', b'"key":"zz', 1), "another installation"),
    "a changed first line": (lambda data: data.replace(b'"day":', b'"now":1,"day":', 1), "another installation"),
    "no day": (lambda data: data.replace(b'"day":"2', b'"day":"x', 1), COPY),
}  # fmt: skip


@pytest.mark.parametrize(("damage", "says"), DAMAGED.values(), ids=DAMAGED)
def test_a_file_that_was_damaged(place: Place, damage: Callable[[bytes], bytes], says: str) -> None:
    place.seal(TAR)
    sound = place.backup.read_bytes()
    place.backup.write_bytes(damage(sound))
    assert place.backup.read_bytes() != sound
    assert says in place.restore()


def test_another_installations(place: Place, tmp_path: Path) -> None:
    """One that made a backup on the same day, too; and one that made none."""
    other = Place(tmp_path / "other")
    other.folder.mkdir()
    other.seal(TAR)
    place.vault()
    place.backup.write_bytes(other.backup.read_bytes())
    assert "another installation" in place.restore()
    place.vault().keyring.epoch(backup_epoch(NOON.date()), create=True)
    assert "another installation" in place.restore()


def test_without_a_root_key_nothing_is_made(place: Place) -> None:
    place.backup.write_bytes(b"")
    assert "root key" in place.restore()


def test_a_folder_in_its_place(place: Place) -> None:
    place.vault()
    place.backup.mkdir()
    assert "Name a backup's file" in place.restore()


def test_a_database_that_postgresql_does_not_take_is_cleared_away_again(place: Place) -> None:
    """It opens and is whole; only loading shows that it is none."""
    place.seal(TAR)
    said = place.restore()
    assert "Nothing was restored" in said
    assert not (place.data / "restoring").exists()
