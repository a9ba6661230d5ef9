"""All streams of a process through one network: what was fed since the last tick goes in as one batch."""

from typing import Any

import numpy as np
import webrtcvad

from ringfence.core.errors import BadInput
from ringfence.voice.speech.ports import VadStream
from ringfence.voice.speech.vad.silero.model import STATE, Model

# A stream is in silence once the model has said so for this long; only then may the gate answer for it.
QUIET_WINDOWS = 8
QUIET_BELOW = 0.15

# webrtcvad takes 10, 20 or 30 ms: the first 30 of a window's 32. Its least aggressive mode lets most through.
GATE_S = 0.030
GATE_MODE = 0


class _Stream:
    __slots__ = ("_vad", "gate", "quiet", "round", "slot", "tail", "window")

    def __init__(self, vad: "SileroVad", slot: int, gate: Any, window: int, tail: bytes) -> None:
        self._vad = vad
        self.slot = slot
        self.gate = gate
        self.window = window
        self.tail = tail  # the context of the next window
        self.quiet = QUIET_WINDOWS  # a call begins in silence
        self.round = -1

    def feed(self, window: bytes) -> None:
        """Hand in `window` samples, 16-bit; they are answered by the next tick."""
        if len(window) != self.window * 2:
            raise BadInput(f"a window has {self.window} samples of 16 bits, not {len(window)} bytes")
        self._vad.take(self, window)

    def close(self) -> None:
        self._vad.release(self)


class SileroVad:
    """The port `Vad` over Silero. `gate=False` shows every window to the model. Not shared between threads.

    `windows` and `runs` count what was fed and what reached the model.
    """

    def __init__(self, rate: int = 8_000, *, gate: bool = True, model: Model | None = None) -> None:
        self._model = model or Model(rate)
        self.rate = self._model.rate
        self.windows = 0
        self.runs = 0
        self._gated = gate
        self._gate_bytes = int(self.rate * GATE_S) * 2
        self._silence = bytes(self._model.context * 2)
        self._pending: list[tuple[_Stream, bytes]] = []
        self._free: list[int] = []
        self._round = 0
        self._states = np.zeros((2, 0, STATE), np.float32)
        self._reserve(16)

    def open(self) -> VadStream:
        if not self._free:
            self._reserve(self._states.shape[1] * 2)
        slot = self._free.pop()
        self._states[:, slot] = 0.0
        gate = webrtcvad.Vad(GATE_MODE) if self._gated else None
        return _Stream(self, slot, gate, self._model.window, self._silence)

    def tick(self) -> list[tuple[VadStream, float]]:
        """Answer all that was fed since the last tick. Streams that fed several windows get one run for each."""
        results: list[tuple[VadStream, float]] = []
        pending, self._pending = self._pending, []
        while pending:
            pending = self._answer(pending, results)
        return results

    def take(self, stream: _Stream, window: bytes) -> None:
        """Queue a window (for the stream's use)."""
        if stream.slot < 0:
            raise BadInput("the stream is closed")
        self._pending.append((stream, window))

    def release(self, stream: _Stream) -> None:
        """Give a stream's place to the next; what it fed and was not yet answered is dropped."""
        if stream.slot >= 0:
            self._free.append(stream.slot)
            stream.slot = -1

    def _answer(
        self, pending: list[tuple[_Stream, bytes]], results: list[tuple[VadStream, float]]
    ) -> list[tuple[_Stream, bytes]]:
        """One window of every stream; returns what has to wait for the next round."""
        self._round += 1
        later: list[tuple[_Stream, bytes]] = []
        batch: list[_Stream] = []
        parts: list[bytes] = []
        for entry in pending:
            stream, window = entry
            if stream.slot < 0:
                continue
            if stream.round == self._round:
                later.append(entry)
                continue
            stream.round = self._round
            self.windows += 1
            if self._silent(stream, window):
                stream.tail = window[-len(self._silence) :]
                results.append((stream, 0.0))
                continue
            batch.append(stream)
            parts += (stream.tail, window)
            stream.tail = window[-len(self._silence) :]
        if batch:
            self._run(batch, b"".join(parts), results)
        return later

    def _silent(self, stream: _Stream, window: bytes) -> bool:
        """Whether the gate answers for the model: the stream is in silence, and nothing in this window speaks."""
        if stream.gate is None:
            return False
        speech: bool = stream.gate.is_speech(window[: self._gate_bytes], self.rate)
        return not speech and stream.quiet >= QUIET_WINDOWS

    def _run(self, batch: list[_Stream], audio: bytes, results: list[tuple[VadStream, float]]) -> None:
        count = len(batch)
        self.runs += count
        rows = self._audio[:count]
        np.multiply(np.frombuffer(audio, "<i2").reshape(count, -1), np.float32(1 / 32_768), out=rows)
        slots = [stream.slot for stream in batch]
        probabilities, after = self._model.run(rows, self._states[:, slots])
        self._states[:, slots] = after
        for stream, probability in zip(batch, probabilities.tolist(), strict=True):
            stream.quiet = stream.quiet + 1 if probability < QUIET_BELOW else 0
            results.append((stream, probability))

    def _reserve(self, capacity: int) -> None:
        """Room for `capacity` streams; those that are open keep their places."""
        states = np.zeros((2, capacity, STATE), np.float32)
        have = self._states.shape[1]
        states[:, :have] = self._states
        self._states = states
        self._audio = np.zeros((capacity, self._model.context + self._model.window), np.float32)
        self._free += range(capacity - 1, have - 1, -1)
