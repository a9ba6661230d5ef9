"""A TOML table that knows on which line each of its keys stands, for errors a person can act on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from ringfence.policy.errors import BadPolicy

T = TypeVar("T")
Word = TypeVar("Word", bound=StrEnum)

_HEADER: Final = re.compile(r"^\[\[?([^\]]+)\]\]?")
_KEY: Final = re.compile(r'^(?:"([^"]+)"|([A-Za-z0-9_-]+))\s*=')


class Lines:
    """Where things stand in a source with one key a line, as the policy and the catalogue are written."""

    def __init__(self, source: str, file: str = "policy.toml") -> None:
        self.file = file
        self._at: dict[tuple[str, int, str | None], int] = {}
        header, seen = "", dict[str, int]()
        for number, text in enumerate(source.splitlines(), 1):
            if match := _HEADER.match(text):
                header = match[1].strip().replace('"', "")
                seen[header] = seen.get(header, -1) + 1
                self._at[header, seen[header], None] = number
            elif match := _KEY.match(text):
                self._at[header, seen.get(header, 0), match[1] or match[2]] = number

    def of(self, header: str, nth: int, key: str | None) -> int:
        """The line of a key; of its table if the key is missing; of the file's beginning if that is, too."""
        return self._at.get((header, nth, key)) or self._at.get((header, nth, None)) or 1


@dataclass(slots=True)
class Table:
    """One table being read. Every key must be taken: `done` complains about what was not."""

    lines: Lines
    header: str
    values: dict[str, Any]
    nth: int = 0
    _left: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self._left = set(self.values)

    def bad(self, key: str | None, reason: str) -> BadPolicy:
        return BadPolicy(self.lines.of(self.header, self.nth, key), reason, self.lines.file)

    def has(self, key: str) -> bool:
        return key in self.values

    def take(self, key: str, kind: type[T]) -> T:
        """The value of a key that must be there and be of this kind."""
        if key not in self.values:
            raise self.bad(None, f"[{self.header}] needs '{key}'.")
        self._left.discard(key)
        value = self.values[key]
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise self.bad(key, f"'{key}' must be {_KINDS[kind]}.")
        return value

    def text(self, key: str) -> str:
        value = self.take(key, str)
        if not value.strip():
            raise self.bad(key, f"'{key}' must not be empty.")
        return value

    def count(self, key: str, most: int) -> int:
        """A whole number from 1 to `most`."""
        value = self.take(key, int)
        if value < 1:
            raise self.bad(key, f"'{key}' must be 1 or more.")
        if value > most:
            raise self.bad(key, f"'{key}' must be {most} or less.")
        return value

    def items(self) -> Iterator[tuple[str, str]]:
        """All remaining keys, each with a text."""
        for key in list(self.values):
            yield key, self.text(key)

    def done(self) -> None:
        for key in self.values:
            if key in self._left:
                raise self.bad(key, f"[{self.header}] has no '{key}'.")


def word(table: Table, key: str, words: type[Word]) -> Word:
    """The value of a key that must be one of a closed list."""
    said = table.text(key)
    if said not in set(words):
        raise table.bad(key, f"{said!r} is not one of: {', '.join(words)}.")
    return words(said)


_KINDS: Final = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    dict: "a table",
    list: "a list",
    date: "a date",
}
