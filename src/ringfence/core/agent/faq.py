"""Which entry of an agent's FAQ a question means, if any."""
# ruff: noqa: SIM905 -- a list of words reads best as words

from collections.abc import Sequence

from ringfence.core.agent.steps import Faq
from ringfence.core.agent.words import plain

_COMMON = frozenset(
    "a an the is are am do does did you your yours i me my we our us it its in on at of to for and or can could would "
    "will what when where which who how please tell have has there that this be get find know want like id".split()
)
_ENOUGH = 0.6


def phrases(entries: Sequence[Faq]) -> tuple[str, ...]:
    """All the ways of asking, for a closed recogniser."""
    return tuple(phrase for entry in entries for phrase in entry.ask)


def find(entries: Sequence[Faq], text: str) -> Faq | None:
    """The one entry that `text` asks for: by a whole phrase, or by most of its telling words."""
    words = plain(text)
    said = f" {' '.join(words)} "
    telling = _telling(words)
    scored: list[tuple[float, int]] = []
    for i, entry in enumerate(entries):
        score = 0.0
        for phrase in entry.ask:
            wanted = plain(phrase)
            if wanted and f" {' '.join(wanted)} " in said:
                score = max(score, 1.0 + len(wanted))
            elif (core := _telling(wanted)) and telling:
                score = max(score, len(core & telling) / len(core | telling))
        scored.append((score, i))
    best = sorted(scored, reverse=True)[:2]
    if not best or best[0][0] < _ENOUGH or (len(best) > 1 and best[0][0] == best[1][0]):
        return None
    return entries[best[0][1]]


def _telling(words: list[str]) -> frozenset[str]:
    return frozenset(w.rstrip("s") for w in words if w not in _COMMON)
