"""The end of a call: one transaction in which it becomes rows, each part with the moment it must be gone.

Safe to repeat: a call that was taken in already, or was erased meanwhile, leaves nothing a second time.
"""

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from ringfence.apps.accounts.terms import term_of
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.calls.objects import Objects, object_name
from ringfence.apps.consents import records
from ringfence.apps.requests.spoken import enter
from ringfence.core.call import CallResult, CallSetup
from ringfence.policy import AgentPeriods, Part, Plan, Term
from ringfence.vault.errors import Tampered
from ringfence.vault.journal import close_orphan
from ringfence.vault.live import LiveKeys
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import Journals
from ringfence.work.database import Database
from ringfence.work.jobs import defer
from ringfence.work.live import LIVE, periods_from
from ringfence.work.rows import CallRows, kept_days, may_rest

_LOOK: Final = "SELECT status, periods FROM calls_call WHERE account_id = %s AND id = %s"
_LOCK: Final = _LOOK + " FOR UPDATE"
_ERASED: Final = "SELECT part FROM calls_erasure WHERE account_id = %s AND call_id = %s"
_KEPT: Final = "SELECT 1 FROM calls_recording WHERE account_id = %s AND call_id = %s AND state = 'kept'"


class Intake:
    """The runtime's port `CallSink`."""

    def __init__(self, database: Database, vault: Vault, objects: Objects) -> None:
        self._database = database
        self._vault = vault
        self._objects = objects

    async def deliver(self, setup: CallSetup, result: CallResult, journals: Journals, keys: LiveKeys) -> None:
        """Take a call in. Raises Unavailable (the database, the object store, the keyring): try again later."""
        await asyncio.to_thread(self.take, setup, result, journals, keys)

    def take(self, setup: CallSetup, result: CallResult, journals: Journals, keys: LiveKeys) -> None:
        """The same, blocking.

        The object comes first and the rows after it: killed in between, the call is still waiting, and whoever takes it
        in next writes the same object again.
        """
        with self._database.transaction(setup.account_id) as cursor:
            periods = _waiting(cursor, _LOOK, setup)
            term = term_of(cursor, setup.account_id, lock=False) or Term(Plan(setup.plan))
        if periods is not None:
            size = self._store(setup, result, journals.audio, keys.audio, periods, term)
            kept = self._write(setup, result, size, keys)
            if size and not kept:
                self._objects.delete([object_name(setup.account_id, setup.call_id)])
        for path in (journals.audio, journals.words):
            if path is not None:
                path.unlink(missing_ok=True)

    def _store(
        self, setup: CallSetup, result: CallResult, audio: Path | None, key: bytes, periods: AgentPeriods, term: Term,
    ) -> int:  # fmt: skip
        """Hand the recording to the object store, unless it is kept for no day or its days have passed; its size, 0 for none.

        Of a recording that is over without ever having been stored, 1: there was one, and nothing is left of it.
        """
        now = self._vault.clock.now()
        if audio is None or kept_days(Part.RECORDING, term.on(now), periods) == 0:
            return 0
        if not may_rest(Part.RECORDING, term, periods, result.ended_at, now):
            return 1
        with suppress(FileNotFoundError, Tampered):  # taken in by another; or its very header was never whole
            close_orphan(audio, key)
            return self._objects.put(object_name(setup.account_id, setup.call_id), audio)
        return 0

    def _write(self, setup: CallSetup, result: CallResult, size: int, keys: LiveKeys) -> bool:
        """The rows; whether the recording's object is to stay."""
        with self._database.transaction(setup.account_id) as cursor:
            periods = _waiting(cursor, _LOCK, setup)
            place = (setup.account_id, setup.call_id)
            if periods is None:  # another was faster: the object is the same one, if it is still wanted
                return cursor.execute(_KEPT, place).fetchone() is not None
            erased = {part for (part,) in cursor.execute(_ERASED, place).fetchall()}
            rows = CallRows(cursor, self._vault, setup, result, periods, erased)
            rows.log()
            kept = rows.recording(size, keys.audio)
            rows.transcript()
            records.of_call(cursor, self._vault.clock, setup, result)
            enter(cursor, self._vault, *place, result.answered_at, result.rights)
            note(cursor, self._vault, setup.account_id, Act.CALL_TAKEN_IN, Thing("call", str(setup.call_id)))
            defer(cursor, self._vault, "after_call", setup.account_id, call_id=str(setup.call_id))
        return kept


def _waiting(cursor: Any, statement: str, setup: CallSetup) -> AgentPeriods | None:
    """The periods of a call that has not been taken in; None for one that has, or is gone."""
    row = cursor.execute(statement, (setup.account_id, setup.call_id)).fetchone()
    return periods_from(row[1]) if row is not None and row[0] in LIVE else None
