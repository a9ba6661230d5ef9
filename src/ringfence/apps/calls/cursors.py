"""Cursors: a position in a list, opaque to clients. It holds a moment and an id, never content."""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from ringfence.apps.calls.errors import BadCursor

_BYTES: Final = 24
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = datetime(
    9999, 1, 1, tzinfo=UTC
)  # what lies around a place in a list has to be in the calendar too
_MICROSECOND: Final = timedelta(microseconds=1)


class Position(NamedTuple):
    """After the call with this start and id, newest first."""

    started_at: datetime
    call_id: UUID


def encode(position: Position) -> str:
    micros = (position.started_at - _EPOCH) // _MICROSECOND  # whole: a float loses the last digit after 2106
    return base64.urlsafe_b64encode(micros.to_bytes(8, "big") + position.call_id.bytes).decode().rstrip("=")


def decode(text: str) -> Position:
    """Raises BadCursor for anything that `encode` did not make."""
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    if len(raw) != _BYTES:
        raise BadCursor("This cursor is not one of ours. Begin the list again without it.")
    try:
        moment = _EPOCH + int.from_bytes(raw[:8], "big") * _MICROSECOND
    except OverflowError:
        moment = _LAST
    if moment >= _LAST:
        raise BadCursor("This cursor is not one of ours. Begin the list again without it.")
    return Position(moment, UUID(bytes=raw[8:]))
