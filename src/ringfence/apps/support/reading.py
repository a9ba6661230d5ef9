"""The one way for staff to call data: under an approval in force, of one's own, part by part. Runs as rf_staff.

Three things have to agree, and none of them is enough alone: the database hands out a part only beside an approval
(`lookup.released_part`: rf_staff can select no sealed column of a call), the row's terms have to be those that were approved, and the
vault has to have the approval's epoch still. The epoch is asked for in its store, not in memory: withdrawal is felt at once.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.calls.released import Sealed, demand, open_sound, open_words
from ringfence.apps.calls.reveal import OpenTranscript
from ringfence.apps.calls.wav import WavReader
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.staff.deeds import Deed, write
from ringfence.apps.staff.people import Person
from ringfence.apps.support import asked
from ringfence.apps.support.errors import NotReleased
from ringfence.apps.support.values import PURPOSE, Asked, Released, State
from ringfence.core.clock import Clock
from ringfence.vault.errors import EpochGone, Tampered
from ringfence.vault.support import demand_release, open_released
from ringfence.vault.vault import Vault

LISTENING: Final = timedelta(minutes=10)
_CALLS: Final = (
    "SELECT call_id, started_at, duration_ms, agent_slug, parts FROM lookup.released_calls(%s, %s)"
)
_PART: Final = """
SELECT epoch, wrapped, state, expires_at, call_expires_at, being_erased_at, turns, variables, summary, object_name, duration_ms
FROM lookup.released_part(%s, %s, %s, %s)
"""
_REFUSED: Final = "The customer did not release this, or its time is over, or they took it back."


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A call that an approval opens."""

    id: UUID
    started_at: datetime
    duration_ms: int | None
    agent: str
    parts: tuple[str, ...]

    @property
    def seconds(self) -> float | None:
        return None if self.duration_ms is None else self.duration_ms / 1000


def in_force(cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, clock: Clock) -> Asked:
    """The approval, if it is mine, in force, and as it was approved. Raises NotReleased; NoSuchAsk if there is none.

    That `me` is of the operator's still, the door has asked before.
    """
    found = asked.read(cursor, vault, account_id, ask_id)
    if found.person_id != me.id or found.state(clock.now()) is not State.IN_FORCE or not found.marked:
        raise NotReleased(_REFUSED)
    try:
        demand_release(vault.keyring, ask_id)
    except EpochGone:
        raise NotReleased(_REFUSED) from None
    return found


def calls(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, clock: Clock
) -> tuple[Listed, ...]:  # fmt: skip
    """The calls that are released, newest first."""
    found = _listed(cursor, vault, me, account_id, ask_id, clock)
    _note(cursor, vault, account_id, ask_id, Act.CALLS_LISTED, None, calls=[each.id for each in found])
    return found


def call(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, call_id: UUID, clock: Clock
) -> tuple[Listed, OpenTranscript | None]:  # fmt: skip
    """One of them, and what was said in it; None where no words are kept. Raises NotReleased, NoSuchCall, PartGone."""
    this = next((e for e in _listed(cursor, vault, me, account_id, ask_id, clock) if e.id == call_id), None)
    if this is None:
        raise NotReleased(_REFUSED)
    found = None
    if Released.TRANSCRIPT.value in this.parts:
        part, key = _open(cursor, vault, me, account_id, ask_id, call_id, Released.TRANSCRIPT, clock)
        found = open_words(part, key, permitted=True, clock=clock)
    _note(cursor, vault, account_id, ask_id, Act.CALL_OPENED, call_id)
    write(cursor, Deed.CALL_READ, clock, customer_id=account_id, thing=str(call_id))
    return this, found


def sound(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, call_id: UUID, clock: Clock
) -> tuple[WavReader, datetime | None]:  # fmt: skip
    """The audio of a released call, and the moment at which it ends. Raises as `words` does."""
    part, key = _open(cursor, vault, me, account_id, ask_id, call_id, Released.RECORDING, clock)
    found = open_sound(part, key, permitted=True, clock=clock)
    _note(cursor, vault, account_id, ask_id, Act.RECORDING_PLAYED, call_id, once_within=LISTENING)
    write(cursor, Deed.RECORDING_HEARD, clock, customer_id=account_id, thing=str(call_id))
    approval = asked.read(cursor, vault, account_id, ask_id)
    return found, min(
        (m for m in (approval.ends_at, part.expires_at, part.call_expires_at) if m), default=None
    )


def still(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, call_id: UUID, clock: Clock
) -> None:  # fmt: skip
    """Raise unless the recording may be listened to on: asked again and again while it plays."""
    in_force(cursor, vault, me, account_id, ask_id, clock)
    part, _epoch, _wrapped = _part(cursor, account_id, ask_id, call_id, Released.RECORDING)
    demand(part, permitted=True, clock=clock)


def _listed(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, clock: Clock
) -> tuple[Listed, ...]:
    in_force(cursor, vault, me, account_id, ask_id, clock)
    cursor.execute(_CALLS, (account_id, ask_id))
    return tuple(
        Listed(
            id=call_id,
            started_at=started_at,
            duration_ms=duration_ms,
            agent=agent,
            parts=tuple(sorted(parts)),
        )
        for call_id, started_at, duration_ms, agent, parts in cursor.fetchall()
    )


def _open(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, call_id: UUID, which: Released, clock: Clock
) -> tuple[Sealed, bytes]:  # fmt: skip
    ask = in_force(cursor, vault, me, account_id, ask_id, clock)
    part, epoch, wrapped = _part(cursor, account_id, ask_id, call_id, which)
    demand(part, permitted=True, clock=clock)
    if ask.decided_by is None or ask.ends_at is None:
        raise NotReleased(_REFUSED)
    bound = asked.bound(ask, ask.decided_by, ask.ends_at, call_id, which.value)
    try:
        return part, open_released(vault.keyring, account_id, ask_id, epoch or None, wrapped, bound=bound)
    except (EpochGone, Tampered):
        raise NotReleased(_REFUSED) from None


def _part(
    cursor: Cursor, account_id: UUID, ask_id: UUID, call_id: UUID, which: Released
) -> tuple[Sealed, str, bytes]:
    cursor.execute(_PART, (account_id, ask_id, call_id, which.value))
    row = cursor.fetchone()
    if row is None:
        raise NotReleased(_REFUSED)
    (
        epoch,
        wrapped,
        state,
        expires_at,
        call_expires_at,
        erasing,
        turns,
        variables,
        summary,
        name,
        duration_ms,
    ) = row
    sealed = Sealed(
        account_id=account_id, call_id=call_id, state=state, expires_at=expires_at, call_expires_at=call_expires_at,
        being_erased_at=erasing, turns=turns, variables=variables, summary=summary, object_name=name or "",
        duration_ms=duration_ms or 0,
    )  # fmt: skip
    return sealed, epoch, bytes(wrapped)


def _note(
    cursor: Cursor, vault: Vault, account_id: UUID, ask_id: UUID, act: Act, call_id: UUID | None, **more: Any
) -> None:  # fmt: skip
    things = (Thing("call", str(call_id)),) if call_id else ()
    note(
        cursor,
        vault,
        account_id,
        act,
        *things,
        purpose=PURPOSE,
        under=Thing("support_ask", str(ask_id)),
        **more,
    )
