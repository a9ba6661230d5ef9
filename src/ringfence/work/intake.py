"""The end of a call: one transaction in which it becomes rows, each part with the moment it must be gone.

Safe to repeat: a call that was taken in already, or was erased meanwhile, leaves nothing a second time.
"""

import asyncio
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson
from psycopg import Cursor
from psycopg.types.json import Jsonb

from ringfence.apps.calls.content import LOG, RECORDING, TRANSCRIPT, Place, seal_json, wrap
from ringfence.apps.calls.models.parts import PartState
from ringfence.apps.calls.objects import Objects, object_name
from ringfence.apps.keys.buckets import BucketKey, bucket_for
from ringfence.core.call import CallResult, CallSetup, Given
from ringfence.core.ids import new_id
from ringfence.policy import AgentPeriods, Part, Plan, days, due
from ringfence.vault.blind import Tokens, number_index
from ringfence.vault.live import LiveKeys
from ringfence.vault.seal import new_key
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import Journals
from ringfence.work.database import Database
from ringfence.work.jobs import defer

_LOCK: Final = """
SELECT c.status, c.being_erased_at, g.keep_recording_days, g.keep_transcript_days, g.keep_log_days
FROM calls_call c LEFT JOIN agents_agent g ON g.id = c.agent_id AND g.account_id = c.account_id
WHERE c.account_id = %s AND c.id = %s FOR UPDATE OF c
"""
_ERASED: Final = "SELECT part FROM calls_erasure WHERE account_id = %s AND call_id = %s"
_LOG: Final = """
UPDATE calls_call SET status = %(status)s, outcome = %(outcome)s, answered_at = %(answered_at)s, ended_at = %(ended_at)s,
  duration_ms = %(duration_ms)s, expires_at = %(expires_at)s, disclosure = %(disclosure)s, consent = %(consent)s,
  live_keys = NULL, log_bucket_id = %(bucket)s, wrapped_key = %(wrapped)s, numbers_sealed = %(numbers)s,
  from_index = %(from)s, to_index = %(to)s, problems = %(problems)s, costs = %(costs)s, timings = %(timings)s,
  seen_at = %(seen)s
WHERE account_id = %(account)s AND id = %(call)s
"""
_RECORDING: Final = """
INSERT INTO calls_recording (id, account_id, call_id, state, bucket_id, wrapped_key, expires_at, object_name, bytes,
  duration_ms) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_TRANSCRIPT: Final = """
INSERT INTO calls_transcript (id, account_id, call_id, state, bucket_id, wrapped_key, expires_at, turns_sealed,
  variables_sealed) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_TOKENS: Final = "SELECT lookup.put_tokens(%s, %s, %s, %s, %s)"


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
        """The same, blocking."""
        name = object_name(setup.account_id, setup.call_id, result.ended_at)
        size = self._objects.put(name, journals.audio) if journals.audio else 0
        with self._database.transaction(setup.account_id) as cursor:
            row = cursor.execute(_LOCK, (setup.account_id, setup.call_id)).fetchone()
            waiting = row is not None and row[0] in {"ringing", "in_progress"}
            erased = {
                part for (part,) in cursor.execute(_ERASED, (setup.account_id, setup.call_id)).fetchall()
            }
            keep_audio = waiting and not erased & {"recording", "call"}
            if row is not None and waiting:
                periods = AgentPeriods(recording=row[2], transcript=row[3], log=row[4])
                writer = _Writer(cursor, self._vault, setup, result, periods, erased)
                writer.log()
                writer.recording(name, size, keys.audio)
                writer.transcript()
                defer(cursor, self._vault, "after_call", setup.account_id, call_id=str(setup.call_id))
        if journals.audio and not keep_audio and (row is None or erased):
            self._objects.delete(name)
        for path in (journals.audio, journals.words):
            _forget(path)


