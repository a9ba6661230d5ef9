"""Whole numbers as people write them into a form."""

import re
from typing import Final

_WHOLE: Final = re.compile(
    r"[0-9]{1,9}"
)  # `isdigit` takes "²" for one, and `int` breaks on thousands of nines


def whole(text: str) -> int | None:
    """The number, below a thousand million; None for whatever else."""
    text = text.strip()
    return int(text) if _WHOLE.fullmatch(text) else None
