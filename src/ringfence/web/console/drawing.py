"""What pages draw: the waveform of both channels, and the timeline of turns."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

LANE: Final = 40
SLOWEST_MS: Final = 3000.0
ROWS: Final = 24
CLOSE_S: Final = 0.05
LOUDEST: Final = 255


@dataclass(frozen=True, slots=True)
class Loudness:
    """A stretch of the recording, in seconds, and the loudest of each side in it, in per cent."""

    start_s: float
    end_s: float
    caller: int
    agent: int


@dataclass(frozen=True, slots=True)
class Wave:
    """Two closed SVG paths, one above and one below a middle line, `steps` units wide and two lanes high; and the same
    as a table, for whoever cannot see it.
    """

    caller: str
    agent: str
    steps: int
    height: int
    table: tuple[Loudness, ...]


def wave(peaks: bytes, seconds: float) -> Wave:
    """The picture of peaks as `work.aftercall.waveform` makes them, of a recording of that length."""
    half = len(peaks) // 2
    caller, agent = peaks[:half], peaks[half:]
    lanes = _lane(caller, LANE // 2), _lane(agent, LANE + LANE // 2)
    return Wave(*lanes, half, 2 * LANE, tuple(_table(caller, agent, seconds)))


def _table(caller: bytes, agent: bytes, seconds: float) -> Iterator[Loudness]:
    """At most `ROWS` stretches of whole seconds."""
    length = max(1, math.ceil(seconds / ROWS))
    for start in range(0, math.ceil(seconds), length):
        end = min(start + length, seconds)
        here = slice(int(len(caller) * start / seconds), max(1, math.ceil(len(caller) * end / seconds)))
        loud = (round(100 * max(side[here], default=0) / LOUDEST) for side in (caller, agent))
        yield Loudness(start, end, *loud)


def turns(call: dict[str, Any]) -> list[dict[str, Any]]:
    """The transcript's turns, numbered for links and keys; an answer of the agent says after what time it came."""
    if not call["transcript"]["available"]:
        return []
    found = [{**turn, "number": n} for n, turn in enumerate(call["transcript"]["turns"], 1)]
    answers = iter([turn for turn in found if turn["speaker"] == "agent"])
    for each in call["timings"] or []:
        answer = next((turn for turn in answers if turn["start_s"] >= each["at_s"] - CLOSE_S), None)
        if answer is not None:
            answer["after_s"] = each["response_ms"] / 1000
    return found


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
    top = [f"{n},{middle - max(0.4, p / LOUDEST * room):.1f}" for n, p in enumerate(peaks)]
    bottom = [f"{n},{middle + max(0.4, p / LOUDEST * room):.1f}" for n, p in reversed(list(enumerate(peaks)))]
    return "M" + "L".join(top + bottom) + "Z"
