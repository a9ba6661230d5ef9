"""Keys under keys: bucket keys under an epoch and an account together, data keys under a bucket."""

from uuid import UUID

from ringfence.vault.keyring import Keyring, account_epoch, shelf_epoch
from ringfence.vault.seal import derive, new_key, open_, seal


def _wrapping_key(
    keyring: Keyring, account_id: UUID, epoch: str | None, shelf: int, *, create: bool
) -> bytes:
    """One key of all: neither the day's epoch, nor the account's, nor its shelf's opens anything alone."""
    account = keyring.epoch(account_epoch(account_id), create=create)
    day = keyring.epoch(epoch, create=create) if epoch else b""
    beside = keyring.epoch(shelf_epoch(account_id, shelf), create=create) if shelf else b""
    return derive(day + account + beside, f"bucket/{epoch or 'undated'}", salt=account_id.bytes)


def new_bucket_key(
    keyring: Keyring, account_id: UUID, bucket_id: UUID, epoch: str | None, shelf: int = 0
) -> tuple[bytes, bytes]:
    """A fresh bucket key and its wrapped form. `epoch` of None is undated: the account's life alone, or its shelf's."""
    key = new_key()
    return key, wrap_bucket_key(keyring, account_id, bucket_id, epoch, key, shelf)


def wrap_bucket_key(
    keyring: Keyring, account_id: UUID, bucket_id: UUID, epoch: str | None, key: bytes, shelf: int = 0
) -> bytes:
    """Wrap a bucket key under (another) epoch, as a plan change does."""
    outer = _wrapping_key(keyring, account_id, epoch, shelf, create=True)
    return seal(outer, key, aad=b"bucket" + bucket_id.bytes)


def open_bucket_key(
    keyring: Keyring, account_id: UUID, bucket_id: UUID, epoch: str | None, wrapped: bytes, shelf: int = 0
) -> bytes:
    """The bucket's key. Raises EpochGone once its day or its account is destroyed, Tampered for a foreign row."""
    outer = _wrapping_key(keyring, account_id, epoch, shelf, create=False)
    return open_(outer, wrapped, aad=b"bucket" + bucket_id.bytes)


def wrap_key(bucket_key: bytes, key: bytes, *, aad: bytes) -> bytes:
    """A data key under its bucket's key, bound to its place."""
    return seal(derive(bucket_key, "data-keys"), key, aad=aad)


def unwrap_key(bucket_key: bytes, wrapped: bytes, *, aad: bytes) -> bytes:
    return open_(derive(bucket_key, "data-keys"), wrapped, aad=aad)
