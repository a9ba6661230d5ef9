"""No key of a kind that nobody declared comes to exist."""

from pathlib import Path
from uuid import uuid4

import pytest

from ringfence.boot.declared_keys import DeclaredKeys
from ringfence.core.clock import ManualClock
from ringfence.policy import Undeclared
from ringfence.vault.keyring import account_epoch
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.stores import open_store
from ringfence.vault.vault import Vault


def test_declared_kinds_are_made_and_others_are_not(tmp_path: Path) -> None:
    store = DeclaredKeys(open_store(str(tmp_path / "keyring")))
    vault = Vault.open(store, FileRootKey.create(tmp_path / "root.key"), ManualClock())
    name = account_epoch(uuid4())
    key = vault.keyring.epoch(name, create=True)
    assert vault.keyring.epoch(name) == key
    with pytest.raises(Undeclared, match="advertiser"):
        vault.keyring.epoch("advertiser/somebody", create=True)
    assert "advertiser" not in store.kinds()
    assert store.list("account") == [name]
    vault.keyring.destroy(name)
    assert store.get(name) is None
