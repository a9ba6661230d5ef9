"""Requests and what was said, as rows, for both sides: over any cursor in the account's transaction."""

from typing import Any, Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.support.errors import NoSuchRequest
from ringfence.apps.support.values import Author, Message, Request, Subject
from ringfence.apps.support.words import open_words, seal_words
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.vault import Vault

TABLE: Final = "support_message"
_COLUMNS: Final = "id, account_id, subject, agent_id, calls, opened_by, opened_at, said_at, closed_at"
_ONE: Final = f"SELECT {_COLUMNS} FROM support_request WHERE account_id = %s AND id = %s"  # noqa: S608 - constants of ours
_ALL: Final = (
    f"SELECT {_COLUMNS} FROM support_request WHERE account_id = %s ORDER BY opened_at DESC, id DESC LIMIT 200"  # noqa: S608
)
_MESSAGES: Final = """
SELECT id, author, author_id, at, text_sealed FROM support_message WHERE account_id = %s AND request_id = %s ORDER BY id
"""
_ADD: Final = """
INSERT INTO support_message (id, account_id, request_id, author, author_id, at, text_sealed)
VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_SAID: Final = "UPDATE support_request SET said_at = %s WHERE account_id = %s AND id = %s"


def one(cursor: Cursor, account_id: UUID, request_id: UUID) -> Request:
    """Raises NoSuchRequest."""
    cursor.execute(_ONE, (account_id, request_id))
    row = cursor.fetchone()
    if row is None:
        raise NoSuchRequest("There is no such support request.")
    return _request(row)


def of_account(cursor: Cursor, account_id: UUID) -> tuple[Request, ...]:
    cursor.execute(_ALL, (account_id,))
    return tuple(_request(row) for row in cursor.fetchall())


def messages(cursor: Cursor, vault: Vault, account_id: UUID, request_id: UUID) -> tuple[Message, ...]:
    """What was said, oldest first."""
    cursor.execute(_MESSAGES, (account_id, request_id))
    return tuple(
        Message(
            author=Author(author),
            author_id=author_id,
            at=at,
            text=open_words(vault, account_id, TABLE, row_id, sealed),
        )
        for row_id, author, author_id, at, sealed in cursor.fetchall()
    )


def add(
    cursor: Cursor, vault: Vault, account_id: UUID, request_id: UUID, author: Author, author_id: UUID | None, text: str,
    clock: Clock,
) -> None:  # fmt: skip
    """Add a message, sealed."""
    row_id, now = new_id(clock), clock.now()
    sealed = seal_words(vault, account_id, TABLE, row_id, text)
    cursor.execute(_ADD, (row_id, account_id, request_id, author.value, author_id, now, sealed))
    cursor.execute(_SAID, (now, account_id, request_id))


def _request(row: Any) -> Request:
    request_id, account_id, subject, agent_id, calls, opened_by, opened_at, said_at, closed_at = row
    return Request(
        id=request_id, account_id=account_id, subject=Subject(subject), agent_id=agent_id, calls=tuple(calls),
        opened_by=opened_by, opened_at=opened_at, said_at=said_at, closed_at=closed_at,
    )  # fmt: skip
