"""Time as an argument. The real clock is made in `ringfence.boot`, and nowhere else."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


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
