"""How a call's content is sealed: one key for the log, one for the recording, one for the transcript.

Every sealed field is bound to its account, table, call and column. Nothing here decides who may open what.
"""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import orjson

from ringfence.vault.seal import aad, derive, open_, seal
from ringfence.vault.wrap import unwrap_key, wrap_key

LOG: Final = "calls_call"
RECORDING: Final = "calls_recording"
TRANSCRIPT: Final = "calls_transcript"


@dataclass(frozen=True, slots=True)
class Place:
    """Where sealed bytes belong."""

    account_id: UUID
    call_id: UUID

    def aad(self, table: str, column: str) -> bytes:
        return aad(self.account_id, table, self.call_id, column)


def wrap(bucket_key: bytes, key: bytes, place: Place, table: str) -> bytes:
    """A part's own key, under the bucket in which the part ends."""
    return wrap_key(bucket_key, key, aad=place.aad(table, "wrapped_key"))


def unwrap(bucket_key: bytes, wrapped: bytes, place: Place, table: str) -> bytes:
    return unwrap_key(bucket_key, wrapped, aad=place.aad(table, "wrapped_key"))


def seal_json(key: bytes, value: Any, place: Place, table: str, column: str) -> bytes:
    return seal(key, orjson.dumps(value), aad=place.aad(table, column))


def open_json(key: bytes, sealed: bytes, place: Place, table: str, column: str) -> Any:
    return orjson.loads(open_(key, bytes(sealed), aad=place.aad(table, column)))


def live_numbers_key(words_key: bytes) -> bytes:
    """What seals the numbers of a call that has not ended."""
    return derive(words_key, "live/numbers")


def seal_bytes(key: bytes, value: bytes, place: Place, table: str, column: str) -> bytes:
    return seal(key, value, aad=place.aad(table, column))


def open_bytes(key: bytes, sealed: bytes, place: Place, table: str, column: str) -> bytes:
    return open_(key, bytes(sealed), aad=place.aad(table, column))
