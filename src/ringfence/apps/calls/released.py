"""Call content for support: which keys a customer's approval takes along, and the one place where staff's wraps open.

Two halves, which run as different logins. `keys_of` is in the customer's own request, as rf_web, and unwraps what the customer may
unwrap. `open_words` and `open_sound` are staff's: they are handed keys that an approval released, and have no way to any other.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.calls.content import RECORDING, TRANSCRIPT, Place, open_json, unwrap
from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.models import Recording, Transcript
from ringfence.apps.calls.objects import objects
from ringfence.apps.calls.purposes import check_purpose
from ringfence.apps.calls.reveal import OpenTranscript, gate
from ringfence.apps.calls.wav import WavReader
from ringfence.apps.keys.buckets import BucketGone, open_bucket
from ringfence.apps.keys.models import Bucket
from ringfence.apps.keys.wiring import vault
from ringfence.core.clock import Clock
from ringfence.core.config import current
from ringfence.policy import Shown
from ringfence.vault.errors import EpochGone
from ringfence.vault.journal import JournalReader

SUPPORT: Final = "support"
_PARTS: Final = (("recording", Recording, RECORDING), ("transcript", Transcript, TRANSCRIPT))


@dataclass(frozen=True, slots=True)
class PartKey:
    """A part's own key, and the epoch that its bucket hangs from."""

    call_id: UUID
    part: str
    epoch: str | None
    key: bytes = field(repr=False)


def keys_of(account_id: UUID, call_id: UUID, clock: Clock) -> Iterator[PartKey]:
    """The keys of what is kept of a call now, inside `tenant`. What is gone or was never kept is left out."""
    for part, model, table in _PARTS:
        row: Any = model.objects.select_related("call").filter(account_id=account_id, call_id=call_id).first()
        if row is None or (row.call.expires_at is not None and clock.now() >= row.call.expires_at):
            continue
        try:
            gate(row.state, row.expires_at, row.call.being_erased_at, clock)
            with connection.cursor() as cursor:
                bucket = open_bucket(cursor, vault(), account_id, row.bucket_id)
        except (PartGone, NeverKept, BucketGone, EpochGone):
            continue
        epoch = (
            Bucket.objects.filter(account_id=account_id, id=row.bucket_id)
            .values_list("epoch", flat=True)
            .get()
        )
        yield PartKey(
            call_id,
            part,
            epoch or None,
            unwrap(bucket.key, bytes(row.wrapped_key), Place(account_id, call_id), table),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """One part as it rests, as the database hands it out under an approval."""

    account_id: UUID
    call_id: UUID
    state: str
    expires_at: datetime | None
    call_expires_at: datetime | None
    being_erased_at: datetime | None
    turns: bytes | None = None
    variables: bytes | None = None
    summary: bytes | None = None
    object_name: str = ""
    duration_ms: int = 0


def demand(part: Sealed, *, permitted: bool | None, clock: Clock) -> None:
    """Raise NotAllowed unless the customer permitted it, and PartGone, NeverKept or NoSuchCall unless it may be read now."""
    check_purpose(SUPPORT, Shown(permitted=permitted))
    if part.call_expires_at is not None and clock.now() >= part.call_expires_at:
        raise NoSuchCall("There is no such call.")
    gate(part.state, part.expires_at, part.being_erased_at, clock)


def open_words(part: Sealed, key: bytes, *, permitted: bool | None, clock: Clock) -> OpenTranscript:
    """Words, variables and summary of a call."""
    demand(part, permitted=permitted, clock=clock)
    place = Place(part.account_id, part.call_id)

    def opened(sealed: bytes | None, column: str) -> Any:
        return None if sealed is None else open_json(key, sealed, place, TRANSCRIPT, column)

    return OpenTranscript(
        turns=opened(part.turns, "turns_sealed"),
        variables=opened(part.variables, "variables_sealed") or [],
        summary=opened(part.summary, "summary_sealed"),
        expires_at=part.expires_at,
    )


def open_sound(part: Sealed, key: bytes, *, permitted: bool | None, clock: Clock) -> WavReader:
    """The audio, to be read in ranges by whoever asks before each of them whether it may still be."""
    demand(part, permitted=permitted, clock=clock)
    journal = JournalReader(objects(current().object_store_url).source(part.object_name), key)
    return WavReader(journal, part.duration_ms)
