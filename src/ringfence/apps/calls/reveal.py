"""The one place in the apps where call content opens: after account, purpose, state and time were checked.

The time gate is exact: a part is readable until its last second and refused from the next on, whatever a sweeper has
or has not done. Nothing opened here is cached.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.calls.content import (
    LOG,
    RECORDING,
    TRANSCRIPT,
    Place,
    live_numbers_key,
    open_bytes,
    open_json,
    unwrap,
)
from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.models import Call, PartState, Recording, Transcript
from ringfence.apps.calls.objects import Objects, objects
from ringfence.apps.calls.purposes import PROVIDING, check_purpose
from ringfence.apps.calls.wav import WavReader
from ringfence.apps.keys.buckets import BucketGone, open_bucket
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.config import current
from ringfence.vault.errors import EpochGone
from ringfence.vault.journal import JournalReader
from ringfence.vault.seal import derive

__all__ = [
    "PROVIDING",
    "Numbers",
    "OpenRecording",
    "OpenTranscript",
    "check_purpose",
    "demand_key",
    "gate",
    "open_numbers",
    "open_recording",
    "open_transcript",
    "open_waveform",
    "read_transcript",
]

PLAYBACK: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The two ends of a call, E.164 where they are telephone numbers."""

    from_number: str | None
    to_number: str | None


@dataclass(frozen=True, slots=True)
class OpenTranscript:
    """A transcript as it rests. `turns` is None where no words were kept, `summary` until it is made."""

    turns: list[dict[str, Any]] | None
    variables: list[dict[str, Any]]
    summary: str | None
    expires_at: datetime | None


def gate(state: str, expires_at: datetime | None, erasing: datetime | None, clock: Clock) -> None:
    """Raise PartGone or NeverKept unless a part in this state may be read at this moment."""
    if erasing is not None:
        raise PartGone("being_erased")
    if state == PartState.NEVER_KEPT.value:
        raise NeverKept("This was never kept.")
    if state != PartState.KEPT.value:
        raise PartGone(state)
    if expires_at is not None and clock.now() >= expires_at:
        raise PartGone("expired")


def open_numbers(rows: list[Call], clock: Clock, *, purpose: str) -> dict[UUID, Numbers]:
    """The numbers of calls of one account, inside `tenant`. Calls past their time are left out. Raises NotAllowed."""
    check_purpose(purpose)
    found: dict[UUID, Numbers] = {}
    keys: dict[UUID, bytes] = {}
    for row in rows:
        if row.being_erased_at is not None or (row.expires_at is not None and clock.now() >= row.expires_at):
            continue
        if row.numbers_sealed is None:
            continue
        place = Place(row.account_id, row.id)
        try:
            key = _log_key(row, place, keys)
        except (BucketGone, EpochGone):
            continue
        numbers = open_json(key, bytes(row.numbers_sealed), place, LOG, "numbers_sealed")
        found[row.id] = Numbers(numbers["from"], numbers["to"])
    return found


def open_transcript(account_id: UUID, call_id: UUID, *, purpose: str, clock: Clock) -> OpenTranscript:
    """Words, variables and summary of a call. Raises NoSuchCall, PartGone, NeverKept, NotAllowed."""
    with tenant(account_id):
        words = read_transcript(account_id, call_id, purpose=purpose, clock=clock)
        record(account_id, Act.CALL_OPENED, Thing("call", str(call_id)), purpose=purpose)
    return words


def read_transcript(account_id: UUID, call_id: UUID, *, purpose: str, clock: Clock) -> OpenTranscript:
    """The same inside `tenant`, for whoever writes the act down: `apps.calls.document`."""
    check_purpose(purpose)
    row, erasing = _part(Transcript, account_id, call_id, clock)
    gate(row.state, row.expires_at, erasing, clock)
    place = Place(account_id, call_id)
    key = _part_key(row, place, TRANSCRIPT)
    turns = row.turns_sealed
    summary = row.summary_sealed
    return OpenTranscript(
        turns=None if turns is None else open_json(key, turns, place, TRANSCRIPT, "turns_sealed"),
        variables=open_json(key, row.variables_sealed, place, TRANSCRIPT, "variables_sealed"),
        summary=None if summary is None else open_json(key, summary, place, TRANSCRIPT, "summary_sealed"),
        expires_at=row.expires_at,
    )


