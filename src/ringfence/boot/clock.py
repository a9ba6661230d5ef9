"""The real clock: the only place that asks the machine for the time. One for the process, which everybody shares."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import psycopg

from ringfence.core.clock import SteadyClock

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_TICKS: Final = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while the machine sleeps


def _wall() -> datetime:
    return datetime.now(UTC)


def _ticks() -> float:
    return time.clock_gettime(_TICKS)


def _boot() -> str:
    try:
        return _BOOT.read_text().strip()
    except OSError:
        return ""


_machine: Final = SteadyClock(_wall, _ticks, _boot())


def machine() -> SteadyClock:
    """The process's clock with what stands behind it, for whoever has to judge it."""
    return _machine


def resume(database_url: str) -> None:
    """Take up the mark of the last sweep, so that a clock that was set back between two starts is noticed."""
    from ringfence.apps.sweeps.marks import read_mark

    with psycopg.connect(database_url) as connection, connection.cursor() as cursor:
        kept = read_mark(cursor)
    if kept is not None:
        _machine.resume(kept.mark)


class SystemClock:
    """The machine's clock, as a `ringfence.core.clock.Clock`."""

    def now(self) -> datetime:
        return _machine.now()

    def monotonic(self) -> float:
        return _machine.monotonic()
