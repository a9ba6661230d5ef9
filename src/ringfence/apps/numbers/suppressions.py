"""Numbers that are not called again. Only a hash under the account's key rests; it outlives the call that caused it.

Written from the voice's side as well as from pages, so these take a cursor whose transaction has its account set.
"""

from typing import Final
from uuid import UUID

from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.numbers.causes import Cause
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.ids import new_id
from ringfence.vault.blind import number_index
from ringfence.vault.vault import Vault

_ADD: Final = """
INSERT INTO numbers_suppression (id, account_id, number_index, cause, at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING RETURNING id
"""
_HAS: Final = "SELECT EXISTS (SELECT 1 FROM numbers_suppression WHERE account_id = %s AND number_index = %s)"
_LIFT: Final = "DELETE FROM numbers_suppression WHERE account_id = %s AND number_index = %s RETURNING id"


def suppress(cursor: Cursor, vault: Vault, account_id: UUID, number: str, cause: Cause) -> None:
    """Never call `number` (E.164) again for this account. Again changes nothing: the first cause and moment stay."""
    cursor.execute(
        _ADD,
        (new_id(vault.clock), account_id, _index(vault, account_id, number), cause.value, vault.clock.now()),
    )
    if (fresh := cursor.fetchone()) is not None:
        note(cursor, vault, account_id, Act.NUMBER_SUPPRESSED, Thing("suppression", str(fresh[0])))


def is_suppressed(cursor: Cursor, vault: Vault, account_id: UUID, number: str) -> bool:
    """Whether `number` (E.164) is not to be called."""
    cursor.execute(_HAS, (account_id, _index(vault, account_id, number)))
    return bool(cursor.fetchone()[0])


def lift(cursor: Cursor, vault: Vault, account_id: UUID, number: str) -> None:
    """Allow `number` again: for a member who entered it by mistake."""
    cursor.execute(_LIFT, (account_id, _index(vault, account_id, number)))
    if (gone := cursor.fetchone()) is not None:
        note(cursor, vault, account_id, Act.SUPPRESSION_LIFTED, Thing("suppression", str(gone[0])))


def _index(vault: Vault, account_id: UUID, number: str) -> bytes:
    return number_index(vault.account_key(account_id, "suppression"), number)
