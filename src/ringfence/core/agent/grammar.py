"""Closed grammars for recognisers that need to be told what may be said, in JSGF 1.0.

A grammar accepts what `interpret` understands and little else. A bare grammar takes almost any noise for one of its
words, so each also holds what may be said in the answer's place (`answer.also`), and whoever listens has to weigh
the confidence.
"""

from typing import NewType

from ringfence.core.agent.answers import Answer, Choice, Date, Digits, Number, Phone, Text, Time, YesNo
from ringfence.core.agent.dates import MONTHS, WEEKDAYS
from ringfence.core.agent.interpret import as_words
from ringfence.core.agent.words import ORDINALS, TENS, UNITS

JSGF = NewType("JSGF", str)

_HEADER = "#JSGF V1.0;\ngrammar answer;\n"

_YES = "yes | yeah | yep | yup | yes please | yes i do | yes it is | sure | of course | correct | that's right | okay"
_NO = "no | nope | no thanks | no thank you | not really | i don't | that's wrong | i'd rather not | no it isn't"

_NUMBERS = {
    "unit": " | ".join(w for w, n in UNITS.items() if 0 < n < 10),  # noqa: PLR2004 -- a digit
    "teen": " | ".join(w for w, n in UNITS.items() if n >= 10),  # noqa: PLR2004
    "ten": " | ".join(TENS),
    "below100": "<unit> | <teen> | <ten> [<unit>]",
    "below1000": "<below100> | (a | <unit>) hundred [[and] <below100>]",
    "number": "zero | <below1000> | (a | <below1000>) thousand [[and] <below1000>]",
}
_DIGITS = {
    "digit": "oh | zero | one | two | three | four | five | six | seven | eight | nine",
    "digits": "(<digit> | double <digit> | triple <digit>)+",
}
_DATES = {
    "weekday": " | ".join(WEEKDAYS),
    "month": " | ".join(MONTHS),
    "ordinal": " | ".join([*ORDINALS, "(twenty | thirty) first"]
                          + [f"twenty {w}" for w, n in ORDINALS.items() if 1 < n < 10]),  # noqa: PLR2004
    "year": "two thousand [[and] <below100>] | (nineteen | twenty) (<ten> [<unit>] | <teen> | oh <unit>)",
    "named": "today | tomorrow | [the] day after tomorrow | in <below100> (days | weeks) | in a week",
    "date": "<named> | [on] [this | next] <weekday> | <weekday> next week | [<weekday>] [on] [the] <ordinal> [of <month> [<year>]]"
            " | [<weekday>] <month> [the] (<ordinal> | <below100>) [<year>]",
}  # fmt: skip
_TIMES = {
    "hour": "one | two | three | four | five | six | seven | eight | nine | ten | eleven | twelve",
    "minute": "ten | fifteen | twenty | twenty five | thirty | forty | forty five | fifty | oh five | <ten> <unit>",
    "half": "a m | p m | in the morning | in the afternoon | in the evening | at night",
    "clock": "<hour> [<minute> | o'clock] | (half | quarter | ten | five | twenty) past <hour> | (quarter | ten | five | twenty) to <hour>",
    "time": "noon | midday | midnight | [at] <clock> [<half>]",
}


def closed_grammar(answer: Answer) -> JSGF:
    """The grammar of what may be said to `answer`. Raises ValueError for free text, which has none."""
    said, rules = _said(answer)
    rules = rules | {"lead": "um | uh | well", "tail": "please | thanks | thank you"}
    also = " | ".join(" ".join(_spoken(phrase)) for phrase in answer.also)
    top = f"[<lead>] ({said}) [<tail>]" + (f" | {also}" if also else "")
    body = "".join(f"<{name}> = {rule};\n" for name, rule in rules.items())
    return JSGF(f"{_HEADER}{body}public <answer> = {top};\n")


def _said(answer: Answer) -> tuple[str, dict[str, str]]:
    """The rule of the answer, and the rules it stands on."""
    match answer:
        case YesNo():
            return f"{_YES} | {_NO}", {}
        case Choice():
            return _options(answer), {}
        case Number():
            return ("<number>" if answer.maximum > 999 else _small(answer.maximum)), _NUMBERS  # noqa: PLR2004
        case Digits() | Phone():
            return "<digits>", _DIGITS
        case Date():
            return "<date>", _NUMBERS | _DATES
        case Time():
            return "<time>", _NUMBERS | _TIMES
        case Text():
            raise ValueError("free text has no closed grammar")


def _small(maximum: int) -> str:
    return "zero | <below1000>" if maximum > 99 else "zero | <below100>"  # noqa: PLR2004


def _options(answer: Choice) -> str:
    ways = {" ".join(_spoken(w)): None for o in answer.options for w in (o.value.replace("_", " "), *o.say)}
    return " | ".join(way for way in ways if way)


def _spoken(phrase: str) -> list[str]:
    """A phrase's words as a pronouncing dictionary spells them: with apostrophes, without other marks."""
    pieces = phrase.casefold().replace("’", "'").split()
    return [w for piece in pieces for w in (_contraction(piece) or as_words(piece))]


def _contraction(piece: str) -> list[str]:
    word = piece.strip('.,;:!?"()')
    letters = word.replace("'", "")
    return [word] if "'" in word and letters.isascii() and letters.isalpha() and word[0] != "'" else []
