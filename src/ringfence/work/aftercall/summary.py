"""A summary by extraction: what was asked and answered, in the call's own words. Offline, and never invented.

The first lines come from the captured variables and the outcome; then the caller's most telling sentences, chosen by the
rarity of their words within the call, in the order they were said.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ringfence.vault.blind import words
from ringfence.work.rows import value_text

MOST_SENTENCES: Final = 3
LEAST_WORDS: Final = 3
_SENTENCE: Final = re.compile(r"[^.!?]+[.!?]*")
_OUTCOMES: Final = {
    "finished": "The call came to its end.",
    "caller_hung_up": "The caller hung up.",
    "transferred": "The call was transferred.",
    "no_input": "The caller said nothing more.",
    "not_understood": "The agent could not understand the caller.",
    "voicemail": "A voicemail answered.",
    "time_limit": "The call reached its time limit.",
    "opted_out": "The caller asked not to be called again.",
    "no_answer": "Nobody answered.",
    "interrupted": "The call was interrupted.",
    "failed": "The call failed.",
}


def summarise(
    turns: Sequence[Mapping[str, Any]], variables: Sequence[Mapping[str, Any]], outcome: str | None
) -> str:
    """A few sentences about a call whose words were kept."""
    given = [f"{_label(v['name'])}: {value_text(v['value'])}" for v in variables if v["given"] == "given"]
    lines = [f"{'; '.join(given)}."] if given else []
    texts = [turn["text"] for turn in turns if turn["speaker"] == "caller"]
    said = telling(texts) or ([] if given else list(dict.fromkeys(texts))[:MOST_SENTENCES])
    if said:
        lines.append("The caller said: " + " ".join(f"“{sentence}”" for sentence in said))
    elif not given:
        lines.append("The caller did not say anything that was understood.")
    lines.append(_OUTCOMES.get(outcome or "", ""))
    return " ".join(line for line in lines if line)


def telling(texts: Sequence[str]) -> list[str]:
    """The most telling sentences, in the order they were said."""
    sentences = [s.strip() for text in texts for s in _SENTENCE.findall(text)]
    sentences = [s for s in dict.fromkeys(sentences) if len(words(s)) >= LEAST_WORDS]
    counts = Counter(word for sentence in sentences for word in words(sentence))
    ranked = sorted(range(len(sentences)), key=lambda n: -sum(1 / counts[w] for w in words(sentences[n])))
    return [sentences[n] for n in sorted(ranked[:MOST_SENTENCES])]


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
