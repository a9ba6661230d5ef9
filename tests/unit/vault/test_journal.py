"""The journal: whole or refused once closed; an orphan keeps everything up to its last whole record."""

import errno
import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ringfence.vault.errors import JournalFailed, StillWritten, Tampered
from ringfence.vault.journal import (
    FileSource,
    JournalContext,
    JournalReader,
    JournalWriter,
    being_written,
    close_orphan,
    read_context,
)
from ringfence.vault.seal import new_key

KEY = new_key()
CONTEXT = JournalContext(account_id=UUID(int=1), call_id=UUID(int=2), part="recording")
PAYLOADS = [b"first second of audio", b"", b"third " * 40]


class Bytes:
    def __init__(self, data: bytes) -> None:
        self.data = data

    def size(self) -> int:
        return len(self.data)

    def read_at(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]


def write(path: Path, payloads: list[bytes] = PAYLOADS, *, close: bool = True) -> bytes:
    path.unlink(missing_ok=True)
    writer = JournalWriter.create(path, KEY, CONTEXT)
    for number, payload in enumerate(payloads):
        writer.append(1, number * 8000, payload)
    writer.close() if close else writer.abandon()
    return path.read_bytes()


def read(data: bytes, *, closed: bool = True) -> list[bytes]:
    return [payload for _, payload in JournalReader(Bytes(data), KEY, closed=closed)]


def test_a_closed_journal_reads_back_in_any_order(tmp_path: Path) -> None:
    reader = JournalReader(Bytes(write(tmp_path / "j")), KEY)
    assert reader.context == CONTEXT
    assert [entry.position for entry in reader.entries] == [0, 8000, 16000]
    assert [reader.read(n) for n in (2, 0, 1)] == [PAYLOADS[2], PAYLOADS[0], PAYLOADS[1]]


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write(tmp_path_factory.mktemp("journal") / "j")


def test_every_flipped_bit_of_a_closed_journal_is_refused(closed: bytes) -> None:
    for position in range(len(closed)):
        changed = bytearray(closed)
        changed[position] ^= 0x40
        with pytest.raises(Tampered):
            read(bytes(changed))


def test_every_cut_of_a_closed_journal_is_refused(closed: bytes) -> None:
    for length in range(len(closed)):
        with pytest.raises(Tampered):
            read(closed[:length])


def test_records_cannot_change_places(tmp_path: Path) -> None:
    data = write(tmp_path / "j", [b"aaaa", b"bbbb"], close=False)
    entries = JournalReader(Bytes(data), KEY, closed=False).entries
    first, second = entries[0].offset, entries[1].offset
    swapped = data[:first] + data[second:] + data[first:second]
    with pytest.raises(Tampered, match="changed, moved or taken out"):
        read(swapped, closed=False)


def test_what_no_crash_leaves_is_closed_before_it_and_said(tmp_path: Path) -> None:
    path = tmp_path / "j"
    data = bytearray(write(path, close=False))
    second = JournalReader(Bytes(bytes(data)), KEY, closed=False).entries[1]
    data[second.offset + 20] ^= 1
    path.write_bytes(data)
    close_orphan(path, KEY)
    reader = JournalReader(Bytes(path.read_bytes()), KEY)
    assert (reader.damaged, [payload for _, payload in reader]) == (True, PAYLOADS[:1])


def test_a_block_that_never_reached_the_disk_is_the_end_and_no_damage(tmp_path: Path) -> None:
    path = tmp_path / "j"
    data = bytearray(write(path, [b"x" * 3000] * 4, close=False))
    data[8192:] = bytes(len(data) - 8192)
    path.write_bytes(data)
    close_orphan(path, KEY)
    reader = JournalReader(Bytes(path.read_bytes()), KEY)
    assert not reader.damaged
    assert len(reader.entries) == 2


def test_a_number_spent_on_a_full_disk_never_seals_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "j"
    writer = JournalWriter.create(path, KEY, CONTEXT)
    writer.append(1, 0, b"before")
    with monkeypatch.context() as disk:
        disk.setattr(os, "pwritev", _full)
        for _ in range(3):
            with pytest.raises(JournalFailed, match="Free space"):
                writer.append(1, 8000, b"lost")
    writer.append(1, 16000, b"after")
    writer.close()
    reader = JournalReader(Bytes(path.read_bytes()), KEY)
    assert [payload for _, payload in reader] == [b"before", b"after"]
    assert [entry.number for entry in reader.entries] == [0, 4]


def _full(*_: object) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_an_orphan_torn_at_any_byte_keeps_its_whole_records(tmp_path: Path) -> None:
    data = write(tmp_path / "j", close=False)
    reader = JournalReader(Bytes(data), KEY, closed=False)
    ends = [entry.end for entry in reader.entries]
    start = reader.entries[0].offset
    for length in range(start, len(data) + 1):
        assert read(data[:length], closed=False) == PAYLOADS[: sum(end <= length for end in ends)]