class _Writer:
    """The rows of one call, inside the transaction."""

    def __init__(
        self, cursor: Cursor[Any], vault: Vault, setup: CallSetup, result: CallResult, periods: AgentPeriods,
        erased: set[str],
    ) -> None:  # fmt: skip
        self._cursor = cursor
        self._vault = vault
        self._setup = setup
        self._result = result
        self._periods = periods
        self._erased = erased
        self._place = Place(setup.account_id, setup.call_id)
        self._plan = Plan(setup.plan)

    def log(self) -> None:
        bucket, key = self._bucket(Part.LOG), new_key()
        result, setup = self._result, self._setup
        numbers = {"from": setup.from_number, "to": setup.to_number}
        self._cursor.execute(
            _LOG,
            {
                "status": result.status.value, "outcome": result.outcome.value, "answered_at": result.answered_at,
                "ended_at": result.ended_at, "duration_ms": round(result.duration_s * 1000),
                "expires_at": self._due(Part.LOG), "disclosure": Jsonb(asdict(result.disclosure)),
                "consent": Jsonb(asdict(result.consent)), "bucket": bucket.id,
                "wrapped": wrap(bucket.key, key, self._place, LOG),
                "numbers": seal_json(key, numbers, self._place, LOG, "numbers_sealed"),
                "from": number_index(bucket.key, setup.from_number) if setup.from_number else None,
                "to": number_index(bucket.key, setup.to_number) if setup.to_number else None,
                "problems": Jsonb([asdict(p) for p in result.problems]), "costs": Jsonb(result.costs),
                "timings": Jsonb([asdict(t) for t in result.timings]), "seen": self._vault.clock.now(),
                "account": setup.account_id, "call": setup.call_id,
            },
        )  # fmt: skip

    def recording(self, name: str, size: int, key: bytes) -> None:
        state = self._state(Part.RECORDING, kept=size > 0)
        bucket = self._bucket(Part.RECORDING) if state is PartState.KEPT else None
        self._cursor.execute(
            _RECORDING,
            (
                *self._ids(), state.value, bucket and bucket.id,
                wrap(bucket.key, key, self._place, RECORDING) if bucket else None,
                self._due(Part.RECORDING) if bucket else None, name if bucket else "", size if bucket else 0,
                round(self._result.duration_s * 1000) if bucket else 0,
            ),
        )  # fmt: skip

    def transcript(self) -> None:
        """Without words, the typed answers alone are kept (decision 0007): the part is then kept without turns."""
        variables = [asdict(v) for v in self._result.variables]
        state = self._state(Part.TRANSCRIPT, kept=self._result.words_kept or bool(variables))
        if state is not PartState.KEPT:
            self._cursor.execute(_TRANSCRIPT, (*self._ids(), state.value, *[None] * 5))
            return
        bucket, key = self._bucket(Part.TRANSCRIPT), new_key()
        turns = [asdict(t) for t in self._result.turns] if self._result.words_kept else None
        self._cursor.execute(
            _TRANSCRIPT,
            (
                *self._ids(), state.value, bucket.id, wrap(bucket.key, key, self._place, TRANSCRIPT),
                self._due(Part.TRANSCRIPT),
                None if turns is None else seal_json(key, turns, self._place, TRANSCRIPT, "turns_sealed"),
                seal_json(key, variables, self._place, TRANSCRIPT, "variables_sealed"),
            ),
        )  # fmt: skip
        tokens = search_tokens(bucket, self._result)
        self._cursor.execute(
            _TOKENS,
            (new_id(self._vault.clock), self._setup.account_id, self._setup.call_id, bucket.id, tokens),
        )

    def _state(self, part: Part, *, kept: bool) -> PartState:
        if self._erased & {part.value, "call"}:
            return PartState.DELETED
        if not kept or days(part, self._plan, self._periods) == 0:
            return PartState.NEVER_KEPT
        return PartState.KEPT

    def _ids(self) -> tuple[UUID, UUID, UUID]:
        return new_id(self._vault.clock), self._setup.account_id, self._setup.call_id

    def _bucket(self, part: Part) -> BucketKey:
        # A log is needed for the call to be found at all; a period of 0 days keeps it for the rest of its day.
        period = days(part, self._plan, self._periods)
        if period == 0:
            period = 1
        return bucket_for(self._cursor, self._vault, self._setup.account_id, part, self._day, period)

    def _due(self, part: Part) -> datetime | None:
        return due(part, self._plan, self._periods, self._result.ended_at)

    @property
    def _day(self) -> date:
        return self._result.ended_at.astimezone(UTC).date()


def search_tokens(bucket: BucketKey, result: CallResult) -> list[int]:
    """The tokens of a call: every word said, and every value captured."""
    tokens = Tokens(bucket.key)
    found = set(tokens.all_words(turn.text for turn in result.turns)) if result.words_kept else set()
    for variable in result.variables:
        if variable.given is Given.GIVEN and variable.value is not None:
            found.add(tokens.value(variable.name, value_text(variable.value)))
    return sorted(found)


def value_text(value: str | float | bool) -> str:
    """A captured value as people type it in a filter."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _forget(path: Path | None) -> None:
    if path is not None:
        path.unlink(missing_ok=True)
