"""The after-call job: reads what intake wrote, adds summary and waveform, and never writes behind an erasure.

Idempotent. What it adds goes in under the part's row lock, and only while the part is kept: a deletion comes wholly before
(and nothing is written) or wholly after (and takes it along).
"""

from typing import Any, Final
from uuid import UUID

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
from ringfence.apps.keys.buckets import BucketGone, open_bucket
from ringfence.vault.errors import EpochGone
from ringfence.vault.journal import JournalReader
from ringfence.vault.seal import derive
from ringfence.vault.vault import Vault
from ringfence.work.aftercall.summary import summarise
from ringfence.work.aftercall.waveform import peaks
from ringfence.work.database import Database

_TRANSCRIPT: Final = """
SELECT t.bucket_id, t.wrapped_key, t.turns_sealed, t.variables_sealed, c.outcome
FROM calls_transcript t JOIN calls_call c ON c.id = t.call_id AND c.account_id = t.account_id
WHERE t.account_id = %s AND t.call_id = %s AND t.state = 'kept' AND c.being_erased_at IS NULL
  AND t.summary_sealed IS NULL AND (t.expires_at IS NULL OR t.expires_at > %s)
"""
_RECORDING: Final = """
SELECT r.bucket_id, r.wrapped_key, r.object_name, r.duration_ms
FROM calls_recording r JOIN calls_call c ON c.id = r.call_id AND c.account_id = r.account_id
WHERE r.account_id = %s AND r.call_id = %s AND r.state = 'kept' AND c.being_erased_at IS NULL
  AND r.waveform_sealed IS NULL AND (r.expires_at IS NULL OR r.expires_at > %s)
"""
_ADD_SUMMARY: Final = """
UPDATE calls_transcript SET summary_sealed = %s
WHERE account_id = %s AND call_id = %s AND state = 'kept' AND wrapped_key = %s
"""
_ADD_WAVEFORM: Final = """
UPDATE calls_recording SET waveform_sealed = %s
WHERE account_id = %s AND call_id = %s AND state = 'kept' AND wrapped_key = %s
"""


class AfterCall:
    """Runs as the login rf_worker."""

    def __init__(self, database: Database, vault: Vault, objects: Objects) -> None:
        self._database = database
        self._vault = vault
        self._objects = objects

    def run(self, account_id: UUID, call_id: UUID) -> None:
        """Both steps. Raises Unavailable if something is away; the job is tried again."""
        self.summary(account_id, call_id)
        self.waveform(account_id, call_id)

    def summary(self, account_id: UUID, call_id: UUID) -> None:
        place = Place(account_id, call_id)
        with self._database.transaction(account_id) as cursor:
            row = cursor.execute(_TRANSCRIPT, (account_id, call_id, self._vault.clock.now())).fetchone()
            key = self._key(cursor, place, row, TRANSCRIPT)
            if row is None or key is None or row[2] is None:
                return
            turns = open_json(key, row[2], place, TRANSCRIPT, "turns_sealed")
            variables = open_json(key, row[3], place, TRANSCRIPT, "variables_sealed")
            text = summarise(turns, variables, row[4])
            sealed = seal_json(key, text, place, TRANSCRIPT, "summary_sealed")
            cursor.execute(_ADD_SUMMARY, (sealed, account_id, call_id, row[1]))

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

    def _key(self, cursor: Any, place: Place, row: tuple[Any, ...] | None, table: str) -> bytes | None:
        if row is None:
            return None
        try:
            bucket = open_bucket(cursor, self._vault, place.account_id, row[0])
        except (BucketGone, EpochGone):
            return None
        return unwrap(bucket.key, bytes(row[1]), place, table)
