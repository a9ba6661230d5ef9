"""Probabilities in, moments out: when the caller began to speak, and when they fell silent. Pure.

Two thresholds (hysteresis): speech begins at or above `start` and only goes on falling silent below `stop`, so
that a probability that wavers between them changes nothing. A burst shorter than `min_speech_s` (a click, a
cough) is no speech.

A model's probability falls some windows after the voice did. Windows that were faint beside the speech before them, right
up to where the model agrees, were silence already: the silence counts from the first of them, so that nobody waits for the lag.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """How sure is sure. Seconds and probabilities; the defaults suit Silero on telephone speech."""

    start: float = 0.5
    stop: float = 0.35
    min_speech_s: float = 0.096
    lag_s: float = 0.16  # how far back silence is believed to have begun


@dataclass(frozen=True, slots=True)
class Onset:
    """Speech began at second `at`; known `min_speech_s` later."""

    at: float


@dataclass(frozen=True, slots=True)
class Offset:
    """Speech ended at second `at`, and silence has lasted `silence_s` since."""

    at: float
    silence_s: float


class Endpointer:
    """One stream's ear. `end_silence_s` may be changed at any time; it counts from the next window."""

    def __init__(
        self, *, window_s: float, end_silence_s: float, thresholds: Thresholds | None = None
    ) -> None:
        self.end_silence_s = end_silence_s
        self._window_s = window_s
        self._limits = thresholds or Thresholds()
        self._speaking = False
        self._burst: float | None = None  # start of what may become speech
        self._silent: float | None = None  # start of the silence within speech
        self._faint: float | None = None  # start of the faint windows that lead here

    @property
    def speaking(self) -> bool:
        """Between an `Onset` and its `Offset`."""
        return self._speaking

    def silent_for(self, now: float) -> float:
        """Seconds of silence up to `now` within speech that has not been closed; 0 while the caller speaks."""
        return 0.0 if self._silent is None else max(0.0, now - self._silent)

    def push(self, at: float, probability: float, *, faint: bool = False) -> Onset | Offset | None:
        """Take the window that begins at second `at`; windows come in order, gaps between them are allowed.

        `faint`: it is far below the level of the speech before it.
        """
        if not faint:
            self._faint = None
        elif self._faint is None:
            self._faint = at
        return self._during(at, probability) if self._speaking else self._before(at, probability)

    def reset(self) -> None:
        """Forget all: what comes next is judged as if the stream began."""
        self._speaking = False
        self._burst = self._silent = self._faint = None

    def _before(self, at: float, probability: float) -> Onset | None:
        if probability < self._limits.start and (self._burst is None or probability < self._limits.stop):
            self._burst = None
            return None
        if self._burst is None:
            self._burst = at
        if at + self._window_s - self._burst < self._limits.min_speech_s - 1e-9:
            return None
        began, self._burst = self._burst, None
        self._speaking, self._silent = True, None
        return Onset(began)

    def _during(self, at: float, probability: float) -> Offset | None:
        if probability >= self._limits.stop:
            if probability >= self._limits.start or self._silent is None:
                self._silent = None
                return None
        elif self._silent is None:
            self._silent = at if self._faint is None else max(self._faint, at - self._limits.lag_s)
        ended = self._silent
        silence = at + self._window_s - ended
        if silence < self.end_silence_s - 1e-9:
            return None
        self._speaking, self._silent = False, None
        return Offset(ended, silence)
