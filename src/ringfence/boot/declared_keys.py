"""A keyring in which only declared kinds of key can come to exist. The vault itself knows no catalogue."""

from collections.abc import Sequence
from dataclasses import dataclass

from ringfence.policy.catalogue import PlaceKind, demand
from ringfence.vault.stores import KeyringStore


@dataclass(frozen=True, slots=True)
class DeclaredKeys:
    """Another store, asked only for what is declared. `create` raises Undeclared for a kind that is not in the catalogue."""

    store: KeyringStore

    def create(self, name: str, value: bytes) -> bool:
        demand(PlaceKind.EPOCH, name.partition("/")[0])
        return self.store.create(name, value)

    def replace(self, name: str, before: bytes, value: bytes) -> bool:
        return self.store.replace(name, before, value)

    def get(self, name: str) -> bytes | None:
        return self.store.get(name)

    def delete(self, name: str) -> None:
        self.store.delete(name)

    def kinds(self) -> Sequence[str]:
        return self.store.kinds()

    def list(self, kind: str) -> list[str]:
        return self.store.list(kind)
