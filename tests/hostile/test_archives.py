"""Files that somebody else made: backups with what no backup holds, and exports that are none. They end in a sentence."""

import io
import tarfile
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from ringfence.boot.cli import main
from ringfence.core.errors import BadInput
from ringfence.lifecycle.backup import archive
from ringfence.vault.errors import Tampered

LINK, HARD, DEVICE, FOLDER = tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE


def tar(*entries: tuple[str, bytes, str | None]) -> io.BytesIO:
    """An archive of names with a type and, where it is a link, what it leads to."""
    made = io.BytesIO()
    with tarfile.open(mode="w", fileobj=made) as out:
        for name, kind, target in entries:
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname, entry.size = kind, target or "", 2 if kind == tarfile.REGTYPE else 0
            out.addfile(entry, io.BytesIO(b"{}") if kind == tarfile.REGTYPE else None)
    made.seek(0)
    return made


def taken(hostile: io.BytesIO) -> None:
    """Read to the end, as a restore does."""
    for _, content in archive.read(hostile):
        while content.read(1 << 16):
            pass


@pytest.mark.parametrize("kind", [LINK, HARD, DEVICE, FOLDER, tarfile.FIFOTYPE])
@pytest.mark.parametrize("target", ["/etc/passwd", "../../etc/passwd", archive.FIRST])
def test_a_backup_holds_no_links_devices_or_folders(kind: bytes, target: str) -> None:
    hostile = tar(
        (archive.FIRST, tarfile.REGTYPE, None),
        ("objects/x", kind, target),
        (archive.LAST, tarfile.REGTYPE, None),
    )
    with pytest.raises(Tampered):
        taken(hostile)


def test_what_comes_after_the_end_is_not_read() -> None:
    with pytest.raises(Tampered):
        list(
            archive.read(
                tar((archive.LAST, tarfile.REGTYPE, None), ("database/00000001", tarfile.REGTYPE, None))
            )
        )


@pytest.mark.parametrize("size", [1 << 40, (1 << 62) - 1])
def test_a_size_that_is_a_lie_ends_with_the_bytes(size: int) -> None:
    entry = tarfile.TarInfo("database/00000001")
    entry.size = size
    raw = io.BytesIO(entry.tobuf(tarfile.GNU_FORMAT) + b"x" * 512)
    with pytest.raises((Tampered, tarfile.ReadError)):
        taken(raw)


@pytest.mark.parametrize(
    "name",
    ["objects//etc/passwd", "objects/../../x", "objects/a/../../x", "objects/..", "objects/a\\..\\..\\x"],
)
def test_no_name_of_an_object_leads_out(name: str) -> None:
    with pytest.raises(BadInput):
        archive.object_of(name)


FILES: Final = {
    "nothing": b"", "text": b"hello", "list": b"[]", "kind_list": b'{"kind": []}', "kind_map": b'{"kind": {}}', "kind_null": b'{"kind": null}',
    "deep": b"[" * 200_000, "deep_map": b'{"kind":' * 100_000, "bytes": bytes(range(256)) * 100, "number": b"9" * 100_000,
    "empty_proof": b'{"kind": "ringfence.audit-proof"}', "empty_export": b'{"kind": "ringfence.audit-export"}\n{}\n[]\n1\n',
    "proof": b'{"kind": "ringfence.audit-proof", "event": [], "path": {}, "position": -1, "keys": 7, "head": "x"}',
    "infinite": b'{"kind": "ringfence.audit-proof", "position": 1e999, "path": ["zz"]}', "surrogate": b'{"kind": "\\ud800"}',
    "receipt": b'{"kind": "ringfence.erasure-receipt", "receipt": [], "signature": {}, "keys": []}',
}  # fmt: skip


@pytest.mark.parametrize("content", FILES.values(), ids=FILES)
def test_what_an_installation_never_signed_is_said_in_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.json"
    path.write_bytes(content)
    done = CliRunner().invoke(main, ["verify", str(path)])
    assert done.exit_code == 1
    assert done.exception is None or isinstance(done.exception, SystemExit), repr(done.exception)
    assert len(done.output) < 2000
