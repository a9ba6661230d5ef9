"""What pages draw: the waveform of both channels, and the timeline of turns."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from ringfence.core.call import ConsentAnswer

LANE: Final = 40
SCALE_MS: Final = 1000.0
SEEN: Final = 0.8
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


def unrecorded(call: dict[str, Any]) -> float:
    """For how many seconds from the start no sound was kept, since the caller had not yet said yes."""
    consent = call["consent"] or {}
    return float(consent.get("at_s") or 0) if consent.get("answer") == ConsentAnswer.YES else 0.0


@dataclass(frozen=True, slots=True)
class Latencies:
    """Each answer's wait and our own share, with the widths of their bars in per cent of a whole row, which is `row_s`."""

    answers: tuple[dict[str, Any], ...]
    row_s: float


def latencies(call: dict[str, Any]) -> Latencies | None:
    """How quickly the agent answered: the wait that its settings ask for, then our own share. None where it never did."""
    found = call["timings"] or []
    if not found:
        return None
    row = max(SCALE_MS, *(max(each["response_ms"], each["wait_ms"]) for each in found))
    return Latencies(tuple(_answer(each, row) for each in found), row / 1000)


def _answer(timing: dict[str, Any], row_ms: float) -> dict[str, Any]:
    own = max(0.0, timing["response_ms"] - timing["wait_ms"])
    wait = 100 * timing["wait_ms"] / row_ms
    width = max(SEEN, 100 * own / row_ms) if own else 0.0
    return {**timing, "own_ms": round(own), "wait": min(wait, 100 - width), "own": width}


def _lane(peaks: bytes, middle: int) -> str:
    room = LANE / 2 - 1
    top = [f"{n},{middle - max(0.4, p / LOUDEST * room):.1f}" for n, p in enumerate(peaks)]
    bottom = [f"{n},{middle + max(0.4, p / LOUDEST * room):.1f}" for n, p in reversed(list(enumerate(peaks)))]
    return "M" + "L".join(top + bottom) + "Z"
