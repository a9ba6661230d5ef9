"""Rotating the root key: every read finds a key, nothing stays under the one before, nothing that was destroyed comes back."""

import fcntl
import json
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any
from uuid import UUID

import obstore
import pytest
from obstore.store import MemoryStore

from ringfence.core.clock import ManualClock
from ringfence.vault.copies import KeysMissing, backup, names, refresh, restore
from ringfence.vault.errors import EpochGone, KeyRejected, StoreFailed, Tampered
from ringfence.vault.keyring import Keyring, account_epoch, day_epoch, gone_mark, hold_epoch, live_epoch
from ringfence.vault.rootfile import RootKeys, Stage
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.rotation import epochs, in_use_since, opens, rotate, step, under_older
from ringfence.vault.seal import KEY_BYTES, new_key
from ringfence.vault.signing import Signers, verifies
from ringfence.vault.stores import FolderStore, KeyringStore, ObjectKeyringStore
from ringfence.vault.support import approval_epoch, person_epoch

TODAY = date(2026, 1, 1)
DAY = day_epoch(date(2026, 1, 20))
EVERY_KIND = (
    DAY, account_epoch(UUID(int=1)), live_epoch(TODAY), hold_epoch(UUID(int=2)), "backup/2026-01-01",
    f"shelf/{UUID(int=1)}-1", approval_epoch(UUID(int=3)), person_epoch(UUID(int=4)),
)  # fmt: skip
WAIT_S = 60
MOST_MADE = 30
Act = Callable[[], object]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "root.key"


@pytest.fixture
def root(path: Path) -> FileRootKey:
    return FileRootKey.create(path)


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyringStore:
    return (
        FolderStore(tmp_path / "keyring") if request.param == "folder" else ObjectKeyringStore(MemoryStore())
    )


@pytest.fixture
def keyring(store: KeyringStore, root: FileRootKey) -> Keyring:
    made = Keyring(store, root, ManualClock())
    for name in EVERY_KIND:
        made.epoch(name, create=True)
    return made


def anew(keyring: Keyring, path: Path) -> Keyring:
    """The same keyring for a process that starts now."""
    return Keyring(keyring.store, FileRootKey.load(path), ManualClock())


def cold(keyring: Keyring) -> Keyring:
    """The same keyring for a process that has run all the while, and remembers no epoch."""
    return Keyring(keyring.store, keyring.root, ManualClock())


def everything(store: KeyringStore) -> dict[str, bytes | None]:
    return {name: store.get(name) for name in names(store)}


def test_everything_opens_after_as_before(keyring: Keyring, root: FileRootKey, path: Path) -> None:
    keys = {name: keyring.epoch(name) for name in EVERY_KIND}
    running = FileRootKey.load(path)
    for times in (1, 2, 3):
        assert rotate(keyring, root) == len(EVERY_KIND)
        assert under_older(keyring) == 0
        for each in (cold(keyring), anew(keyring, path), Keyring(keyring.store, running, ManualClock())):
            assert {name: each.epoch(name) for name in EVERY_KIND} == keys
        assert len(keyring.list("root")) == times
    assert in_use_since(keyring.store) == keyring.clock.now()


def test_the_key_before_opens_nothing_and_is_nowhere(tmp_path: Path, root: FileRootKey, path: Path) -> None:
    keyring = Keyring(FolderStore(tmp_path / "keyring"), root, ManualClock())
    rotate(keyring, root)
    for name in EVERY_KIND:
        keyring.epoch(name, create=True)
    before = root.keys()
    stolen = FileRootKey(before.content)
    rotate(keyring, root)
    for name, sealed in everything(keyring.store).items():
        with pytest.raises(Tampered):
            stolen.unwrap(sealed or b"", aad=name.encode())
    files = [each for each in tmp_path.rglob("*") if each.is_file()]
    assert len(files) > len(EVERY_KIND)
    assert not [each for each in files if before.wraps in each.read_bytes()]
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.stat().st_size == 2 * KEY_BYTES


def test_what_was_wrapped_before_is_overwritten_on_the_disk(tmp_path: Path, root: FileRootKey) -> None:
    """The old file's own bytes, by way of a second name for it."""
    keyring = Keyring(FolderStore(tmp_path / "keyring"), root, ManualClock())
    keyring.epoch(DAY, create=True)
    for name in (f"keyring/{DAY}", "root.key"):
        os.link(tmp_path / name, tmp_path / "second")
        before = (tmp_path / "second").read_bytes()
        rotate(keyring, root)
        assert (tmp_path / "second").read_bytes() != before
        (tmp_path / "second").unlink()
    assert cold(keyring).epoch(DAY)


