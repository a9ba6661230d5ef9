"""The variables of a call: given, empty, or not given."""

from collections.abc import Mapping

from ringfence.core.agent.answers import Answer, Text
from ringfence.core.agent.interpret import Value
from ringfence.core.agent.spoken import spoken
from ringfence.core.call import Given, Variable
from ringfence.voice.dialogue.line import Line


class Captured:
    """Values by name, each written down as soon as it is known. What is free text rests only where words may."""

    def __init__(self, line: Line, answers: Mapping[str, Answer]) -> None:
        self._line = line
        self._answers = answers
        self._values: dict[str, Value] = {}
        self._empty: set[str] = set()

    def give(self, name: str, value: Value) -> None:
        self._values[name] = value
        self._empty.discard(name)
        self._write(name)

    def empty(self, name: str) -> None:
        """Asked for, and answered with nothing."""
        self._values.pop(name, None)
        self._empty.add(name)
        self._write(name)

    def key(self, name: str) -> str:
        """A value as a branch names it."""
        value = self._values.get(name)
        return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value or "")

    def spoken(self) -> dict[str, str]:
        """Each value as it is said aloud."""
        today = self._line.setup.today
        return {name: spoken(self._answers[name], value, today) for name, value in self._values.items()}

    def known(self) -> dict[str, Value]:
        return dict(self._values)

    def close(self) -> None:
        """Write all of them once more: those that nobody gave, and free text that may not rest after all."""
        for name in self._answers:
            self._write(name)

    def _write(self, name: str) -> None:
        answer = self._answers[name]
        given = (
            Given.GIVEN if name in self._values else Given.EMPTY if name in self._empty else Given.NOT_GIVEN
        )
        hidden = isinstance(answer, Text) and not self._line.words
        value = None if hidden else self._values.get(name)
        self._line.note(Variable(name=name, type=answer.kind, given=given, value=value))
