"""The keyring's copy: what is new goes in, what was destroyed goes out, and a lost keyring takes nothing along."""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from obstore.store import MemoryStore

from ringfence.core.clock import ManualClock
from ringfence.vault.copies import Copied, KeysMissing, backup, names, refresh, restore
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import Keyring, account_epoch, day_epoch, live_epoch
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.seal import new_key
from ringfence.vault.stores import FolderStore, KeyringStore, ObjectKeyringStore

TODAY = date(2026, 1, 1)
ACCOUNT = account_epoch(UUID(int=1))
TONIGHT, TOMORROW = day_epoch(TODAY), day_epoch(TODAY + timedelta(days=1))


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    made = Keyring(FolderStore(tmp_path / "keyring"), FileRootKey(new_key()), ManualClock())
    for name in (ACCOUNT, TONIGHT, TOMORROW, live_epoch(TODAY)):
        made.epoch(name, create=True)
    return made


@pytest.fixture(params=["folder", "bucket"])
def copy(request: pytest.FixtureRequest, tmp_path: Path) -> KeyringStore:
    return FolderStore(tmp_path / "copy") if request.param == "folder" else ObjectKeyringStore(MemoryStore())


def everything(store: KeyringStore) -> dict[str, bytes | None]:
    return {name: store.get(name) for name in names(store)}


def test_a_copy_is_whole_and_the_same_again(keyring: Keyring, copy: KeyringStore) -> None:
    assert backup(keyring.store, copy, TODAY) == Copied(4, 0)
    assert everything(copy) == everything(keyring.store)
    assert backup(keyring.store, copy, TODAY) == Copied(0, 0)


def test_what_was_destroyed_leaves_the_copy(keyring: Keyring, copy: KeyringStore) -> None:
    refresh(keyring.store, copy, TODAY)
    keyring.destroy(ACCOUNT)
    keyring.destroy(live_epoch(TODAY))
    assert refresh(keyring.store, copy, TODAY) == Copied(2, 2)  # two marks in, two keys out
    assert everything(copy) == everything(keyring.store)


def test_a_passed_day_leaves_the_copy_though_the_keyring_still_has_it(
    keyring: Keyring, copy: KeyringStore
) -> None:
    refresh(keyring.store, copy, TODAY)
    assert refresh(keyring.store, copy, TODAY + timedelta(days=1)).removed == 1
    assert TONIGHT not in everything(copy)
    assert TONIGHT in everything(keyring.store)


def test_a_lost_keyring_takes_nothing_of_the_copy_along(
    keyring: Keyring, copy: KeyringStore, tmp_path: Path
) -> None:
    backup(keyring.store, copy, TODAY)
    before = everything(copy)
    lost = FolderStore(tmp_path / "lost")
    assert refresh(lost, copy, TODAY).missing == tuple(sorted(before))
    with pytest.raises(KeysMissing, match="lacks 4 keys"):
        backup(lost, copy, TODAY)
    assert everything(copy) == before


def test_a_lost_keyring_comes_back_and_opens_the_same(
    keyring: Keyring, copy: KeyringStore, tmp_path: Path
) -> None:
    backup(keyring.store, copy, TODAY)
    mended = Keyring(FolderStore(tmp_path / "mended"), keyring.root, ManualClock())
    assert restore(copy, mended.store, TODAY) == Copied(4, 0)
    assert mended.epoch(ACCOUNT) == keyring.epoch(ACCOUNT)
    assert mended.epoch(TONIGHT) == keyring.epoch(TONIGHT)


def test_nothing_that_was_destroyed_comes_back(keyring: Keyring, copy: KeyringStore, tmp_path: Path) -> None:
    backup(keyring.store, copy, TODAY)
    keyring.destroy(ACCOUNT)  # and the copy is not told
    assert restore(copy, keyring.store, TODAY + timedelta(days=1)).added == 0
    with pytest.raises(EpochGone):
        keyring.epoch(ACCOUNT, create=True)
    mended = FolderStore(tmp_path / "mended")
    restore(copy, mended, TODAY + timedelta(days=1))
    assert sorted(names(mended)) == sorted([ACCOUNT, TOMORROW, live_epoch(TODAY)])


def test_a_copy_holds_no_key_in_the_clear(keyring: Keyring, copy: KeyringStore) -> None:
    backup(keyring.store, copy, TODAY)
    keys = [keyring.epoch(name) for name in (ACCOUNT, TONIGHT, TOMORROW)]
    assert all(key not in (value or b"") for key in keys for value in everything(copy).values())