def test_what_is_drawn_from_the_root_key_stays(keyring: Keyring, root: FileRootKey, path: Path) -> None:
    drawn, signers = root.subkey("people/password"), Signers(root, keyring.store, keyring.clock)
    signed = signers.current().sign(b"a receipt")
    rotate(keyring, root)
    assert root.subkey("people/password") == FileRootKey.load(path).subkey("people/password") == drawn
    again = Signers(FileRootKey.load(path), keyring.store, keyring.clock)
    assert again.current().sign(b"a receipt") == signed


def test_the_stages_of_a_file() -> None:
    first = RootKeys.of(b"1" * KEY_BYTES)
    for expected in (Stage.PREPARED, Stage.IN_USE, Stage.SETTLED) * 2:
        before, first = first, first.following()
        assert first.stage is expected
        assert first.first == before.first
        assert RootKeys.of(first.content) == first
        assert (first.wraps == before.wraps) is (expected is not Stage.IN_USE)
        assert expected is Stage.SETTLED or set(before.opens) <= set(first.opens)
    assert "1" not in repr(RootKeys.of(b"1" * KEY_BYTES))


def test_what_the_very_first_key_wrapped_is_refused_afterwards(
    keyring: Keyring, root: FileRootKey, path: Path
) -> None:
    """Whoever has it, and can write to the keyring, gives nobody a key that they know."""
    thief = FileRootKey(path.read_bytes())
    rotate(keyring, root)
    keyring.store.create("hold/planted", thief.wrap(new_key(), aad=b"hold/planted"))
    with pytest.raises(Tampered):
        cold(keyring).epoch("hold/planted", create=True)


def test_the_signing_key_is_renewed_between_any_two_steps_of_a_signing(root: FileRootKey) -> None:
    """What is signed verifies with what is published then, and for ever."""
    clock, at = ManualClock(), 0
    while True:
        at += 1
        store = ObjectKeyringStore(MemoryStore())
        signers = Signers(root, store, clock)
        older = signers.renew()
        between = Between(store, at, signers.renew)
        key = Signers(root, between, clock).current()
        Signers(root, between, clock).published()
        for each in (older, key):
            assert verifies(signers.by_id()[each.key_id], b"a receipt", each.sign(b"a receipt"))
        if not between.struck:
            break
    assert at > 4


@pytest.mark.parametrize("length", [0, 31, 33, 63, 95, 129, 160])
def test_a_file_of_no_stage_is_rejected(path: Path, length: int) -> None:
    path.write_bytes(bytes(length))
    path.chmod(0o600)
    with pytest.raises(KeyRejected, match=r"has 32 bytes"):
        FileRootKey.load(path)


def test_who_runs_goes_on_over_a_file_that_is_away_damaged_or_anothers(
    keyring: Keyring, path: Path, root: FileRootKey
) -> None:
    rotate(keyring, root)
    whole = path.read_bytes()
    for spoiled in (b"", whole[:32], whole[:40], new_key(), None):
        path.unlink()
        if spoiled is not None:
            path.write_bytes(spoiled)
            path.chmod(0o600)
        assert cold(keyring).epoch(DAY)
        assert cold(keyring).epoch(f"hold/{UUID(int=spoiled[0] if spoiled else 99)}", create=True)
        if spoiled is None:
            path.write_bytes(whole)
            path.chmod(0o600)
    assert anew(keyring, path).epoch(DAY) == keyring.epoch(DAY)
    assert under_older(keyring) == 0


def test_a_file_that_cannot_be_written_changes_nothing(
    keyring: Keyring, root: FileRootKey, path: Path
) -> None:
    before, there = path.read_bytes(), everything(keyring.store)
    path.with_name(".root.key.next").mkdir()  # no draft can be written
    with pytest.raises(KeyRejected, match="cannot be written"):
        rotate(keyring, root)
    assert (path.read_bytes(), everything(keyring.store)) == (before, there)