class OpenRecording:
    """A recording as a file to be read in ranges. `still_open` says whether it may be read on."""

    def __init__(
        self, reader: WavReader, account_id: UUID, call_id: UUID, ends: datetime | None, clock: Clock
    ) -> None:
        self._reader = reader
        self._ends = ends
        self._account_id = account_id
        self._call_id = call_id
        self._clock = clock
        self.size = reader.size
        self.seconds = reader.seconds

    def read(self, start: int, stop: int) -> bytes:
        """Bytes of the file. Raises PartGone from the moment its time has passed, however long it was open before."""
        if self._ends is not None and self._clock.now() >= self._ends:
            raise PartGone("expired")
        return self._reader.read(start, stop)

    def still_open(self) -> None:
        """Raise PartGone as soon as the recording was deleted or its time has passed."""
        with tenant(self._account_id):
            row, erasing = _part(Recording, self._account_id, self._call_id, self._clock)
            gate(row.state, row.expires_at, erasing, self._clock)


def open_recording(account_id: UUID, call_id: UUID, *, purpose: str, clock: Clock) -> OpenRecording:
    """A call's audio. Raises NoSuchCall, PartGone, NeverKept, NotAllowed; Tampered while reading changed bytes.

    Players ask for a recording in ranges: what one person asks of one recording within `PLAYBACK` is one act of listening.
    """
    check_purpose(purpose)
    with tenant(account_id):
        row, erasing = _part(Recording, account_id, call_id, clock)
        gate(row.state, row.expires_at, erasing, clock)
        key = _part_key(row, Place(account_id, call_id), RECORDING)
        this = Thing("call", str(call_id))
        record(account_id, Act.RECORDING_PLAYED, this, purpose=purpose, once_within=PLAYBACK)
    journal = JournalReader(_store().source(row.object_name), key)
    ends = min((end for end in (row.expires_at, row.call.expires_at) if end is not None), default=None)
    return OpenRecording(WavReader(journal, row.duration_ms), account_id, call_id, ends, clock)


def demand_key(row: Recording) -> None:
    """Raise PartGone unless the key of this recording opens, inside `tenant`. A restored database may name keys that are gone."""
    _part_key(row, Place(row.account_id, row.call_id), RECORDING)


def open_waveform(account_id: UUID, call_id: UUID, *, purpose: str, clock: Clock) -> bytes | None:
    """Peaks of both channels, as `work.aftercall.waveform` made them; None until they are there."""
    check_purpose(purpose)
    with tenant(account_id):
        row, erasing = _part(Recording, account_id, call_id, clock)
        gate(row.state, row.expires_at, erasing, clock)
        if row.waveform_sealed is None:
            return None
        place = Place(account_id, call_id)
        key = derive(_part_key(row, place, RECORDING), "waveform")
        record(account_id, Act.CALL_OPENED, Thing("call", str(call_id)), purpose=purpose)
    return open_bytes(key, row.waveform_sealed, place, RECORDING, "waveform_sealed")


def _part(kind: Any, account_id: UUID, call_id: UUID, clock: Clock) -> tuple[Any, datetime | None]:
    row = kind.objects.select_related("call").filter(account_id=account_id, call_id=call_id).first()
    if row is None:
        call = Call.objects.filter(account_id=account_id, id=call_id).first()
        if call is None or (call.expires_at is not None and clock.now() >= call.expires_at):
            raise NoSuchCall("There is no such call.")
        raise PartGone("being_erased" if call.being_erased_at else "pending")
    if row.call.expires_at is not None and clock.now() >= row.call.expires_at:
        raise NoSuchCall("There is no such call.")
    return row, row.call.being_erased_at


def _part_key(row: Any, place: Place, table: str) -> bytes:
    try:
        with connection.cursor() as cursor:
            bucket = open_bucket(cursor, vault(), place.account_id, row.bucket_id)
    except (BucketGone, EpochGone):
        raise PartGone("expired") from None
    return unwrap(bucket.key, bytes(row.wrapped_key), place, table)


def _log_key(row: Call, place: Place, keys: dict[UUID, bytes]) -> bytes:
    if row.live_keys is not None:
        live = vault().recover_live_keys(row.account_id, row.id, row.started_at, bytes(row.live_keys))
        return live_numbers_key(live.words)
    bucket_id = row.log_bucket_id
    if bucket_id is None:
        raise BucketGone("The numbers of this call were kept for no day.")
    if bucket_id not in keys:
        with connection.cursor() as cursor:
            keys[bucket_id] = open_bucket(cursor, vault(), row.account_id, bucket_id).key
    return unwrap(keys[bucket_id], bytes(row.wrapped_key or b""), place, LOG)


def _store() -> Objects:
    return objects(current().object_store_url)
