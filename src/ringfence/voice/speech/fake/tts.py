"""A voice that hums: as long as the text deserves, at once or as slowly as asked."""

import asyncio
from collections.abc import AsyncGenerator
from functools import cache

import numpy as np

from ringfence.voice.speech.ports import SpeechError

_PITCH_HZ = 220.0
_LEVEL = 6_000


@cache
def _second(rate: int) -> bytes:
    """One second of the tone, which repeats without a seam."""
    phase = 2 * np.pi * _PITCH_HZ * np.arange(rate) / rate
    return (np.sin(phase) * _LEVEL).astype("<i2").tobytes()


class ToneTts:
    """`seconds_per_char` of a 220 Hz tone a character, in chunks of `chunk_s`.

    The first chunk comes after `first_s`, each further one after `gap_s`. With `error`, the voice breaks off
    with it after `error_after` chunks. `said` lists the texts asked for, the last `keep` of them.
    """

    name = "tone"

    def __init__(
        self,
        *,
        seconds_per_char: float = 0.06,
        chunk_s: float = 0.2,
        first_s: float = 0.0,
        gap_s: float = 0.0,
        error: SpeechError | None = None,
        error_after: int = 0,
        keep: int = 100,
    ) -> None:
        self._seconds_per_char = seconds_per_char
        self._chunk_s = chunk_s
        self._first_s = first_s
        self._gap_s = gap_s
        self._error = error
        self._error_after = error_after
        self._keep = keep
        self.said: list[str] = []

    async def synthesize(
        self,
        text: str,
        *,
        rate: int,
        language: str,
        voice: str | None,
    ) -> AsyncGenerator[bytes]:
        self.said.append(text)
        del self.said[: -self._keep]
        left = round(len(text.strip()) * self._seconds_per_char * rate)
        step = max(1, round(self._chunk_s * rate))
        tone = _second(rate)
        wait, chunks, start = self._first_s, 0, 0
        while left > 0 or self._error is not None:
            if wait:
                await asyncio.sleep(wait)
            if self._error is not None and (chunks >= self._error_after or left <= 0):
                raise self._error
            size = min(step, left, rate - start)
            yield tone[2 * start : 2 * (start + size)]
            start = (start + size) % rate
            left -= size
            chunks += 1
            wait = self._gap_s

    async def aclose(self) -> None:
        """Nothing to let go of."""