def test_one_step_at_a_time_on_machines_with_files_of_their_own(
    keyring: Keyring, root: FileRootKey, path: Path, tmp_path: Path
) -> None:
    """A fleet: after each stage the file is copied to the other machine, which reads and makes epochs before and after."""
    elsewhere = tmp_path / "elsewhere.key"
    number = 100

    def copied() -> None:
        draft = tmp_path / "draft"
        draft.write_bytes(path.read_bytes())
        draft.chmod(0o600)
        draft.rename(elsewhere)

    copied()
    other = FileRootKey.load(elsewhere)

    def both_see_all() -> None:
        nonlocal number
        for maker in (root, other):
            number += 1
            Keyring(keyring.store, maker, ManualClock()).epoch(hold_epoch(UUID(int=number)), create=True)
        for reader in (root, other):
            seen = Keyring(keyring.store, reader, ManualClock())
            assert all(seen.epoch(name) for name in epochs(keyring.store))

    for expected in (Stage.PREPARED, Stage.IN_USE, Stage.SETTLED) * 2:
        assert step(keyring, root)[1] is expected
        both_see_all()
        copied()
        both_see_all()
    assert under_older(keyring) == 0


# Who does what between which two steps of whom


class Between(KeyringStore):
    """A store between whose steps something else happens: before the step `at`, `act` does."""

    def __init__(self, store: KeyringStore, at: int, act: Act) -> None:
        self._store, self._left, self._act = store, at, act
        self.struck = False

    def _step(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.struck = True
            self._act()

    def create(self, name: str, value: bytes) -> bool:
        self._step()
        return self._store.create(name, value)

    def replace(self, name: str, before: bytes, value: bytes) -> bool:
        self._step()
        return self._store.replace(name, before, value)

    def get(self, name: str) -> bytes | None:
        self._step()
        return self._store.get(name)

    def delete(self, name: str) -> None:
        self._step()
        self._store.delete(name)

    def kinds(self) -> Any:
        self._step()
        return self._store.kinds()

    def list(self, kind: str) -> Any:
        self._step()
        return self._store.list(kind)


@contextmanager
def beside(act: Act, monkeypatch: pytest.MonkeyPatch) -> Iterator[Act]:
    """`act`, to be done beside whoever holds the root key's file: begun, it ends or waits for the file, and ends with the context."""
    waits_or_done, failed = Event(), list[BaseException]()
    lock = fcntl.flock

    def flock(descriptor: int, how: int) -> None:
        try:
            lock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            waits_or_done.set()
            lock(descriptor, how)

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)
        waits_or_done.set()

    thread = Thread(target=run)

    def begin() -> None:
        monkeypatch.setattr(fcntl, "flock", flock)
        thread.start()
        assert waits_or_done.wait(WAIT_S)

    try:
        yield begin
    finally:
        if thread.ident is not None:
            thread.join(WAIT_S)
        monkeypatch.undo()
    assert not failed
    assert not thread.is_alive()


def test_destroyed_between_any_two_steps_of_a_rotation(store: KeyringStore, root: FileRootKey) -> None:
    keyring, at = Keyring(store, root, ManualClock()), 0
    name = hold_epoch(UUID(int=1))
    while True:
        at += 1
        name = hold_epoch(UUID(int=at))
        keyring.epoch(name, create=True)
        between = Between(store, at, lambda name=name: keyring.destroy(name))  # type: ignore[misc]
        rotate(Keyring(between, root, ManualClock()), root)
        if not between.struck:
            break
        assert store.get(name) is None
        with pytest.raises(EpochGone):
            cold(keyring).epoch(name, create=True)
    assert at > 6


def test_rotated_between_any_two_steps_of_a_destruction(store: KeyringStore, root: FileRootKey) -> None:
    keyring, at = Keyring(store, root, ManualClock()), 0
    while True:
        at += 1
        name = hold_epoch(UUID(int=at))
        keyring.epoch(name, create=True)
        between = Between(store, at, lambda: rotate(keyring, root))
        Keyring(between, root, ManualClock()).destroy(name)
        assert store.get(name) is None
        if not between.struck:
            break
    assert at == 3  # the mark, the key


@pytest.mark.parametrize("times", [1, 2])
def test_rotated_between_any_two_steps_of_a_reading(
    store: KeyringStore, root: FileRootKey, times: int
) -> None:
    """Also twice: what was read is then under a key that nobody has any more. On a day that has passed and still stands, too."""
    clock = ManualClock()
    keyring = Keyring(store, root, clock)
    rotate(keyring, root)  # the first key stays in the file, the next does not
    key = keyring.epoch(DAY, create=True)
    clock.advance(timedelta(days=30).total_seconds())

    def act() -> None:
        for _ in range(times):
            rotate(keyring, root)

    unwrap = root.unwrap

    def after_reading(sealed: bytes, *, aad: bytes) -> bytes:
        root.unwrap = unwrap  # type: ignore[method-assign]
        act()
        return unwrap(sealed, aad=aad)

    root.unwrap = after_reading  # type: ignore[method-assign]
    assert Keyring(store, root, clock).epoch(DAY) == key
    at = 0
    while True:
        at += 1
        between = Between(store, at, act)
        assert Keyring(between, root, clock).epoch(DAY) == key
        if not between.struck:
            break


