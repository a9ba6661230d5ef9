"""What has ended: the epochs of approvals whose time is over are destroyed, and the wraps beneath them go. Runs as rf_worker.

Nothing opens after an approval's end whether or not this has run: the gate is exact (`reading`). This makes it so for good. It also
sets right what a process left that died while taking an approval back: its key is gone, and its row says that it is in force.
"""

from typing import Final
from uuid import UUID

from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.support.values import PURPOSE
from ringfence.core.clock import Clock
from ringfence.vault.errors import EpochGone
from ringfence.vault.support import demand_release, end_release
from ringfence.vault.vault import Vault

DUE: Final = "SELECT account_id, id FROM lookup.support_asks_over(%s)"
IN_FORCE: Final = "SELECT account_id, id FROM lookup.support_asks_in_force(%s)"
_ALONE: Final = "SELECT id FROM support_ask WHERE account_id = %s AND id = %s AND ended_at IS NULL FOR UPDATE"
_DROP: Final = "DELETE FROM support_releasedpart WHERE account_id = %s AND ask_id = %s"
_ENDED: Final = "UPDATE support_ask SET ended_at = %s WHERE account_id = %s AND id = %s AND ended_at IS NULL"


def end(cursor: Cursor, vault: Vault, account_id: UUID, ask_id: UUID, clock: Clock) -> bool:
    """The key first, then the rows; whether it had not ended before. Whoever takes it back at this moment is waited for."""
    cursor.execute(_ALONE, (account_id, ask_id))
    first = cursor.fetchone() is not None
    end_release(vault.keyring, ask_id)
    cursor.execute(_DROP, (account_id, ask_id))
    cursor.execute(_ENDED, (clock.now(), account_id, ask_id))
    return first


def keyless(vault: Vault, ask_id: UUID) -> bool:
    """Whether what the approval released opens nothing any more, whatever its row says. Raises StoreFailed."""
    try:
        demand_release(vault.keyring, ask_id)
    except EpochGone:
        return True
    return False


def end_keyless(cursor: Cursor, vault: Vault, account_id: UUID, ask_id: UUID, clock: Clock) -> None:
    """Somebody took it back and their process died before it said so: the row and the account's trail say it now."""
    if end(cursor, vault, account_id, ask_id, clock):
        this = Thing("support_ask", str(ask_id))
        note(cursor, vault, account_id, Act.ACCESS_WITHDRAWN, this, purpose=PURPOSE)
