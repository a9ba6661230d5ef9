"""What has ended: the epochs of approvals whose time is over are destroyed, and the wraps beneath them go. Runs as rf_worker.

Nothing opens after an approval's end whether or not this has run: the gate is exact (`reading`). This makes it so for good.
"""

from typing import Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.core.clock import Clock
from ringfence.vault.support import end_release
from ringfence.vault.vault import Vault

DUE: Final = "SELECT account_id, id FROM lookup.support_asks_over(%s)"
_DROP: Final = "DELETE FROM support_releasedpart WHERE account_id = %s AND ask_id = %s"
_ENDED: Final = "UPDATE support_ask SET ended_at = %s WHERE account_id = %s AND id = %s AND ended_at IS NULL"


def end(cursor: Cursor, vault: Vault, account_id: UUID, ask_id: UUID, clock: Clock) -> None:
    """The key first, then the rows. Repeating it does nothing."""
    end_release(vault.keyring, ask_id)
    cursor.execute(_DROP, (account_id, ask_id))
    cursor.execute(_ENDED, (clock.now(), account_id, ask_id))
