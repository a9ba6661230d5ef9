"""Variables in spoken text: `{{name}}` stands for what the caller gave."""

import re
from collections.abc import Mapping

NAME = r"[a-z][a-z0-9_]{0,39}"
_SLOT = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")


def slots(text: str) -> tuple[str, ...]:
    """What stands between double braces in `text`, in order, whether or not it is a name."""
    return tuple(m.group(1) for m in _SLOT.finditer(text))


def fill(text: str, spoken: Mapping[str, str]) -> str:
    """`text` with each `{{name}}` replaced from `spoken`; a name that is not there becomes nothing."""
    return " ".join(_SLOT.sub(lambda m: spoken.get(m.group(1), ""), text).split())