def test_an_orphan_is_closed_at_its_last_whole_record_once(tmp_path: Path) -> None:
    path = tmp_path / "j"
    path.write_bytes(write(path, close=False)[:-5])
    size = close_orphan(path, KEY)
    assert size == path.stat().st_size == close_orphan(path, KEY)
    assert read(path.read_bytes()) == PAYLOADS[:2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(payloads=st.lists(st.binary(max_size=200), max_size=6), junk=st.binary(max_size=80))
def test_closing_an_orphan_never_loses_a_whole_record(
    tmp_path: Path, payloads: list[bytes], junk: bytes
) -> None:
    path = tmp_path / "j"
    path.write_bytes(write(path, payloads, close=False) + junk)
    close_orphan(path, KEY)
    assert read(path.read_bytes()) == payloads


def test_a_key_of_another_journal_opens_nothing(closed: bytes) -> None:
    with pytest.raises(Tampered):
        JournalReader(Bytes(closed), new_key())


def test_two_journals_under_one_key_share_no_ciphertext(tmp_path: Path) -> None:
    one, two = write(tmp_path / "one"), write(tmp_path / "two")
    reader = JournalReader(Bytes(one), KEY)
    entry = reader.entries[2]
    assert one[entry.end - entry.length : entry.end] not in two


def test_a_journal_is_never_overwritten(tmp_path: Path) -> None:
    write(tmp_path / "j")
    with pytest.raises(FileExistsError):
        JournalWriter.create(tmp_path / "j", KEY, CONTEXT)


def test_a_full_disk_leaves_what_was_whole(tmp_path: Path) -> None:
    import resource

    path = tmp_path / "j"
    code = f"""
import resource, signal
from pathlib import Path
from uuid import UUID
from ringfence.vault.journal import *
from ringfence.vault.errors import JournalFailed
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (5000, 5000))
w = JournalWriter.create(Path({str(path)!r}), bytes(32), JournalContext(account_id=UUID(int=1), call_id=UUID(int=2), part="recording"))
n = 0
try:
    while True:
        w.append(1, n, b"x" * 1000)
        n += 1
except JournalFailed:
    print(n)
"""
    assert resource.RLIMIT_FSIZE is not None
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    close_orphan(path, bytes(32))
    source = FileSource(path)
    assert len(JournalReader(source, bytes(32)).entries) == int(out.stdout) > 0
    source.close()


def test_killed_in_the_middle_it_keeps_what_was_synced_and_nothing_in_the_clear(tmp_path: Path) -> None:
    path = tmp_path / "j"
    code = f"""
import sys
from pathlib import Path
from uuid import UUID
from ringfence.vault.journal import *
w = JournalWriter.create(Path({str(path)!r}), bytes(32), JournalContext(account_id=UUID(int=1), call_id=UUID(int=2), part="recording"))
n = 0
while True:
    w.append(1, n, b"CANARY-TONE" * 90)
    w.sync()
    n += 1
    print(n, flush=True)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    synced = 0
    while synced < 25:
        synced = int(child.stdout.readline())
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stdout.close()
    assert b"CANARY" not in path.read_bytes()
    close_orphan(path, bytes(32))
    source = FileSource(path)
    assert read_context(source).part == "recording"
    entries = JournalReader(source, bytes(32)).entries
    source.close()
    assert len(entries) >= synced


def test_a_record_too_large_is_refused(tmp_path: Path) -> None:
    writer = JournalWriter.create(tmp_path / "j", KEY, CONTEXT)
    with pytest.raises(ValueError, match="mebibyte"):
        writer.append(1, 0, bytes((1 << 20) + 1))
    writer.close()


def test_no_room_for_the_header_means_no_file(tmp_path: Path) -> None:
    missing = tmp_path / "none" / "j"
    with pytest.raises((FileNotFoundError, JournalFailed)):
        JournalWriter.create(missing, KEY, CONTEXT)
    assert not missing.exists()


def test_nobody_closes_a_journal_under_a_living_writer(tmp_path: Path) -> None:
    path = tmp_path / "j"
    writer = JournalWriter.create(path, KEY, CONTEXT)
    writer.append(1, 0, b"words")
    assert being_written(path)
    before = path.read_bytes()
    with pytest.raises(StillWritten):
        close_orphan(path, KEY)
    assert path.read_bytes() == before
    writer.append(1, 8000, b"more words")
    writer.abandon()
    assert not being_written(path)
    close_orphan(path, KEY)
    assert read(path.read_bytes()) == [b"words", b"more words"]