def test_rotated_between_any_two_steps_of_a_making(
    store: KeyringStore, root: FileRootKey, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice, so that a key that was let go too early is nowhere any more."""
    keyring, at = Keyring(store, root, ManualClock()), 0

    def twice() -> None:
        mine = FileRootKey.load(path)
        for _ in range(2):
            rotate(Keyring(store, mine, ManualClock()), mine)

    while True:
        at += 1
        name = hold_epoch(UUID(int=at))
        with beside(twice, monkeypatch) as begin:
            between = Between(store, at, begin)
            key = Keyring(between, root, ManualClock()).epoch(name, create=True)
        assert anew(keyring, path).epoch(name) == key
        assert under_older(anew(keyring, path)) == 0
        if not between.struck:
            break
    assert at > 4


def test_two_rotations_at_once(
    store: KeyringStore, root: FileRootKey, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole other one between any two steps of one."""
    keyring, at = Keyring(store, root, ManualClock()), 0
    keys = {name: keyring.epoch(name, create=True) for name in EVERY_KIND[:2]}

    def other() -> None:
        mine = FileRootKey.load(path)
        rotate(Keyring(store, mine, ManualClock()), mine)

    while True:
        at += 1
        with beside(other, monkeypatch) as begin:
            between = Between(store, at, begin)
            rotate(Keyring(between, root, ManualClock()), root)
        assert {name: anew(keyring, path).epoch(name) for name in keys} == keys
        assert root.keys().stage is Stage.SETTLED
        assert under_older(anew(keyring, path)) == 0
        if not between.struck:
            break
    assert at > 8


def test_only_who_saw_what_the_file_holds_brings_it_further(root: FileRootKey) -> None:
    seen = root.keys()
    once = root.advance(seen)
    assert root.advance(seen) == once


def test_a_store_replaces_only_what_it_was_told(store: KeyringStore) -> None:
    assert store.replace(DAY, b"a", b"b") is False
    assert store.get(DAY) is None
    store.create(DAY, b"a")
    assert store.replace(DAY, b"other", b"b") is False
    assert store.get(DAY) == b"a"
    assert store.replace(DAY, b"a", b"b") is True
    assert store.get(DAY) == b"b"
    assert store.list("day") == [DAY]


def test_a_bucket_replaces_nothing_that_changed_after_it_was_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = ObjectKeyringStore(MemoryStore())
    look = obstore.get

    def made_anew() -> None:
        store.delete(DAY)
        store.create(DAY, b"c")

    for change in (partial(store.delete, DAY), made_anew):
        store.create(DAY, b"a")

        def then_change(*arguments: Any, change: Act = change) -> Any:
            monkeypatch.undo()
            found = look(*arguments)
            change()
            return found

        monkeypatch.setattr(obstore, "get", then_change)
        assert store.replace(DAY, b"a", b"b") is False
        assert store.get(DAY) != b"b"
        store.delete(DAY)


def test_a_destruction_takes_the_draft_of_a_killed_rotation_along(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.create(DAY, b"a")
    draft = tmp_path / "day" / f".{Path(DAY).name}.next"
    draft.write_bytes(b"the same key, wrapped anew")
    store.delete(DAY)
    assert not list((tmp_path / "day").iterdir())


def test_deleted_while_its_file_is_being_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside of the store's one step: who deletes waits until the new file is in its place, and then takes that."""
    store, fstat = FolderStore(tmp_path), os.fstat
    store.create(DAY, b"a")
    with beside(lambda: FolderStore(tmp_path).delete(DAY), monkeypatch) as begin:

        def look(descriptor: int) -> os.stat_result:
            monkeypatch.setattr(os, "fstat", fstat)
            begin()
            return fstat(descriptor)

        monkeypatch.setattr(os, "fstat", look)  # after it was looked at, before the new file is written
        store.replace(DAY, b"a", b"b")
    assert store.get(DAY) is None
    assert not list((tmp_path / "day").iterdir())


def test_a_full_disk_loses_nothing(
    tmp_path: Path, root: FileRootKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring = Keyring(FolderStore(tmp_path / "keyring"), root, ManualClock())
    key = keyring.epoch(DAY, create=True)
    write = os.write
    monkeypatch.setattr(
        os, "write", lambda descriptor, value: 0 if len(value) == 61 else write(descriptor, value)
    )
    with pytest.raises(StoreFailed):
        rotate(keyring, root)
    assert (root.keys().stage, cold(keyring).epoch(DAY)) == (Stage.IN_USE, key)
    monkeypatch.undo()
    assert rotate(keyring, root) == 1
    assert (root.keys().stage, cold(keyring).epoch(DAY)) == (Stage.SETTLED, key)


def test_what_no_key_opens_keeps_the_key_before(keyring: Keyring, root: FileRootKey) -> None:
    keyring.store.create(gone_mark("day/2026-01-05"), b"2026-01-06")
    foreign = FileRootKey(new_key()).wrap(new_key(), aad=b"hold/foreign")
    keyring.store.create("hold/foreign", foreign)
    with pytest.raises(Tampered, match=r"1 of this keyring's epochs \(hold/foreign\)"):
        rotate(keyring, root)
    assert root.keys().stage is Stage.IN_USE
    assert under_older(keyring) == 1
    keyring.store.delete("hold/foreign")
    assert rotate(keyring, root) == 0
    assert root.keys().stage is Stage.SETTLED


# The copy


def test_a_copy_follows(keyring: Keyring, root: FileRootKey, path: Path, tmp_path: Path) -> None:
    copies = (FolderStore(tmp_path / "one"), ObjectKeyringStore(MemoryStore()))
    for copy in copies:
        backup(keyring.store, copy, TODAY)
    for _ in range(2):
        rotate(keyring, root, copies)
        for copy in copies:
            assert everything(copy) == everything(keyring.store)
            restored = Keyring(copy, FileRootKey.load(path), ManualClock())
            assert all(restored.epoch(name) for name in EVERY_KIND)


def test_a_copy_that_was_not_told_follows_with_the_next_refresh(
    keyring: Keyring, root: FileRootKey, tmp_path: Path
) -> None:
    copy = FolderStore(tmp_path / "copy")
    backup(keyring.store, copy, TODAY)
    rotate(keyring, root)
    refresh(keyring.store, copy, TODAY)
    assert everything(copy) == everything(keyring.store)


def test_a_refresh_in_the_middle_of_a_rotation_is_followed_by_another(
    store: KeyringStore, root: FileRootKey, tmp_path: Path
) -> None:
    keyring = Keyring(store, root, ManualClock())
    for name in EVERY_KIND[:2]:
        keyring.epoch(name, create=True)
    at = 0
    while True:
        at += 1
        for record in store.list("root"):  # each try has as many steps as the one before
            store.delete(record)
        copy = FolderStore(tmp_path / f"copy{at}")
        backup(store, copy, TODAY)
        between = Between(store, at, lambda copy=copy: refresh(store, copy, TODAY))  # type: ignore[misc]
        rotate(Keyring(between, root, ManualClock()), root, (copy,))
        assert everything(copy) == everything(store)
        if not between.struck:
            break
    assert at > 8


def test_a_rotation_in_the_middle_of_a_refresh_is_followed_by_the_next(
    store: KeyringStore, root: FileRootKey, tmp_path: Path
) -> None:
    """The first refresh may leave what it read before; what the rotation itself told the copy stays, and the next sees it all."""
    keyring, at = Keyring(store, root, ManualClock()), 0
    for name in EVERY_KIND[:2]:
        keyring.epoch(name, create=True)
    while True:
        at += 1
        for record in store.list("root"):  # each try has as many steps as the one before
            store.delete(record)
        copy = FolderStore(tmp_path / f"copy{at}")
        between = Between(store, at, lambda copy=copy: rotate(keyring, root, (copy,)))  # type: ignore[misc]
        refresh(between, copy, TODAY)
        opened = Keyring(copy, root, ManualClock())
        assert all(opened.epoch(name) for name in EVERY_KIND[:2])
        refresh(store, copy, TODAY)
        assert everything(copy) == everything(store)
        if not between.struck:
            break
    assert at > 4


def test_a_copy_that_missed_a_rotation_brings_nothing_back_that_does_not_open(
    keyring: Keyring, root: FileRootKey, tmp_path: Path
) -> None:
    copy, mended = FolderStore(tmp_path / "copy"), FolderStore(tmp_path / "mended")
    keyring.store.create(gone_mark("hold/ended"), b"2026-01-06")
    backup(keyring.store, copy, TODAY)
    rotate(keyring, root)
    found = restore(copy, mended, TODAY, partial(opens, root))
    assert (found.added, found.missing) == (1, tuple(sorted(EVERY_KIND)))
    assert list(names(mended)) == [gone_mark("hold/ended")]
    backup(keyring.store, copy, TODAY)
    assert restore(copy, mended, TODAY, partial(opens, root)).missing == ()
    assert everything(mended) == everything(keyring.store)


def test_a_copy_that_is_away_keeps_the_key_before(
    keyring: Keyring, root: FileRootKey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = FolderStore(tmp_path / "copy")
    backup(keyring.store, copy, TODAY)

    def away(*_arguments: object) -> Any:
        raise StoreFailed("away")

    monkeypatch.setattr(copy, "replace", away)
    with pytest.raises(StoreFailed):
        rotate(keyring, root, (copy,))
    assert root.keys().stage is Stage.IN_USE
    stale = Keyring(copy, root, ManualClock())
    assert all(stale.epoch(name) for name in EVERY_KIND)
    monkeypatch.undo()
    rotate(keyring, root, (copy,))
    assert root.keys().stage is Stage.SETTLED
    assert everything(copy) == everything(keyring.store)


def test_a_lost_keyring_does_not_let_go_of_what_its_copy_is_under(
    keyring: Keyring, root: FileRootKey, tmp_path: Path
) -> None:
    copy = FolderStore(tmp_path / "copy")
    rotate(keyring, root, (copy,))
    lost = Keyring(FolderStore(tmp_path / "lost"), root, ManualClock())
    with pytest.raises(KeysMissing):
        rotate(lost, root, (copy,))
    kept = Keyring(copy, root, ManualClock())
    assert all(kept.epoch(name) for name in EVERY_KIND)


# Killed, and under load


@pytest.mark.timeout(300)
def test_killed_before_anything_that_it_asks_of_the_disk(tmp_path: Path) -> None:
    """At each of its steps by kill -9: all opens, nothing comes back, and the next one ends what this one began."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.killing", str(tmp_path)],
        cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["wrong"] == []
    assert found["kills"] > 100


def _use(folder: Path, who: int, over: Any, said: Any) -> None:
    """A process that remembers nothing: reads every epoch and makes one, again and again, with what it read at its start."""
    mine, made, count = FileRootKey.load(folder / "root.key"), dict[str, bytes](), 0
    keys: dict[str, bytes] = {}
    while not over.is_set():
        seen = Keyring(FolderStore(folder / "keyring"), mine, ManualClock())
        found = {name: seen.epoch(name) for name in EVERY_KIND}
        keys = keys or found
        assert found == keys
        if len(made) < MOST_MADE:
            name = hold_epoch(UUID(int=(who << 64) + len(made)))
            made[name] = seen.epoch(name, create=True)
        if count == 0:
            said.put("reading")
        count += 1
    said.put({**keys, **made})


@pytest.mark.timeout(300)
def test_no_read_and_no_new_epoch_fails_while_it_rotates(
    tmp_path: Path, root: FileRootKey, path: Path
) -> None:
    """Processes read and make epochs, over five rotations, each with a destruction beside it."""
    keyring = Keyring(FolderStore(tmp_path / "keyring"), root, ManualClock())
    keys = {name: keyring.epoch(name, create=True) for name in EVERY_KIND}
    context = multiprocessing.get_context("spawn")
    over, said = context.Event(), context.Queue()
    users = [context.Process(target=_use, args=(tmp_path, who, over, said)) for who in (1, 2)]
    for user in users:
        user.start()
    try:
        assert [said.get(timeout=WAIT_S) for _ in users] == ["reading"] * len(users)
        for number in range(5):
            doomed = live_epoch(TODAY + timedelta(days=number + 1))
            keyring.epoch(doomed, create=True)
            ended = Thread(target=keyring.destroy, args=(doomed,))
            ended.start()
            rotate(cold(keyring), root)
            ended.join(WAIT_S)
    finally:
        over.set()
        found = [said.get(timeout=WAIT_S) for user in users if user.is_alive() or not user.exitcode]
        for user in users:
            user.join(WAIT_S)
        said.close()
        said.join_thread()
    assert [user.exitcode for user in users] == [0, 0]
    made = {name: key for each in found for name, key in each.items()}
    assert len(made) > len(keys)
    last = anew(keyring, path)
    assert {name: last.epoch(name) for name in {**keys, **made}} == {**keys, **made}
    assert under_older(last) == 0
    assert last.list("live") == [live_epoch(TODAY)]
