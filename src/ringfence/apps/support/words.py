"""What people write to support, and staff to them: sealed under the account's key, to the row that keeps it."""

from typing import Final
from uuid import UUID

from ringfence.vault.seal import aad, open_, seal
from ringfence.vault.vault import Vault

KEY: Final = "support"


def seal_words(vault: Vault, account_id: UUID, table: str, row_id: UUID, text: str) -> bytes:
    return seal(vault.account_key(account_id, KEY), text.encode(), aad=aad(account_id, table, row_id, "said"))


def open_words(vault: Vault, account_id: UUID, table: str, row_id: UUID, sealed: bytes) -> str:
    """Raises Tampered if it was changed, or is another row's."""
    key = vault.account_key(account_id, KEY)
    return open_(key, bytes(sealed), aad=aad(account_id, table, row_id, "said")).decode()
