"""Strings of digits, and telephone numbers, as people say them."""

# ruff: noqa: PLR2004 -- the numbers are those of clocks and of English; lists of words read best as words.

import phonenumbers

from ringfence.core.agent.words import TENS, UNITS, plain

_DIGIT = {w: str(n) for w, n in UNITS.items() if n < 10} | {"oh": "0", "o": "0", "nought": "0"}
_TIMES = {"double": 2, "triple": 3, "treble": 3}
_BETWEEN = frozenset({"and", "then", "dash", "area", "code"})


def digits(text: str) -> str | None:
    """The one string of digits in `text`; None where there is none, or several, or a word that breaks it."""
    return _only_run(_tokens(plain(text)))


def _tokens(words: list[str]) -> list[str]:
    """Each word as digits, or as the word itself where it means none."""
    out: list[str] = []
    i = 0
    while i < len(words):
        word, following = words[i], words[i + 1] if i + 1 < len(words) else ""
        if word in _TIMES and following in _DIGIT:
            out.append(_DIGIT[following] * _TIMES[word])
            i += 2
        elif word in TENS and 0 < UNITS.get(following, 0) < 10:
            out.append(str(TENS[word] + UNITS[following]))
            i += 2
        elif word in _DIGIT and following == "hundred":
            out.append(_DIGIT[word] + "00")
            i += 2
        else:
            out.append(_one(word))
            i += 1
    return out


def _one(word: str) -> str:
    if word in _DIGIT:
        return _DIGIT[word]
    if word in UNITS:
        return str(UNITS[word])
    if word in TENS:
        return str(TENS[word])
    return word.replace("-", "").replace(".", "") if word[0].isdigit() else word


def _only_run(tokens: list[str]) -> str | None:
    runs: list[str] = []
    here = ""
    for part in tokens:
        if part.isdigit() or (part == "+" and not here):
            here += part
        elif here and part not in _BETWEEN:
            runs.append(here)
            here = ""
    runs += [here] if here else []
    return runs[0] if len(runs) == 1 and runs[0] != "+" else None


def phone(text: str, region: str) -> str | None:
    """The telephone number in `text` as E.164, read as one of `region` unless it starts with "plus"."""
    tokens = _tokens(["+" if w == "plus" else w for w in plain(text)])
    run = _only_run(tokens)
    if run is None:
        return None
    try:
        number = phonenumbers.parse(run, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
