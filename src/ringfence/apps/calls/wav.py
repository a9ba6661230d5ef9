"""A recording as a WAV file that does not exist: any byte range is computed from the chunks it touches.

RIFF/WAVE, 16-bit PCM, two channels (caller left, agent right), 44 bytes of header. Where no chunk is, there is silence.
"""

import struct
from bisect import bisect_right
from typing import Final

import numpy as np

from ringfence.core.g711 import decode
from ringfence.vault.journal import JournalReader

HEADER: Final = 44
FRAME: Final = 4  # two channels of 16 bits
MEDIA_TYPE: Final = "audio/wav"
MOST_CACHED: Final = 4


class WavReader:
    """`read(start, stop)` gives bytes of the file; `size` is its length, `seconds` its duration."""

    def __init__(self, journal: JournalReader, duration_ms: int) -> None:
        self._journal = journal
        self.rate = journal.context.rate
        self._frames = duration_ms * self.rate // 1000
        self._starts = [entry.position for entry in journal.entries]
        self._cache: dict[int, bytes] = {}

    @property
    def size(self) -> int:
        return HEADER + self._frames * FRAME

    @property
    def seconds(self) -> float:
        return self._frames / self.rate

    def read(self, start: int, stop: int) -> bytes:
        """Bytes `start` up to `stop`, cut at the end of the file. Raises Tampered for a changed chunk."""
        stop = min(stop, self.size)
        if start >= stop:
            return b""
        out = _header(self._frames, self.rate)[start:stop] if start < HEADER else b""
        if stop > HEADER:
            first = max(start, HEADER) - HEADER
            last = stop - HEADER
            frames = self._pcm(first // FRAME, -(-last // FRAME))
            offset = first - first // FRAME * FRAME
            out += frames[offset : offset + last - first]
        return out

    def _pcm(self, first: int, last: int) -> bytes:
        """Interleaved PCM of frames `first` up to `last`."""
        out = bytearray((last - first) * FRAME)
        number = max(0, bisect_right(self._starts, first) - 1)
        while number < len(self._starts) and self._starts[number] < last:
            chunk = self._chunk(number)
            begins = self._starts[number]
            low, high = max(first, begins), min(last, begins + len(chunk) // FRAME)
            if low < high:
                piece = chunk[(low - begins) * FRAME : (high - begins) * FRAME]
                out[(low - first) * FRAME : (high - first) * FRAME] = piece
            number += 1
        return bytes(out)

    def _chunk(self, number: int) -> bytes:
        if number not in self._cache:
            if len(self._cache) >= MOST_CACHED:
                self._cache.pop(next(iter(self._cache)))
            planar = self._journal.read(number)
            half = len(planar) // 2
            sides = [np.frombuffer(decode(side), "<i2") for side in (planar[:half], planar[half:])]
            self._cache[number] = np.stack(sides, axis=1).tobytes()
        return self._cache[number]


def _header(frames: int, rate: int) -> bytes:
    size = frames * FRAME
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", size + HEADER - 8, b"WAVE", b"fmt ", 16, 1, 2, rate, rate * FRAME, FRAME, 16,
        b"data", size,
    )  # fmt: skip
