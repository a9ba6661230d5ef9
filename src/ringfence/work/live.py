"""A call that has not been taken in yet, read back from its row by whoever has to end it in the voice's place."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson

from ringfence.apps.calls.content import LOG, Place, live_numbers_key, open_json
from ringfence.apps.calls.purposes import PROVIDING, check_purpose
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.call import CallSetup, Channel, Direction, Status
from ringfence.policy import AgentPeriods
from ringfence.vault.errors import EpochGone
from ringfence.vault.live import LiveKeys
from ringfence.vault.vault import Vault

LIVE: Final = frozenset({Status.RINGING.value, Status.IN_PROGRESS.value})
_ROW: Final = """
SELECT agent_id, agent_slug, agent_version, direction, channel, plan, policy_version, periods, status, started_at,
       answered_at, seen_at, live_keys, numbers_sealed
FROM calls_call WHERE account_id = %s AND id = %s AND status IN ('ringing', 'in_progress')
"""
_LOCK: Final = _ROW + " FOR UPDATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveRow:
    """`keys` is None once the call's live day was destroyed: then nothing sealed of it opens, its numbers neither."""

    setup: CallSetup
    periods: AgentPeriods
    status: Status
    started_at: datetime
    answered_at: datetime | None
    seen_at: datetime
    keys: LiveKeys | None


def read_live(
    cursor: Cursor, vault: Vault, account_id: UUID, call_id: UUID, *, lock: bool = False
) -> LiveRow | None:
    """The call, or None if it is not live; `setup.definition` is left empty."""
    cursor.execute(_LOCK if lock else _ROW, (account_id, call_id))
    row = cursor.fetchone()
    return None if row is None else _read(vault, account_id, call_id, row)


def periods_from(kept: dict[str, Any] | str | None) -> AgentPeriods:
    """The agent's own periods, as a call's row keeps them from its birth. The pages' connections give JSON as text."""
    fields = orjson.loads(kept) if isinstance(kept, str) else kept
    return AgentPeriods(**fields) if fields else AgentPeriods()


def _read(vault: Vault, account_id: UUID, call_id: UUID, row: tuple[Any, ...]) -> LiveRow:
    agent_id, slug, version, direction, channel, plan, policy, periods = row[:8]
    status, started, answered, seen, blob, sealed = row[8:]
    keys, numbers = _open(vault, Place(account_id, call_id), started, blob, sealed)
    setup = CallSetup(
        call_id=call_id, account_id=account_id, agent_id=agent_id, agent_slug=slug, agent_version=version,
        definition="", direction=Direction(direction), channel=Channel(channel), plan=plan, policy_version=policy,
        from_number=numbers["from"], to_number=numbers["to"],
    )  # fmt: skip
    return LiveRow(
        setup=setup, periods=periods_from(periods), status=Status(status), started_at=started, answered_at=answered,
        seen_at=seen or started, keys=keys,
    )  # fmt: skip


def _open(
    vault: Vault, place: Place, started: datetime, blob: bytes, sealed: bytes
) -> tuple[LiveKeys | None, dict[str, str | None]]:
    try:
        keys = vault.recover_live_keys(place.account_id, place.call_id, started, bytes(blob))
    except EpochGone:
        return None, {"from": None, "to": None}
    check_purpose(PROVIDING)
    return keys, open_json(live_numbers_key(keys.words), sealed, place, LOG, "numbers_sealed")
