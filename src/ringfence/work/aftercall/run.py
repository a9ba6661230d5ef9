"""The after-call job: reads what intake wrote, adds summary and waveform, and never writes behind an erasure.

Idempotent. What it adds goes in by one statement that holds the part's row, only while the part is kept under the same
key: a deletion comes wholly before (and nothing is written) or wholly after (and takes it along).
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb

from ringfence.apps.agents.models import AgentVersion, Engine
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.calls.content import (
    RECORDING,
    TRANSCRIPT,
    Place,
    open_json,
    seal_bytes,
    seal_json,
    unwrap,
)
from ringfence.apps.calls.errors import PartGone
from ringfence.apps.calls.objects import Objects
from ringfence.apps.calls.purposes import PROVIDING, check_purpose
from ringfence.apps.keys.buckets import BucketGone, open_bucket
from ringfence.apps.keys.marks import genuine, row_of
from ringfence.core.agent.definition import DefinitionError, parse
from ringfence.vault.errors import EpochGone
from ringfence.vault.journal import JournalReader
from ringfence.vault.seal import derive
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.ports import EngineChoice
from ringfence.voice.speech.ports import Llm, SpeechError
from ringfence.work.aftercall.model import Summary, by_model
from ringfence.work.aftercall.summary import summarise
from ringfence.work.aftercall.waveform import peaks
from ringfence.work.database import Database

_TRANSCRIPT: Final = """
SELECT t.bucket_id, t.wrapped_key, t.turns_sealed, t.variables_sealed, c.outcome, v.definition, v.id, v.agent_id, v.number, v.mark
FROM calls_transcript t JOIN calls_call c ON c.id = t.call_id AND c.account_id = t.account_id
LEFT JOIN agents_agentversion v
  ON v.agent_id = c.agent_id AND v.account_id = c.account_id AND v.number = c.agent_version
WHERE t.account_id = %s AND t.call_id = %s AND t.state = 'kept' AND c.being_erased_at IS NULL
  AND t.summary_sealed IS NULL AND t.turns_sealed IS NOT NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
"""
_RECORDING: Final = """
SELECT r.bucket_id, r.wrapped_key, r.object_name, r.duration_ms
FROM calls_recording r JOIN calls_call c ON c.id = r.call_id AND c.account_id = r.account_id
WHERE r.account_id = %s AND r.call_id = %s AND r.state = 'kept' AND c.being_erased_at IS NULL
  AND r.waveform_sealed IS NULL AND (r.expires_at IS NULL OR r.expires_at > %s)
