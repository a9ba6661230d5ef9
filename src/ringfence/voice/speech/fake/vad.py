"""Voice activity by loudness alone, without a model."""

import numpy as np

from ringfence.core.errors import BadInput
from ringfence.voice.speech.ports import VadStream

_LOUD = 500.0  # root mean square of 16-bit samples; about -36 dB of full scale


class _Stream:
    def __init__(self, vad: "LevelVad", window: int) -> None:
        self._vad = vad
        self.window = window
        self.closed = False

    def feed(self, window: bytes) -> None:
        if len(window) != self.window * 2:
            raise BadInput(f"a window has {self.window} samples of 16 bits, not {len(window)} bytes")
        self._vad.take(self, window)

    def close(self) -> None:
        self.closed = True


class LevelVad:
    """The port `Vad`: what is louder than -36 dB of full scale is speech, with probability 0.98, else 0.02."""

    def __init__(self, rate: int = 8_000) -> None:
        self.rate = rate
        self._pending: list[tuple[_Stream, bytes]] = []

    def open(self) -> VadStream:
        return _Stream(self, self.rate * 32 // 1_000)

    def tick(self) -> list[tuple[VadStream, float]]:
        pending, self._pending = self._pending, []
        return [(stream, self._judge(window)) for stream, window in pending if not stream.closed]

    def take(self, stream: _Stream, window: bytes) -> None:
        """Queue a window (for the stream's use)."""
        if stream.closed:
            raise BadInput("the stream is closed")
        self._pending.append((stream, window))

    def _judge(self, window: bytes) -> float:
        samples = np.frombuffer(window, "<i2").astype(np.float32)
        return 0.98 if float(np.sqrt(np.mean(samples * samples))) > _LOUD else 0.02
