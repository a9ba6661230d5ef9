"""The rows of calls go: one statement for each table, those that refer to others first."""

from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

_TOKENS: Final = "SELECT lookup.drop_tokens(%s, %s::uuid[])"
_ROWS: Final = (
    "DELETE FROM calls_recording WHERE account_id = %s AND call_id = ANY(%s)",
    "DELETE FROM calls_transcript WHERE account_id = %s AND call_id = ANY(%s)",
    "DELETE FROM calls_ticket WHERE account_id = %s AND call_id = ANY(%s)",
    "DELETE FROM calls_call WHERE account_id = %s AND id = ANY(%s)",
)


def drop_tokens(cursor: Any, account_id: UUID, ids: Collection[UUID]) -> None:
    """By what their words and values are found. Inside a transaction of the account."""
    cursor.execute(_TOKENS, (account_id, list(ids)))


def drop_rows(cursor: Any, account_id: UUID, ids: Collection[UUID]) -> None:
    """Logs, parts, tickets; a call that still has tokens does not go. Inside a transaction of the account."""
    for statement in _ROWS:
        cursor.execute(statement, (account_id, list(ids)))
