"""Requests that were made aloud in a call.

Entered by the voice's side, so this takes a cursor whose transaction has its account set. Once when the words were understood, so that a
process that dies forgets no wish, and once more with the call itself; the second finds the first and changes nothing.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.requests.models import Channel, Kind, Request, State
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.call import RightAsked
from ringfence.core.ids import new_id
from ringfence.policy.deadline import answer_by
from ringfence.vault.vault import Vault

# What a call by itself cannot bring to an end. "Stop calling me" and "don't record this" are done by the time they are answered.
OUTLIVES: Final[Mapping[str, Kind]] = MappingProxyType({"delete_data": Kind.ERASURE})
_ENTER: Final = """
INSERT INTO requests_request (id, account_id, call_id, kind, channel, state, asked_at, due_at)
SELECT %s, a.id, %s, %s, %s, %s, %s, %s FROM accounts_account a WHERE a.id = %s AND a.erasing_at IS NULL
ON CONFLICT DO NOTHING RETURNING id
"""


def enter(
    cursor: Cursor, vault: Vault, account_id: UUID, call_id: UUID, answered_at: datetime, asked: Iterable[RightAsked]
) -> None:  # fmt: skip
    """Enter what outlives the call; each right once, with the moment at which it was first asked for."""
    for right in asked:
        kind = OUTLIVES.get(right.right)
        if kind is None:
            continue
        asked_at = answered_at + timedelta(seconds=right.at_s)
        cursor.execute(
            _ENTER,
            (
                new_id(vault.clock), call_id, kind.value, Channel.CALL.value, State.OPEN.value, asked_at,
                answer_by(asked_at), account_id,
            ),
        )  # fmt: skip
        if (fresh := cursor.fetchone()) is not None:
            note(cursor, vault, account_id, Act.REQUEST_ENTERED, Thing("request", str(fresh[0])))


def requests_of_call(account_id: UUID, call_id: UUID) -> list[dict[str, Any]]:
    """What was asked for in a call, first things first, in the form of the API. The call itself may be gone."""
    with tenant(account_id):
        rows = list(Request.objects.filter(account_id=account_id, call_id=call_id).order_by("asked_at", "id"))
    return [
        {
            "id": str(row.id), "kind": row.kind, "channel": row.channel, "state": row.state,
            "asked_at": _moment(row.asked_at), "due_at": _moment(row.due_at),
        }
        for row in rows
    ]  # fmt: skip


def _moment(value: datetime) -> str:
    return value.isoformat().replace("+00:00", "Z")