"""
_OF_ENGINE: Final = (*Engine.COVERED, "mark")
_ENGINE: Final = f"""
SELECT {", ".join(_OF_ENGINE)} FROM agents_engine WHERE account_id = %s AND name = %s AND kind = 'llm'
"""  # noqa: S608 - constants of ours
_ADD_SUMMARY: Final = """
UPDATE calls_transcript SET summary_sealed = %s
WHERE account_id = %s AND call_id = %s AND state = 'kept' AND wrapped_key = %s
"""
_ADD_COSTS: Final = """
UPDATE calls_call SET costs = costs || %s WHERE account_id = %s AND id = %s AND being_erased_at IS NULL
"""
_ADD_WAVEFORM: Final = """
UPDATE calls_recording SET waveform_sealed = %s
WHERE account_id = %s AND call_id = %s AND state = 'kept' AND wrapped_key = %s
"""


@dataclass(frozen=True, slots=True)
class _Words:
    """A transcript, open for as long as its summary is made."""

    key: bytes = field(repr=False)
    wrapped: bytes
    turns: list[dict[str, Any]] = field(repr=False)
    variables: list[dict[str, Any]] = field(repr=False)
    outcome: str | None
    language: str
    engine: EngineChoice | None


class AfterCall:
    """Runs as the login rf_worker. `llms` makes a client of an account's language model; without it, all is extracted."""

    def __init__(
        self, database: Database, vault: Vault, objects: Objects, llms: Callable[[EngineChoice], Llm] | None = None
    ) -> None:  # fmt: skip
        self._database = database
        self._vault = vault
        self._objects = objects
        self._llms = llms

    def run(self, account_id: UUID, call_id: UUID) -> None:
        """Both steps, as part of the service. Raises Unavailable if something is away, and the job is tried again; NotAllowed
        if the policy did not allow it.
        """
        check_purpose(PROVIDING)
        for _again in range(
            2
        ):  # a hold may have moved a key meanwhile; what is there already is not made twice
            self.waveform(account_id, call_id)
            self.summary(account_id, call_id)

    def summary(self, account_id: UUID, call_id: UUID) -> None:
        place = Place(account_id, call_id)
        words = self._words(place)
        if words is None:
            return
        made = self._summarise(words)
        sealed = seal_json(words.key, made.text, place, TRANSCRIPT, "summary_sealed")
        with self._database.transaction(account_id) as cursor:
            cursor.execute(_ADD_SUMMARY, (sealed, account_id, call_id, words.wrapped))
            if not cursor.rowcount:
                return
            note(cursor, self._vault, account_id, Act.CALL_SUMMARISED, Thing("call", str(call_id)))
            if made.usage:
                costs = {f"summary_{name}": count for name, count in made.usage.items()}
                cursor.execute(_ADD_COSTS, (Jsonb(costs), account_id, call_id))

    def waveform(self, account_id: UUID, call_id: UUID) -> None:
        place = Place(account_id, call_id)
        with self._database.transaction(account_id) as cursor:
            row = cursor.execute(_RECORDING, (account_id, call_id, self._vault.clock.now())).fetchone()
            key = self._key(cursor, place, row, RECORDING)
        if row is None or key is None:
            return
        try:
            picture = peaks(JournalReader(self._objects.source(row[2]), key), row[3])
        except PartGone:
            return  # deleted meanwhile
        sealed = seal_bytes(derive(key, "waveform"), picture, place, RECORDING, "waveform_sealed")
        with self._database.transaction(account_id) as cursor:
            cursor.execute(_ADD_WAVEFORM, (sealed, account_id, call_id, row[1]))
            if cursor.rowcount:
                note(cursor, self._vault, account_id, Act.WAVEFORM_DRAWN, Thing("call", str(call_id)))

    def _words(self, place: Place) -> _Words | None:
        with self._database.transaction(place.account_id) as cursor:
            at = (place.account_id, place.call_id, self._vault.clock.now())
            row = cursor.execute(_TRANSCRIPT, at).fetchone()
            key = self._key(cursor, place, row, TRANSCRIPT)
            if row is None or key is None:
                return None
            language, engine = self._engine(
                cursor, place.account_id, _published(place.account_id, row, cursor)
            )
        return _Words(
            key, row[1], open_json(key, row[2], place, TRANSCRIPT, "turns_sealed"),
            open_json(key, row[3], place, TRANSCRIPT, "variables_sealed"), row[4], language, engine,
        )  # fmt: skip

    def _engine(
        self, cursor: Any, account_id: UUID, definition: str | None
    ) -> tuple[str, EngineChoice | None]:
        """The language of an agent, and the language model it speaks with, if its account still has it."""
        try:
            agent = parse(definition or "")
        except DefinitionError:
            return "", None
        found = None
        if agent.engines.llm and self._llms:
            found = cursor.execute(_ENGINE, (account_id, agent.engines.llm)).fetchone()
        row = row_of(Engine, _OF_ENGINE, found, cursor)
        if row is None:
            return agent.language, None
        sealed = row["sealed_secret"]
        secret = self._vault.open_secret(account_id, row["id"], bytes(sealed)) if sealed else None
        return agent.language, EngineChoice(
            account_id=account_id, kind="llm", base_url=row["base_url"], model=row["model"], settings=row["settings"],
            secret=secret,
        )  # fmt: skip

    def _summarise(self, words: _Words) -> Summary:
        if words.engine is not None and self._llms is not None and words.turns:
            try:
                return asyncio.run(by_model(self._llms(words.engine), words.turns, words.language))
            except (SpeechError, TimeoutError) as error:
                code = error.code if isinstance(error, SpeechError) else "engine_stalled"
                structlog.get_logger().warning(
                    "a summary is extracted, for its engine did not answer", code=code
                )
        return Summary(summarise(words.turns, words.variables, words.outcome), {})

    def _key(self, cursor: Any, place: Place, row: tuple[Any, ...] | None, table: str) -> bytes | None:
        if row is None:
            return None
        try:
            bucket = open_bucket(cursor, self._vault, place.account_id, row[0])
        except (BucketGone, EpochGone):
            return None
        return unwrap(bucket.key, bytes(row[1]), place, table)


def _published(account_id: UUID, row: tuple[Any, ...], cursor: Any) -> str | None:
    """The definition of a transcript's row, as `_TRANSCRIPT` reads it; None unless it is one that was published."""
    definition, version_id, agent_id, number, mark = row[5:10]
    version = {
        "id": version_id,
        "account_id": account_id,
        "agent_id": agent_id,
        "number": number,
        "definition": definition,
    }
    return definition if version_id and genuine(AgentVersion, version, mark, cursor) else None
