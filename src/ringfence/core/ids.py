"""Identifiers: UUID version 7, sortable by the moment they were made (RFC 9562, section 5.7)."""

import secrets
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from ringfence.core.clock import Clock

_LAST: Final = datetime(9999, 1, 1, tzinfo=UTC)  # 48 bits of milliseconds reach further than a calendar does


def new_id(clock: Clock) -> UUID:
    """A fresh UUIDv7 whose first 48 bits are the clock's milliseconds since 1970."""
    return id_at(clock.now(), secrets.randbits(74))


def id_at(moment: datetime, chance: int = 0) -> UUID:
    """The UUIDv7 of `moment` with the low 74 bits of `chance`; with 0, the smallest of that millisecond."""
    milliseconds = int(moment.timestamp() * 1000)
    value = (milliseconds & (2**48 - 1)) << 80
    value |= 0x7 << 76
    value |= ((chance >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= chance & (2**62 - 1)
    return UUID(int=value)


def moment_of(identifier: UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond, in UTC. An id that nobody here made may say a moment that no calendar has: it is
    then the year 9999.
    """
    return datetime.fromtimestamp(min((identifier.int >> 80) / 1000, _LAST.timestamp()), tz=UTC)


def id_after(identifier: UUID) -> UUID:
    """The next one; of the last there is, itself."""
    return UUID(int=min(identifier.int + 1, 2**128 - 1))
