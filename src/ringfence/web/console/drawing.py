"""What pages draw: the waveform of both channels, and the timeline of turns."""

from dataclasses import dataclass
from typing import Any, Final

LANE: Final = 40
SLOWEST_MS: Final = 3000.0


@dataclass(frozen=True, slots=True)
class Wave:
    """Two closed SVG paths, one above and one below a middle line, `steps` units wide and two lanes high."""

    caller: str
    agent: str
    steps: int
    height: int


def wave(peaks: bytes) -> Wave:
    """The picture of peaks as `work.aftercall.waveform` makes them."""
    half = len(peaks) // 2
    return Wave(_lane(peaks[:half], LANE // 2), _lane(peaks[half:], LANE + LANE // 2), half, 2 * LANE)


def turns(call: dict[str, Any]) -> list[dict[str, Any]]:
    """The transcript's turns, numbered for links and keys."""
    if not call["transcript"]["available"]:
        return []
    return [{**turn, "number": n} for n, turn in enumerate(call["transcript"]["turns"], 1)]


def timings(call: dict[str, Any]) -> list[dict[str, Any]]:
    """Latencies with the width of their bars in per cent: the wait that was asked for, then our own share."""
    drawn = []
    for each in call["timings"] or []:
        own = max(0.0, each["response_ms"] - each["wait_ms"])
        drawn.append(
            {
                **each,
                "own_ms": round(own),
                "wait": min(50.0, 100 * each["wait_ms"] / SLOWEST_MS),
                "own": min(50.0, 100 * own / SLOWEST_MS),
            }
        )
    return drawn


def _lane(peaks: bytes, middle: int) -> str:
    room = LANE / 2 - 1
    top = [f"{n},{middle - max(0.4, p / 255 * room):.1f}" for n, p in enumerate(peaks)]
    bottom = [f"{n},{middle + max(0.4, p / 255 * room):.1f}" for n, p in reversed(list(enumerate(peaks)))]
    return "M" + "L".join(top + bottom) + "Z"
