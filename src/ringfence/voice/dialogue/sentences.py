"""Streamed words, cut into sentences as they come, so that speech starts before the answer is complete."""

import re

_END = re.compile(r"[.!?…]+[\"')\]]*\s+|\n+|[:;]\s+(?=.{0,0})")
_MARKUP = re.compile(r"[*_`#>|]+|^\s*[-•]\s+", re.MULTILINE)
_NO_END = re.compile(r"\b(?:dr|mr|mrs|ms|st|vs|e\.g|i\.e|no|[a-z])\.\s+$", re.IGNORECASE)
LONG = 240  # characters after which a comma or a space has to do


class Sentences:
    """Push pieces; take whole sentences."""

    def __init__(self) -> None:
        self._rest = ""

    def push(self, piece: str) -> list[str]:
        """The sentences that `piece` completed, each with the space that follows it."""
        self._rest += piece
        out = []
        while cut := self._cut():
            sentence, self._rest = self._rest[:cut], self._rest[cut:]
            if said := clean(sentence):
                out.append(f"{said} ")
        return out

    def flush(self) -> str:
        """What is left, complete or not."""
        rest, self._rest = clean(self._rest), ""
        return rest

    def _cut(self) -> int:
        for match in _END.finditer(self._rest):
            if not _NO_END.search(self._rest[: match.end()]):
                return match.end()
        if len(self._rest) > LONG:
            return (self._rest.rfind(", ", 0, LONG) + 1 or self._rest.rfind(" ", 0, LONG) + 1) or LONG
        return 0


def clean(text: str) -> str:
    """`text` without markup and line breaks, as a voice should read it."""
    return " ".join(_MARKUP.sub(" ", text).split())
