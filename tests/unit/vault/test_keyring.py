"""Epochs: agreed on by all who make them, gone for all within the cache's minute, useless without the root key."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from obstore.store import MemoryStore

from ringfence.core.clock import ManualClock
from ringfence.vault.errors import EpochGone, KeyRejected, Tampered
from ringfence.vault.keyring import CACHE_S, Keyring, account_epoch, day_epoch
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.seal import new_key
from ringfence.vault.stores import FolderStore, KeyringStore, ObjectKeyringStore
from ringfence.vault.wrap import new_bucket_key, open_bucket_key

ACCOUNT, BUCKET = UUID(int=1), UUID(int=2)
DAY = day_epoch(date(2026, 12, 23))


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> KeyringStore:
    return (
        FolderStore(tmp_path / "keyring") if request.param == "folder" else ObjectKeyringStore(MemoryStore())
    )


@pytest.fixture
def keyring(store: KeyringStore) -> Keyring:
    return Keyring(store, FileRootKey(new_key()), ManualClock())


def test_an_epoch_is_made_once_and_found_again(keyring: Keyring) -> None:
    key = keyring.epoch(DAY, create=True)
    again = Keyring(keyring.store, keyring.root, ManualClock())
    assert again.epoch(DAY) == key
    assert again.epoch(DAY, create=True) == key
    assert keyring.list("day") == [DAY]


def test_an_epoch_nobody_made_is_gone(keyring: Keyring) -> None:
    with pytest.raises(EpochGone):
        keyring.epoch(DAY)


def test_destruction_is_felt_here_at_once_and_elsewhere_within_a_minute(keyring: Keyring) -> None:
    clock = ManualClock()
    elsewhere = Keyring(keyring.store, keyring.root, clock)
    keyring.epoch(DAY, create=True)
    elsewhere.epoch(DAY)
    keyring.destroy(DAY)
    keyring.destroy(DAY)
    with pytest.raises(EpochGone):
        keyring.epoch(DAY)
    clock.advance(CACHE_S)
    with pytest.raises(EpochGone):
        elsewhere.epoch(DAY)


def test_all_beneath_a_destroyed_epoch_stays_shut(keyring: Keyring) -> None:
    key, wrapped = new_bucket_key(keyring, ACCOUNT, BUCKET, DAY)
    assert open_bucket_key(keyring, ACCOUNT, BUCKET, DAY, wrapped) == key
    keyring.destroy(DAY)
    with pytest.raises(EpochGone):
        open_bucket_key(keyring, ACCOUNT, BUCKET, DAY, wrapped)
    keyring.epoch(DAY, create=True)  # a new epoch of the same name is not the old one
    with pytest.raises(Tampered):
        open_bucket_key(keyring, ACCOUNT, BUCKET, DAY, wrapped)


def test_a_bucket_needs_its_account_as_well_as_its_day(keyring: Keyring) -> None:
    _, wrapped = new_bucket_key(keyring, ACCOUNT, BUCKET, DAY)
    keyring.destroy(account_epoch(ACCOUNT))
    with pytest.raises(EpochGone):
        open_bucket_key(keyring, ACCOUNT, BUCKET, DAY, wrapped)


def test_a_bucket_does_not_open_for_another_account(keyring: Keyring) -> None:
    _, wrapped = new_bucket_key(keyring, ACCOUNT, BUCKET, DAY)
    new_bucket_key(keyring, UUID(int=9), BUCKET, DAY)
    with pytest.raises(Tampered):
        open_bucket_key(keyring, UUID(int=9), BUCKET, DAY, wrapped)


def test_epochs_swapped_in_the_store_do_not_open(keyring: Keyring) -> None:
    keyring.epoch(DAY, create=True)
    stored = keyring.store.get(DAY)
    assert stored is not None
    keyring.store.create("day/2027-01-01", stored)
    with pytest.raises(Tampered):
        keyring.epoch("day/2027-01-01")


def test_many_who_make_the_same_epoch_at_once_agree(tmp_path: Path) -> None:
    root = FileRootKey(new_key())

    def make(_: int) -> bytes:
        return Keyring(FolderStore(tmp_path), root, ManualClock()).epoch(DAY, create=True)

    with ThreadPoolExecutor(16) as pool:
        assert len(set(pool.map(make, range(64)))) == 1


def _make_root(path: str, queue: "multiprocessing.Queue[bytes]") -> None:
    queue.put(FileRootKey.create(Path(path)).subkey("test"))


def test_two_first_starts_agree_on_one_root_key(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    queue: multiprocessing.Queue[bytes] = context.Queue()
    starts = [context.Process(target=_make_root, args=(str(tmp_path / "root.key"), queue)) for _ in range(2)]
    for start in starts:
        start.start()
    keys = {queue.get(timeout=60) for _ in starts}
    for start in starts:
        start.join()
    queue.close()
    queue.join_thread()
    assert len(keys) == 1


def test_a_root_key_others_may_read_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "root.key"
    FileRootKey.create(path)
    path.chmod(0o640)
    with pytest.raises(KeyRejected, match="chmod 600"):
        FileRootKey.load(path)


def test_names_cannot_leave_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not a keyring name"):
        FolderStore(tmp_path).get("day/../../etc/passwd")


def test_no_file_of_the_keyring_holds_a_key_in_the_clear(tmp_path: Path) -> None:
    keyring = Keyring(FolderStore(tmp_path), FileRootKey(new_key()), ManualClock())
    key = keyring.epoch(DAY, create=True)
    assert all(key not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
