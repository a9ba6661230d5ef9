"""YAML as plain data with the place of every value, refusing what a definition never needs.

Aliases (an "alias bomb" grows without end), tags (they make objects), several documents, repeated keys, deep
nesting and huge files are refused. Plain scalars follow the core schema of YAML 1.2.2 (section 10.3), not 1.1:
`yes`, `no`, `on` and `12:30` are text.
"""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from ringfence.core.agent.problems import DefinitionError, Path, Problem, spell

LARGEST = 256 * 1024  # characters
DEEPEST = 12
MOST_VALUES = 20_000

# What no name or sentence has, and no database takes: controls but for tab and line ends, and halves of characters.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})\.[0-9]{1,17}")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(slots=True)
class Source:
    """The data and where each value of it, by path, begins: line and column from 1. Keys have places, too."""

    data: Any = None
    places: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path) -> tuple[int, int]:
        """Where the value at `path` begins, or the nearest value around it."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))

    def problem(self, path: Path, reason: str, *, at_key: bool = False) -> Problem:
        """A problem with the value at `path`, or with its key."""
        line, column = self.keys[path] if at_key and path in self.keys else self.place(path)
        return Problem(line, column, spell(path), reason)


def read(text: str) -> Source:
    """Read one YAML document. Raises DefinitionError with the first problem's place."""
    if len(text) > LARGEST:
        raise DefinitionError((Problem(1, 1, "", f"is too long: at most {LARGEST // 1024} KB"),))
    builder = _Builder()
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = f"is not YAML: {error.problem or error.context}"
        raise DefinitionError((Problem(line, column, "", reason),)) from error
    except yaml.YAMLError as error:
        raise DefinitionError((Problem(1, 1, "", "holds characters that YAML does not allow"),)) from error
    except UnicodeEncodeError as error:
        raise DefinitionError((Problem(1, 1, "", "holds characters that are no text"),)) from error
    return builder.source


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being filled; `key` is what the next value belongs to."""

    value: list[Any] | dict[str, Any]
    path: Path
    key: str | None = None


class _Builder:
    """Turns parser events into data without recursion."""

    def __init__(self) -> None:
        self.source = Source()
        self._open: list[_Open] = []
        self._values = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.AliasEvent):
            self._refuse(event, "refers to another place with '*'; write it out")
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._refuse(event, "is a second document; keep one per file")
        if isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        if isinstance(event, yaml.NodeEvent) and not isinstance(event, yaml.AliasEvent):
            self._guard(event)
            self._node(event)

    def _guard(self, event: yaml.NodeEvent) -> None:
        self._values += 1
        if self._values > MOST_VALUES:
            self._refuse(event, "is too much: too many values")
        if len(self._open) > DEEPEST:
            self._refuse(event, "is nested too deeply")
        if event.anchor:
            self._refuse(event, "names a place with '&'; leave it out")
        if _NO_TEXT.search(str(getattr(event, "value", ""))):
            self._refuse(event, "holds a character that is no text")
        if getattr(event, "tag", None):
            self._refuse(event, "carries a tag with '!'; leave it out")

    def _node(self, event: yaml.NodeEvent) -> None:
        top = self._open[-1] if self._open else None
        if top and isinstance(top.value, dict) and top.key is None:
            self._key(event, top, top.value)
            return
        path: Path = ()
        if top:
            path = (*top.path, len(top.value) if isinstance(top.value, list) else top.key or "")
        value = self._value(event)
        self.source.places[path] = _place(event)
        if top is None:
            self.source.data = value
        elif isinstance(top.value, list):
            top.value.append(value)
        else:
            top.value[top.key or ""], top.key = value, None
        if isinstance(value, list | dict):
            self._open.append(_Open(value, path))

    def _key(self, event: yaml.NodeEvent, top: _Open, value: dict[str, Any]) -> None:
        if not isinstance(event, yaml.ScalarEvent) or event.value == "":
            self._refuse(event, "has a key that is not a plain word")
        else:
            if event.value in value:
                self._refuse(event, f"says '{event.value[:40]}' twice")
            top.key = event.value
            self.source.keys[*top.path, top.key] = _place(event)

    @staticmethod
    def _value(event: yaml.NodeEvent) -> object:
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        if isinstance(event, yaml.MappingStartEvent):
            return {}
        text = str(getattr(event, "value", ""))
        if getattr(event, "style", None) not in {None, ""}:
            return text
        if text.lower() in _WORDS:
            return _WORDS[text.lower()]
        if _INT.fullmatch(text):
            return int(text)
        return float(text) if _FLOAT.fullmatch(text) else text

    def _refuse(self, event: yaml.Event, reason: str) -> None:
        path = self._open[-1].path if self._open else ()
        raise DefinitionError((Problem(*_place(event), spell(path), reason),))


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
