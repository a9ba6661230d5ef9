"""Time as an argument. The real clock is made in `ringfence.boot`, and nowhere else.

A machine's clock may be set wrong, and what hangs from it here is whether something may be read, and whether it is destroyed.
`SteadyClock` therefore takes the wall clock at its word only while it goes as fast as the machine's ticks:

- set back, it is not followed: time goes on from where it was, so that what was refused stays refused;
- set ahead, it is followed for reading (refusing too much can be mended) but not believed: `ahead()` says by how much, and
  whoever destroys looks at that first.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

STRAYS_AT_MOST: Final = timedelta(
    seconds=5
)  # further than any correction by a time server that runs all along


class Clock(Protocol):
    """Where code gets the time from."""

    def now(self) -> datetime:
        """The moment, timezone-aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed point; never goes back."""
        ...


@dataclass(slots=True)
class ManualClock:
    """A clock that moves only when told to, for virtual time."""

    moment: datetime = field(default_factory=lambda: datetime(2026, 1, 1, tzinfo=UTC))
    elapsed: float = 0.0

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return self.elapsed

    def advance(self, seconds: float) -> None:
        """Move forward by `seconds`."""
        self.moment += timedelta(seconds=seconds)
        self.elapsed += seconds


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment that was believed, kept so that a restart does not forget it. `boot` names the machine's start, whose ticks
    count on from `ticks`; under another boot the moment alone still holds: it has passed.
    """

    moment: datetime
    boot: str
    ticks: float


class SteadyClock:
    """A wall clock that never takes back what it said. `wall` and `ticks` are the machine's; ticks go on while it sleeps."""

    def __init__(
        self, wall: Callable[[], datetime], ticks: Callable[[], float], boot: str = "", mark: Mark | None = None
    ) -> None:  # fmt: skip
        self._wall = wall
        self._ticks = ticks
        self._boot = boot
        self._anchor = (wall(), ticks())
        self._said = datetime.min.replace(tzinfo=UTC)
        if mark is not None:
            self.resume(mark)

    def now(self) -> datetime:
        """The moment, UTC. Within one process it never goes back, save after the wall clock was ahead."""
        wall, ticks = self._wall(), self._ticks()
        moment, since = self._anchor
        counted = moment + timedelta(seconds=ticks - since)
        if wall - counted > STRAYS_AT_MOST:
            return max(wall, self._said)
        if counted - wall > STRAYS_AT_MOST:
            self._said = max(counted, self._said)
            return self._said
        self._anchor = (wall, ticks)
        self._said = max(wall, self._said)
        return self._said

    def monotonic(self) -> float:
        return self._ticks()

    def ahead(self) -> timedelta:
        """How far the wall clock has run from the ticks since it was last believed; below zero where it was set back."""
        moment, since = self._anchor
        return self._wall() - (moment + timedelta(seconds=self._ticks() - since))

    def mark(self) -> Mark:
        """The present, by the ticks alone, to be kept for later."""
        moment, since = self._anchor
        ticks = self._ticks()
        return Mark(moment + timedelta(seconds=ticks - since), self._boot, ticks)

    def resume(self, mark: Mark) -> None:
        """Count from a mark that was kept: under its own boot exactly, under another from no earlier than its moment."""
        if self._boot and mark.boot == self._boot:
            self._anchor = (mark.moment, mark.ticks)
        else:
            self._anchor = (max(self._wall(), mark.moment), self._ticks())

    def believe(self) -> None:
        """Take the wall clock as it stands, because somebody who knows said so."""
        self._anchor = (self._wall(), self._ticks())
        self._said = self._anchor[0]
