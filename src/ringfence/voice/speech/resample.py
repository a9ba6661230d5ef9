"""Sample rates in and out of engines: a streaming polyphase filter over 16-bit mono PCM.

A Kaiser-windowed sinc, 16 zero crossings to a side, cut off at 0.92 of the lower rate's half; whole ratios of any
two rates (22,050 → 8,000 is 160/441). Output sample n lies exactly at input time n · from / to: no delay is
added to the signal, only to the moment at which its last samples are known.
"""

from functools import cache
from math import ceil, gcd
from typing import Any

import numpy as np

_CROSSINGS = 16
_ROLL_OFF = 0.92
_KAISER_BETA = 8.0

Floats = np.ndarray[Any, np.dtype[np.float32]]


@cache
def _kernels(up: int, down: int) -> Floats:
    """[phase, tap]: the weights of the input samples around an output that lies phase/up after one of them."""
    scale = min(1.0, up / down) * _ROLL_OFF
    half = ceil(_CROSSINGS * max(1.0, down / up))
    taps = np.arange(-half + 1, half + 1)
    distance = np.arange(up)[:, None] / up - taps[None, :]
    shape = np.i0(_KAISER_BETA * np.sqrt(np.clip(1 - (distance / half) ** 2, 0, None)))
    weights = np.sinc(distance * scale) * shape
    result: Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


class Resampler:
    """One stream from `source` Hz to `target` Hz. Push any pieces, whole samples or not; flush once at the end."""

    def __init__(self, source: int, target: int) -> None:
        common = gcd(source, target)
        self._up, self._down = target // common, source // common
        self._same = source == target
        self._odd = b""
        if not self._same:
            self._kernel = _kernels(self._up, self._down)
            self._half = self._kernel.shape[1] // 2
            # Held samples begin at input index `_first`; those before the stream are zeros.
            self._held = np.zeros(self._half - 1, np.float32)
            self._first = 1 - self._half
            self._seen = 0
            self._next = 0

    def push(self, pcm: bytes) -> bytes:
        """What can be told so far. Half a sample at the end waits for its other half."""
        pcm = self._odd + pcm
        self._odd = pcm[len(pcm) & ~1 :]
        pcm = pcm[: len(pcm) & ~1]
        if self._same:
            return pcm
        samples = np.frombuffer(pcm, "<i2").astype(np.float32)
        self._seen += len(samples)
        return self._take(samples, limit=None)

    def flush(self) -> bytes:
        """The rest, as if silence followed. In all, as many samples as the input's duration asks for."""
        if self._same:
            return b""
        return self._take(np.zeros(self._half, np.float32), limit=-(-self._seen * self._up // self._down))

    def _take(self, samples: Floats, limit: int | None) -> bytes:
        self._held = np.concatenate((self._held, samples))
        # Output n needs the inputs up to floor(n · down / up) + half.
        known = self._first + len(self._held) - self._half
        stop = max(self._next, -(-known * self._up // self._down))
        if limit is not None:
            stop = min(stop, limit)
        if stop <= self._next:
            return b""
        position = np.arange(self._next, stop) * self._down
        start = position // self._up - self._half + 1 - self._first
        windows = np.lib.stride_tricks.sliding_window_view(self._held, 2 * self._half)[start]
        out = np.einsum("nk,nk->n", windows, self._kernel[position % self._up])
        self._next = stop
        used = stop * self._down // self._up - self._half + 1 - self._first
        self._held = self._held[max(0, used) :]
        self._first += max(0, used)
        result: bytes = np.clip(np.rint(out), -32_768, 32_767).astype("<i2").tobytes()
        return result


def resample(pcm: bytes, source: int, target: int) -> bytes:
    """A whole piece at once."""
    stream = Resampler(source, target)
    second = source * 2
    parts = [stream.push(pcm[at : at + second]) for at in range(0, len(pcm), second)]
    return b"".join((*parts, stream.flush()))
