"""The real clock: the only place that asks the machine for the time."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The machine's clock, as a `ringfence.core.clock.Clock`."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()
