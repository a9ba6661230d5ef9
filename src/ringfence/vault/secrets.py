"""Machine secrets of an account: carrier tokens, engine keys. They live and end with the account."""

from uuid import UUID

from ringfence.vault.keyring import Keyring, account_epoch
from ringfence.vault.seal import aad, derive, open_, seal


def account_key(keyring: Keyring, account_id: UUID, purpose: str) -> bytes:
    """A 32-byte key of the account for one purpose ("secrets", "contacts", "suppression")."""
    return derive(keyring.epoch(account_epoch(account_id), create=True), f"account/{purpose}")


def seal_secret(keyring: Keyring, account_id: UUID, row_id: UUID, value: str) -> bytes:
    """Seal a secret to the row that keeps it."""
    key = account_key(keyring, account_id, "secrets")
    return seal(key, value.encode(), aad=aad(account_id, "secret", row_id, "value"))


def open_secret(keyring: Keyring, account_id: UUID, row_id: UUID, sealed: bytes) -> str:
    key = account_key(keyring, account_id, "secrets")
    return open_(key, sealed, aad=aad(account_id, "secret", row_id, "value")).decode()
