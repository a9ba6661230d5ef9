"""Keys under keys: bucket keys under an epoch and an account together, data keys under a bucket."""

from uuid import UUID

from ringfence.vault.keyring import Keyring, account_epoch
from ringfence.vault.seal import derive, new_key, open_, seal


def _wrapping_key(keyring: Keyring, account_id: UUID, epoch: str | None, *, create: bool) -> bytes:
    """One key of two: neither the day's epoch nor the account's opens anything alone."""
    account = keyring.epoch(account_epoch(account_id), create=create)
    day = keyring.epoch(epoch, create=create) if epoch else b""
    return derive(day + account, f"bucket/{epoch or 'undated'}", salt=account_id.bytes)


def new_bucket_key(
    keyring: Keyring, account_id: UUID, bucket_id: UUID, epoch: str | None
) -> tuple[bytes, bytes]:
    """A fresh bucket key and its wrapped form. `epoch` of None is undated: the account's life alone."""
    key = new_key()
    return key, wrap_bucket_key(keyring, account_id, bucket_id, epoch, key)


def wrap_bucket_key(
    keyring: Keyring, account_id: UUID, bucket_id: UUID, epoch: str | None, key: bytes
) -> bytes:
    """Wrap a bucket key under (another) epoch, as a plan change does."""
    return seal(_wrapping_key(keyring, account_id, epoch, create=True), key, aad=b"bucket" + bucket_id.bytes)


def open_bucket_key(
    keyring: Keyring, account_id: UUID, bucket_id: UUID, epoch: str | None, wrapped: bytes
) -> bytes:
    """The bucket's key. Raises EpochGone once its day or its account is destroyed, Tampered for a foreign row."""
    return open_(
        _wrapping_key(keyring, account_id, epoch, create=False), wrapped, aad=b"bucket" + bucket_id.bytes
    )


def wrap_key(bucket_key: bytes, key: bytes, *, aad: bytes) -> bytes:
    """A data key under its bucket's key, bound to its place."""
    return seal(derive(bucket_key, "data-keys"), key, aad=aad)


def unwrap_key(bucket_key: bytes, wrapped: bytes, *, aad: bytes) -> bytes:
    return open_(derive(bucket_key, "data-keys"), wrapped, aad=aad)
