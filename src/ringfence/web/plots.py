"""Bars over days, as SVG that the server draws: no script, no style of its own, and a table beside each for whoever cannot see it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

HEIGHT: Final = 100
STEP: Final = 10  # of a bar with the room beside it
WIDE: Final = 8


@dataclass(frozen=True, slots=True)
class Bar:
    """One day's, in the drawing's units from its upper left."""

    day: date
    value: float
    x: int
    y: float
    height: float
    width: int = WIDE


@dataclass(frozen=True, slots=True)
class Plot:
    """`most` is what the highest bar stands for; the drawing is `width` by `height`."""

    bars: tuple[Bar, ...]
    most: float
    total: float
    width: int
    height: int = HEIGHT

    @property
    def filled(self) -> tuple[Bar, ...]:
        """The days that have something, newest first: what the table says."""
        return tuple(bar for bar in reversed(self.bars) if bar.value)


def bars(values: Mapping[date, float], first: date, last: date) -> Plot:
    """A bar for each day from `first` to `last`; days without a value are empty."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    most = max([0.0, *(values.get(day, 0) for day in days)])
    return Plot(
        bars=tuple(_bar(day, values.get(day, 0), most, n) for n, day in enumerate(days)),
        most=most, total=sum(values.get(day, 0) for day in days), width=len(days) * STEP,
    )  # fmt: skip


def added(rows: Sequence[tuple[date, float]]) -> dict[date, float]:
    """The values of each day together."""
    found: dict[date, float] = {}
    for day, value in rows:
        found[day] = found.get(day, 0) + value
    return found


def _bar(day: date, value: float, most: float, at: int) -> Bar:
    height = round(HEIGHT * value / most, 1) if most else 0.0
    return Bar(day, value, at * STEP, round(HEIGHT - height, 1), height)
