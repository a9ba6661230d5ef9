"""What staff asked for, as rows: read, and bound by a mark of the vault's, over any cursor in the account's transaction.

The terms are what a customer is shown and approves: who, what, why, for how long. The mark says that they were asked so by this
platform; what an approval releases is bound to the same terms, with who approved and until when.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.support.errors import NoSuchAsk
from ringfence.apps.support.values import Asked, Resource
from ringfence.apps.support.words import open_words
from ringfence.vault.errors import Tampered
from ringfence.vault.people import mark_of
from ringfence.vault.support import terms
from ringfence.vault.vault import Vault

TABLE: Final = "support_ask"
_COLUMNS: Final = (
    "id, account_id, request_id, person_id, resource, call_id, agent_id, since, until, hours, reason_sealed, mark, asked_at,"
    " lapses_at, decided_by, decided_at, approved, ends_at, withdrawn_by, withdrawn_at, ended_at"
)
_ONE: Final = f"SELECT {_COLUMNS} FROM support_ask WHERE account_id = %s AND id = %s"  # noqa: S608 - constants of ours
_ALONE: Final = f"{_ONE} FOR UPDATE"
_OF_REQUEST: Final = (
    f"SELECT {_COLUMNS} FROM support_ask WHERE account_id = %s AND request_id = %s ORDER BY id DESC"  # noqa: S608
)
_ALL: Final = f"SELECT {_COLUMNS} FROM support_ask WHERE account_id = %s ORDER BY id DESC LIMIT 200"  # noqa: S608


def read(cursor: Cursor, vault: Vault, account_id: UUID, ask_id: UUID, *, alone: bool = False) -> Asked:
    """One, by its id; with `alone`, nobody else decides on it until the transaction ends. Raises NoSuchAsk."""
    cursor.execute(_ALONE if alone else _ONE, (account_id, ask_id))
    row = cursor.fetchone()
    if row is None:
        raise NoSuchAsk("Nobody asked for this.")
    return _asked(vault, row)


def of_request(cursor: Cursor, vault: Vault, account_id: UUID, request_id: UUID) -> tuple[Asked, ...]:
    """All of a request, newest first."""
    cursor.execute(_OF_REQUEST, (account_id, request_id))
    return tuple(_asked(vault, row) for row in cursor.fetchall())


def of_account(cursor: Cursor, vault: Vault, account_id: UUID) -> tuple[Asked, ...]:
    """The latest of an account, newest first."""
    cursor.execute(_ALL, (account_id,))
    return tuple(_asked(vault, row) for row in cursor.fetchall())


def mark(vault: Vault, parts: Sequence[str | bytes | None]) -> bytes:
    """What the vault says of what is asked."""
    return mark_of(vault.root, "support/ask", terms(parts))


def question(
    account_id: UUID, ask_id: UUID, request_id: UUID, person_id: UUID, resource: str, call_id: UUID | None,
    agent_id: UUID | None, since: datetime | None, until: datetime | None, hours: int, reason_sealed: bytes,
) -> tuple[str | bytes | None, ...]:  # fmt: skip
    """What is asked, part by part."""
    return (
        account_id.bytes, ask_id.bytes, request_id.bytes, person_id.bytes, resource, call_id.bytes if call_id else None,
        agent_id.bytes if agent_id else None, since.isoformat() if since else None, until.isoformat() if until else None,
        str(hours), bytes(reason_sealed),
    )  # fmt: skip


def bound(asked: Asked, decided_by: UUID, ends_at: datetime, call_id: UUID, part: str) -> bytes:
    """What a released key is bound to."""
    return terms((asked.mark, decided_by.bytes, ends_at.isoformat(), call_id.bytes, part))


def _asked(vault: Vault, row: Any) -> Asked:
    (
        ask_id, account_id, request_id, person_id, resource, call_id, agent_id, since, until, hours, reason, said, asked_at,
        lapses_at, decided_by, decided_at, approved, ends_at, withdrawn_by, withdrawn_at, ended_at,
    ) = row  # fmt: skip
    since, until, ends_at = _utc(since), _utc(until), _utc(ends_at)
    parts = question(
        account_id,
        ask_id,
        request_id,
        person_id,
        resource,
        call_id,
        agent_id,
        since,
        until,
        hours,
        bytes(reason),
    )
    return Asked(
        id=ask_id, account_id=account_id, request_id=request_id, person_id=person_id, resource=Resource(resource),
        call_id=call_id, agent_id=agent_id, since=since, until=until, hours=hours,
        reason=_reason(vault, account_id, ask_id, bytes(reason)), mark=bytes(said),
        marked=compare_digest(mark(vault, parts), bytes(said)), asked_at=asked_at, lapses_at=lapses_at, decided_by=decided_by,
        decided_at=decided_at, approved=approved, ends_at=ends_at, withdrawn_by=withdrawn_by, withdrawn_at=withdrawn_at,
        ended_at=ended_at,
    )  # fmt: skip


def _reason(vault: Vault, account_id: UUID, ask_id: UUID, sealed: bytes) -> str:
    """Nothing where the row was written by hand: then its mark is wrong, too, and it is shown as lapsed."""
    try:
        return open_words(vault, account_id, TABLE, ask_id, sealed)
    except Tampered:
        return ""


def _utc(moment: datetime | None) -> datetime | None:
    """As it was written: a session's own time zone says the same moment in other words."""
    return None if moment is None else moment.astimezone(UTC)
