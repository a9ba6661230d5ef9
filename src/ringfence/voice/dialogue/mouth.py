"""What the agent says, and how much of it was really heard."""

from dataclasses import dataclass

from ringfence.core.call import Speaker, Turn
from ringfence.voice.dialogue.commands import Say
from ringfence.voice.dialogue.events import Played


@dataclass(slots=True)
class Utterance:
    """One stretch of speech. `firm` may not be interrupted; `open` goes on in a later piece."""

    number: int
    text: str
    firm: bool
    open: bool
    chars: int = 0
    start_s: float | None = None
    cut: bool = False
    done: bool = False

    @property
    def heard(self) -> str:
        """What the caller heard, up to its last whole word."""
        if self.chars >= len(self.text):
            return self.text.strip()
        head = self.text[: self.chars]
        inside = self.text[self.chars].isalnum() and head[-1:].isalnum()
        return (head.rsplit(" ", 1)[0] if inside and " " in head else "" if inside else head).strip()

    @property
    def unheard(self) -> str:
        """What is left of it, from the beginning of the sentence in which it was cut."""
        if self.chars >= len(self.text.rstrip()):
            return ""
        start = max(self.text.rfind(mark, 0, self.chars) for mark in (". ", "! ", "? "))
        return self.text[start + 2 if start >= 0 else 0 :].strip()

    def turn(self, at: float) -> Turn | None:
        """It as a turn of the transcript; None if nothing of it was heard."""
        if not self.heard:
            return None
        start = min(at, at if self.start_s is None else max(0.0, self.start_s))
        interrupted = self.chars < len(self.text.rstrip())
        return Turn(speaker=Speaker.AGENT, text=self.heard, start_s=start, end_s=at, interrupted=interrupted)


class Mouth:
    """The utterances of a call."""

    def __init__(self) -> None:
        self._all: dict[int, Utterance] = {}
        self._under_way: list[Utterance] = []
        self._cut: list[Utterance] = []

    @property
    def speaking(self) -> bool:
        """Something is still to be heard."""
        return bool(self._under_way)

    @property
    def firm(self) -> bool:
        """What is being said may not be interrupted."""
        return any(u.firm for u in self._under_way)

    @property
    def left(self) -> int:
        """Characters still to be heard."""
        return sum(max(0, len(u.text) - u.chars) for u in self._under_way)

    def say(self, text: str, *, firm: bool = False, more: bool = False) -> Say:
        """A new utterance. What was cut off before is over with that."""
        number = len(self._all) + 1
        utterance = Utterance(number, text, firm, more)
        self._all[number] = utterance
        self._under_way.append(utterance)
        self._cut.clear()
        return Say(utterance=number, text=text, more=more)

    def go_on(self, number: int, text: str, *, more: bool) -> Say | None:
        """The next piece of an open utterance; None if it was cut off meanwhile."""
        utterance = self._all[number]
        if utterance.cut or utterance.done or not utterance.open:
            return None
        utterance.text += text
        utterance.open = more
        return Say(utterance=number, text=text, more=more)

    def played(self, event: Played) -> Utterance | None:
        """Take note of progress. Returns the utterance if it ended with this."""
        utterance = self._all.get(event.utterance)
        if utterance is None or utterance.done:
            return None
        utterance.chars = max(utterance.chars, min(event.chars, len(utterance.text)))
        utterance.start_s = event.start_s
        if not event.done or (utterance.open and not utterance.cut):
            return None
        utterance.done = True
        self._under_way = [u for u in self._under_way if u is not utterance]
        return utterance

    def cut(self) -> None:
        """Everything under way was stopped; what became of it arrives as `Played`."""
        for utterance in self._under_way:
            utterance.cut = True
        self._cut += self._under_way
        self._under_way = []

    def unheard(self) -> str:
        """What was cut off and never heard."""
        return " ".join(rest for u in self._cut if (rest := u.unheard))

    def forget_cut(self) -> None:
        """What was cut off does not come back."""
        self._cut.clear()

    def heard(self, number: int) -> str:
        """What the caller heard of an utterance so far."""
        return self._all[number].heard

    def said(self, number: int) -> str:
        """An utterance for the model's memory: what was heard of it, or all of it while it is still under way."""
        utterance = self._all[number]
        return utterance.heard if utterance.done or utterance.cut else utterance.text.strip()

    def whole(self, number: int) -> bool:
        """Whether an utterance was heard from beginning to end."""
        utterance = self._all[number]
        return utterance.done and utterance.chars >= len(utterance.text.rstrip())

    def unfinished(self) -> list[Utterance]:
        """Utterances whose end was never reported; they end now."""
        rest = [u for u in self._all.values() if not u.done]
        for utterance in rest:
            utterance.done = True
        self._under_way = []
        return rest
