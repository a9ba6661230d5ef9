"""What other rooms are handed: the keyring and its clock, with the few things done with both."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from ringfence.core.clock import Clock
from ringfence.vault.keyring import Keyring
from ringfence.vault.live import LiveKeys, new_live_keys, open_live_keys
from ringfence.vault.mac import job_mac, verify_job
from ringfence.vault.rootkey import RootKey
from ringfence.vault.secrets import account_key, open_secret, seal_secret
from ringfence.vault.signing import Signers
from ringfence.vault.stores import KeyringStore


@dataclass(frozen=True, slots=True)
class Vault:
    """All keys of an installation, behind one handle."""

    keyring: Keyring
    root: RootKey
    clock: Clock

    @classmethod
    def open(cls, store: KeyringStore, root: RootKey, clock: Clock) -> "Vault":
        return cls(Keyring(store, root, clock), root, clock)

    @property
    def signers(self) -> Signers:
        """What signs for the installation."""
        return Signers(self.root, self.keyring.store, self.clock)

    def live_keys(self, account_id: UUID, call_id: UUID, started: datetime) -> LiveKeys:
        return new_live_keys(self.keyring, account_id, call_id, started.astimezone(UTC).date())

    def recover_live_keys(self, account_id: UUID, call_id: UUID, started: datetime, blob: bytes) -> LiveKeys:
        return open_live_keys(self.keyring, account_id, call_id, started.astimezone(UTC).date(), blob)

    def account_key(self, account_id: UUID, purpose: str) -> bytes:
        return account_key(self.keyring, account_id, purpose)

    def seal_secret(self, account_id: UUID, row_id: UUID, value: str) -> bytes:
        return seal_secret(self.keyring, account_id, row_id, value)

    def open_secret(self, account_id: UUID, row_id: UUID, sealed: bytes) -> str:
        return open_secret(self.keyring, account_id, row_id, sealed)

    def job_mac(self, payload: bytes) -> str:
        return job_mac(self.root, payload)

    def verify_job(self, payload: bytes, mac: str) -> bool:
        return verify_job(self.root, payload, mac)
