"""What is wrong with a definition, in words for the person who writes it.

BadInput
└── DefinitionError   one or more problems, each with its place
"""

from dataclasses import dataclass
from typing import Any

from ringfence.core.errors import BadInput

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. Lines and columns count from 1; `path` reads like `steps[2].answer`, empty for the whole."""

    line: int
    column: int
    path: str
    reason: str

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"line {self.line}, column {self.column}: {place}{self.reason}"


class DefinitionError(BadInput):
    """An agent definition that cannot be used; correct the places named and try again."""

    code = "bad_definition"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(str, problems)))


def spell(path: Path) -> str:
    """`("steps", 2, "answer")` as `steps[2].answer`."""
    out = ""
    for part in path:
        out += f"[{part}]" if isinstance(part, int) else f".{part}" if out else part
    return out


_REASONS = {
    "missing": "is needed here and missing",
    "string_type": "should be text; put it in quotes",
    "int_type": "should be a whole number",
    "int_parsing": "should be a whole number",
    "int_from_float": "should be a whole number",
    "float_type": "should be a number",
    "float_parsing": "should be a number",
    "bool_type": "should be true or false",
    "bool_parsing": "should be true or false",
    "tuple_type": "should be a list",
    "dict_type": "should be a mapping of names to values",
    "model_type": "should be a mapping of names to values",
    "model_attributes_type": "should be a mapping of names to values",
    "literal_error": "should be {expected}",
    "enum": "should be {expected}",
    "union_tag_invalid": "'{tag}' is not one of {expected_tags}",
    "union_tag_not_found": "needs a 'kind'",
    "string_too_short": "should have at least {min_length} characters",
    "string_too_long": "should have at most {max_length} characters",
    "too_short": "should have at least {min_length} entries",
    "too_long": "should have at most {max_length} entries",
    "greater_than_equal": "should be at least {ge}",
    "less_than_equal": "should be at most {le}",
    "greater_than": "should be more than {gt}",
    "extra_forbidden": "is not known here",
    "value_error": "{error}",
}


def in_plain_words(kind: str, context: dict[str, Any], fallback: str) -> str:
    """A validation error's type and context as a sentence's end: "should be at least 1"."""
    pattern = _REASONS.get(kind)
    return fallback[:1].lower() + fallback[1:] if pattern is None else pattern.format(**context)
