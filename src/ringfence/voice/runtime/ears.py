"""One call's ears: frames to windows for the activity model, its answers to moments, and audio to the recogniser."""

from collections import deque
from typing import Final

import numpy as np

from ringfence.core.g711 import decode
from ringfence.voice.speech.ports import SttStream, Vad, VadStream
from ringfence.voice.speech.vad.endpoint import Endpointer, Offset, Onset

PREROLL_S: Final = 0.4
DEFAULT_END_SILENCE_S: Final = 0.7
FAINT: Final = 0.05  # of the level of speech: 26 dB below it
FORGET: Final = 0.995  # a window: a loud moment counts for about six seconds


class Ears:
    """Feeds a `VadStream`, remembers a little of what came before speech, and passes speech on to a recogniser."""

    def __init__(self, vad: Vad, rate: int) -> None:
        self.stream: VadStream = vad.open()
        self.endpointer = Endpointer(window_s=self.stream.window / rate, end_silence_s=DEFAULT_END_SILENCE_S)
        self.stt: SttStream | None = None
        self.seconds = 0.0  # of audio given to recognisers
        self._rate = rate
        self._bytes = self.stream.window * 2
        self._pending = bytearray()
        self._answered = 0  # windows judged so far
        self._levels: deque[float] = deque()  # of windows that are not judged yet
        self._loud = 0.0
        self._recent: deque[bytes] = deque()
        self._recent_bytes = 0

    def hear(self, ulaw: bytes) -> None:
        """A frame of the caller."""
        pcm = decode(ulaw)
        if self.stt is not None:
            self.stt.push(pcm)
            self.seconds += len(ulaw) / self._rate
        self._recent.append(pcm)
        self._recent_bytes += len(pcm)
        while self._recent_bytes > PREROLL_S * self._rate * 2:
            self._recent_bytes -= len(self._recent.popleft())
        self._pending += pcm
        while len(self._pending) >= self._bytes:
            window = bytes(self._pending[: self._bytes])
            self._levels.append(float(np.abs(np.frombuffer(window, "<i2")).mean()))
            self.stream.feed(window)
            del self._pending[: self._bytes]

    def judge(self, probability: float) -> Onset | Offset | None:
        """The model's answer to the oldest window it had not answered."""
        at = self._answered * self.stream.window / self._rate
        self._answered += 1
        level = self._levels.popleft()
        self._loud = max(level, self._loud * FORGET) if self.endpointer.speaking else level
        return self.endpointer.push(at, probability, faint=level < self._loud * FAINT)

    def listen(self, stt: SttStream) -> None:
        """Give a recogniser what was heard just now, and all that follows."""
        self.stt = stt
        for pcm in self._recent:
            stt.push(pcm)
        self.seconds += self._recent_bytes / 2 / self._rate

    def stop(self) -> SttStream | None:
        """Take the recogniser away."""
        stt, self.stt = self.stt, None
        return stt

    def close(self) -> None:
        self.stream.close()
