"""Spoken English as plain words, and numbers among them."""

# ruff: noqa: PLR2004, SIM905 -- the numbers are those of clocks and of English; lists of words read best as words.

import re
import unicodedata

UNITS = {
    w: n
    for n, w in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    w: 10 * n for n, w in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), start=2)
}
ORDINALS = {
    w: n
    for n, w in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        start=1,
    )
} | {"thirtieth": 30}
_SCALES = {"thousand": 1000, "million": 1_000_000}
_FILLERS = frozenset({"um", "uh", "uhm", "er", "erm", "hmm", "please"})
_SHORT = re.compile(r"\b([ap])\.?\s?m\b\.?")


def plain(text: str) -> list[str]:
    """`text` as lower-case words without punctuation or fillers. `:`, `/`, `@` and `.` stay inside numbers and addresses.

    Apostrophes vanish ("don't" is "dont"), "p.m." is "pm", "twenty-three" is two words, "1,250" is "1250".
    """
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    text = _SHORT.sub(r"\1m ", text)
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text).replace("'", "")
    text = re.sub(r"(?<=\d)([ap]m)\b", r" \1", text)
    raw = re.findall(r"\+|\d+(?:[:/.\-]\d+)*(?:st|nd|rd|th)?\b|[^\W\d_]+", text)
    return [w for part in raw for w in _split(part) if w not in _FILLERS]


def _split(part: str) -> list[str]:
    return part.split("_")


def whole(words: list[str]) -> int | None:
    """The whole number that `words` spell, all of them: "two hundred and five", "twenty three", "1250"."""
    if not words:
        return None
    if len(words) == 1 and words[0].isascii() and words[0].isdigit():
        return int(words[0]) if len(words[0]) < 13 else None
    total, group, room = 0, 0, 10**9
    for i, word in enumerate(words):
        if word == "and" and 0 < i < len(words) - 1 and words[i - 1] in {"hundred", "thousand"}:
            continue
        if word in _SCALES:
            if not group or _SCALES[word] >= room:
                return None
            total, room, group = total + group * _SCALES[word], _SCALES[word], 0
            continue
        grown = _grow(group, word, fresh=i == 0 or words[i - 1] in {"hundred", "thousand", "million", "and"})
        if grown is None:
            return None
        group = grown
    return total + group


def _grow(group: int, word: str, *, fresh: bool) -> int | None:
    """`group` (below a thousand) with one more word, or None if English does not go on like that."""
    if word == "hundred":
        return (group or 1) * 100 if group < 10 else None
    if word in {"a", "an"}:
        return 1 if group == 0 and fresh else None
    if word in TENS:
        return group + TENS[word] if group % 100 == 0 and fresh else None
    if word in UNITS:
        unit = UNITS[word]
        after_tens = group % 100 >= 20 and group % 10 == 0 and 0 < unit < 10
        return group + unit if after_tens or (group % 100 == 0 and fresh) else None
    return None


_NUMERIC = UNITS.keys() | TENS.keys() | _SCALES.keys() | {"hundred"}


def runs(words: list[str]) -> list[list[str]]:
    """The stretches of number words in `words`, each as long as it goes."""
    found: list[list[str]] = []
    here: list[str] = []
    for i, word in enumerate(words):
        following = words[i + 1] if i + 1 < len(words) else ""
        number = word in _NUMERIC or word.isdigit()
        joins = word == "and" and here and here[-1] in {"hundred", "thousand"} and following in _NUMERIC
        starts = word in {"a", "an"} and following in {"hundred", "thousand", "million"}
        if number or joins or starts:
            here.append(word)
        elif here:
            found.append(here)
            here = []
    return [*found, here] if here else found


def ordinal(words: list[str]) -> tuple[int, int] | None:
    """An ordinal that `words` begin with ("twenty first", "3rd", "3") and how many words it took."""
    if not words:
        return None
    if match := re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", words[0]):
        return int(match.group(1)), 1
    if words[0] in TENS and len(words) > 1 and ORDINALS.get(words[1], 99) < 10:
        return TENS[words[0]] + ORDINALS[words[1]], 2
    if words[0] in ORDINALS:
        return ORDINALS[words[0]], 1
    for take in (2, 1):
        if len(words) >= take and (n := whole(words[:take])) is not None and not words[0].isdigit():
            return n, take
    return None


_SMALL = {n: w for w, n in UNITS.items()}
_TEN = {n: w for w, n in TENS.items()}


def spell(number: int) -> str:
    """A whole number of 0..999,999,999 in words."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        return _TEN[number - number % 10] + (f" {_SMALL[number % 10]}" if number % 10 else "")
    for size, name in ((1_000_000, "million"), (1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            return f"{spell(number // size)} {name}" + (f" {spell(rest)}" if rest else "")
    raise AssertionError
