"""A vault for tests: a real keyring in a folder, under a root key made on the spot."""

from pathlib import Path

from ringfence.core.clock import Clock
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.stores import FolderStore
from ringfence.vault.vault import Vault


def a_vault(folder: Path, clock: Clock) -> Vault:
    """Opens the same keyring again if `folder` has one."""
    return Vault.open(FolderStore(folder / "keyring"), FileRootKey.create(folder / "root.key"), clock)
