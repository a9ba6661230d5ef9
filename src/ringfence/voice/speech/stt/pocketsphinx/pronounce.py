"""How a word sounds that no dictionary has: rough rules from letters to phones, longest spelling first.

Names of products and places in a customer's options are often such words. The rules get common English spellings
right and the rest nearly; a recogniser that compares whole words forgives much.
"""

_SOUNDS = {
    "tion": "SH AH N", "sion": "ZH AH N", "ough": "OW", "augh": "AO", "eigh": "EY",
    "igh": "AY", "tch": "CH", "sch": "SH", "dge": "JH", "air": "EH R", "ear": "IH R", "eer": "IH R", "oor": "AO R",
    "our": "AW R", "ing": "IH NG",
    "ai": "EY", "ar": "AA R", "au": "AO", "aw": "AO", "ay": "EY", "ch": "CH", "ck": "K", "ea": "IY", "ee": "IY",
    "ei": "EY", "er": "ER", "eu": "UW", "ew": "UW", "ey": "IY", "gh": "G", "ie": "IY", "ir": "ER", "kn": "N",
    "ng": "NG", "oa": "OW", "oi": "OY", "oo": "UW", "or": "AO R", "ou": "AW", "ow": "OW", "oy": "OY", "ph": "F",
    "qu": "K W", "sh": "SH", "th": "TH", "ue": "UW", "ui": "UW", "ur": "ER", "wh": "W", "wr": "R", "zz": "Z",
    "a": "AE", "b": "B", "c": "K", "d": "D", "e": "EH", "f": "F", "g": "G", "h": "HH", "i": "IH", "j": "JH", "k": "K",
    "l": "L", "m": "M", "n": "N", "o": "AA", "p": "P", "q": "K", "r": "R", "s": "S", "t": "T", "u": "AH", "v": "V",
    "w": "W", "x": "K S", "y": "IY", "z": "Z",
}  # fmt: skip
_LONGEST = 4
_LONG_VOWEL = {"a": "EY", "e": "IY", "i": "AY", "o": "OW", "u": "UW"}
_SOFT = {"c": "S", "g": "JH"}
_VOWELS = "aeiou"


def pronounce(word: str) -> str:
    """Phones of `word`, separated by spaces; empty if it has no letter of a–z."""
    letters = "".join(c for c in word.casefold() if "a" <= c <= "z")
    phones: list[str] = []
    at = 0
    while at < len(letters):
        spelling = _next(letters, at)
        phones += _sound(letters, at, spelling).split()
        at += len(spelling)
    return " ".join(phone for i, phone in enumerate(phones) if i == 0 or phone != phones[i - 1])


def _next(letters: str, at: int) -> str:
    for size in range(_LONGEST, 1, -1):
        if letters[at : at + size] in _SOUNDS and at + size <= len(letters):
            return letters[at : at + size]
    return letters[at]


def _sound(letters: str, at: int, spelling: str) -> str:
    rest = letters[at + 1 :]
    if spelling == "e" and not rest and at > 1:
        return ""  # silent at the end
    magic = rest[1:] == "e" and rest[:1] not in {*_VOWELS, "", "x"}
    if spelling in _LONG_VOWEL and magic:
        return _LONG_VOWEL[spelling]
    if spelling in _SOFT and rest[:1] in {"e", "i", "y"}:
        return _SOFT[spelling]
    if spelling == "y" and at == 0:
        return "Y"
    return _SOUNDS[spelling]
