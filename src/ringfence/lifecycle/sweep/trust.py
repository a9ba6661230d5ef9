"""Whether the clock may be believed by somebody who destroys. Pure.

Destroying early cannot be mended, so all that can tell the time must agree: the wall clock with the machine's ticks, and both with
a second witness (the database's clock, the object store's). After a long silence even that is not enough, for a
machine that was off may wake up with any time at all: then a person has to say that the time is right.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ringfence.core.clock import STRAYS_AT_MOST, SteadyClock

APART_AT_MOST: Final = timedelta(seconds=60)  # two machines whose clocks are kept by a time server
LONGEST_SILENCE: Final = timedelta(days=7)


class Alarm(StrEnum):
    """Why the clock is not believed."""

    AHEAD = "clock_ahead"
    SET_BACK = "clock_set_back"
    WITNESS = "clock_witness"
    SILENCE = "clock_silence"


SENTENCES: Final = {
    Alarm.AHEAD: "The clock was set ahead of the machine's own ticks. Set it right.",
    Alarm.SET_BACK: "The clock was set back. Set it right.",
    Alarm.WITNESS: "The clock and a second one (the database's or the object store's) do not agree. Set both right.",
    Alarm.SILENCE: "No sweep ran for more than seven days, so nobody can tell whether the clock is right.",
}


@dataclass(frozen=True, slots=True)
class Doubt:
    """What is wrong, and by how much."""

    alarm: Alarm
    apart: timedelta


def doubt(
    clock: SteadyClock, witnesses: Iterable[datetime], marked: datetime | None
) -> Doubt | None:  # fmt: skip
    """What speaks against the clock; None if it is to be believed. `marked` is the last moment that was."""
    ahead, now = clock.ahead(), clock.now()
    if ahead > STRAYS_AT_MOST:
        return Doubt(Alarm.AHEAD, ahead)
    if ahead < -STRAYS_AT_MOST:
        return Doubt(Alarm.SET_BACK, -ahead)
    apart = max((abs(now - witness) for witness in witnesses), default=timedelta())
    if apart > APART_AT_MOST:
        return Doubt(Alarm.WITNESS, apart)
    if marked is not None and now - marked > LONGEST_SILENCE:
        return Doubt(Alarm.SILENCE, now - marked)
    return None
