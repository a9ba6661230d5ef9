"""How telephone numbers are shown."""

from typing import Final

VISIBLE: Final = 2


def masked(number: str | None) -> str | None:
    """A number with all but its country and last digits hidden: +1 … 00."""
    if not number:
        return number
    if not number.startswith("+"):
        return "…"
    return f"{number[:2]}{'•' * max(0, len(number) - 2 - VISIBLE)}{number[-VISIBLE:]}"
