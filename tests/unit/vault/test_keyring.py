"""Epochs: agreed on by all who make them, gone for all within the cache's minute, useless without the root key."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from obstore.store import MemoryStore

from ringfence.core.clock import ManualClock
from ringfence.vault.errors import EpochGone, KeyRejected, StoreFailed, Tampered
from ringfence.vault.keyring import CACHE_S, Keyring, account_epoch, day_epoch, gone_mark, live_epoch
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.seal import new_key
from ringfence.vault.stores import FolderStore, KeyringStore, ObjectKeyringStore
from ringfence.vault.wrap import new_bucket_key, open_bucket_key, wrap_bucket_key

ACCOUNT, BUCKET = UUID(int=1), UUID(int=2)
DAY = day_epoch(date(2026, 12, 23))
LIVE = live_epoch(date(2026, 1, 1))


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
    with pytest.raises(EpochGone):
        wrap_bucket_key(keyring, ACCOUNT, BUCKET, DAY, key)


def test_a_destroyed_epoch_is_never_made_again(keyring: Keyring) -> None:
    for name in (DAY, LIVE, account_epoch(ACCOUNT)):
        keyring.epoch(name, create=True)
        keyring.destroy(name)
        for later in (keyring, Keyring(keyring.store, keyring.root, ManualClock())):  # its clock was set back
            with pytest.raises(EpochGone):
                later.epoch(name, create=True)
        assert keyring.store.get(name) is None


def test_a_day_that_has_passed_gets_no_epoch(keyring: Keyring) -> None:
    clock = ManualClock(datetime(2026, 12, 23, 23, 59, 59, tzinfo=UTC))
    late = Keyring(keyring.store, keyring.root, clock)
    late.epoch(DAY, create=True)
    clock.advance(1)
    clock.elapsed += CACHE_S
    assert late.epoch(DAY)  # not destroyed yet: what is kept may still be opened
    with pytest.raises(EpochGone):
        late.epoch("day/2026-12-22", create=True)
    assert keyring.list("day") == [DAY]


class Interrupted(ObjectKeyringStore):
    """Somebody destroys the epoch right after it was made, or right before."""

    def __init__(self, when: str) -> None:
        super().__init__(MemoryStore())
        self.when = when

    def create(self, name: str, value: bytes) -> bool:
        strike = name == DAY and self.when
        if strike == "before":
            self._destroy(name)
        made = super().create(name, value)
        if strike == "after":
            self._destroy(name)
        return made

    def _destroy(self, name: str) -> None:
        self.when = ""
        Keyring(self, FileRootKey(new_key()), ManualClock()).destroy(name)


@pytest.mark.parametrize("when", ["before", "after"])
def test_no_order_of_making_and_destroying_leaves_a_key(when: str) -> None:
    store = Interrupted(when)
    with pytest.raises(EpochGone):
        Keyring(store, FileRootKey(new_key()), ManualClock()).epoch(DAY, create=True)
    assert store.list("day") == []


def test_killed_between_spoiling_a_key_and_removing_it(tmp_path: Path) -> None:
    keyring = Keyring(FolderStore(tmp_path), FileRootKey(new_key()), ManualClock())
    keyring.epoch(DAY, create=True)
    keyring.store.create(gone_mark(DAY), b"")
    (tmp_path / DAY).write_bytes(b"overwritten")
    again = Keyring(keyring.store, keyring.root, ManualClock())
    with pytest.raises(EpochGone):
        again.epoch(DAY, create=True)
    again.destroy(DAY)
    assert not (tmp_path / DAY).exists()


def test_a_store_too_full_for_the_mark_does_not_save_the_key(
    keyring: Keyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_name: str, _value: bytes) -> bool:
        raise StoreFailed("full")

    keyring.epoch(DAY, create=True)
    monkeypatch.setattr(keyring.store, "create", full)
    with pytest.raises(StoreFailed):
        keyring.destroy(DAY)
    assert keyring.store.get(DAY) is None


def test_the_epochs_of_days_that_have_passed(keyring: Keyring) -> None:
    days = [date(2026, 3, 1) + timedelta(days=n) for n in range(4)]
    for day in days:
        keyring.epoch(live_epoch(day), create=True)
    assert keyring.passed("live", days[3]) == tuple(map(live_epoch, days[:3]))
    assert keyring.passed("live", days[3], {days[1]}) == (live_epoch(days[0]), live_epoch(days[2]))
    assert keyring.passed("day", days[3]) == ()


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
