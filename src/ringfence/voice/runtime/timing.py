"""What each answer of the agent took, and what a call used up."""

from dataclasses import dataclass, field

from ringfence.core.call import TurnTiming


@dataclass(slots=True)
class TurnClock:
    """Follows one answer from the end of the caller's speech to the agent's first audio. Seconds of the call."""

    ended: float | None = None
    wait_s: float = 0.0
    stt_s: float | None = None
    llm_s: float | None = None
    tts_s: float | None = None
    done: list[TurnTiming] = field(default_factory=list)

    def speech_ended(self, at: float, silence_s: float) -> None:
        self.ended, self.wait_s = at, silence_s
        self.stt_s = self.llm_s = self.tts_s = None

    def answered(self, at: float) -> None:
        """The agent's first audio after the caller's turn."""
        if self.ended is None:
            return
        self.done.append(
            TurnTiming(
                at_s=round(self.ended, 3),
                response_ms=round((at - self.ended) * 1000, 1),
                wait_ms=round(self.wait_s * 1000, 1),
                stt_ms=_ms(self.stt_s),
                llm_ms=_ms(self.llm_s),
                tts_ms=_ms(self.tts_s),
            )
        )
        self.ended = None


@dataclass(slots=True)
class Costs:
    """Units used, by name."""

    units: dict[str, float] = field(default_factory=dict)

    def add(self, name: str, count: float) -> None:
        if count:
            self.units[name] = round(self.units.get(name, 0.0) + count, 3)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 1)
