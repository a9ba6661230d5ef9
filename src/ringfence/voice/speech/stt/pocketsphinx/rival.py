"""A rival for a closed grammar: any string of phones, at a price. What fits it better than the answer is no answer.

Without one, a grammar takes almost any noise for one of its words (91 of 96 wrong utterances passed for a yes or a
no); with one, few do. `docs/decisions/0011-speech-ports.md` has the figures.
"""

PHONES = [
    "AA",
    "AE",
    "AH",
    "AO",
    "AW",
    "AY",
    "B",
    "CH",
    "D",
    "DH",
    "EH",
    "ER",
    "EY",
    "F",
    "G",
    "HH",
    "IH",
    "IY",
    "JH",
    "K",
    "L",
    "M",
    "N",
    "NG",
    "OW",
    "OY",
    "P",
    "R",
    "S",
    "SH",
    "T",
    "TH",
    "UH",
    "UW",
    "V",
    "W",
    "Y",
    "Z",
    "ZH",
]
"""The phones of the acoustic model, as CMU's dictionary names them."""

MARK = "zz"  # begins the name of a phone as a word; no word of English has it

# The odds against the rival. Measured: 1e-15 lets fewer wrong utterances pass and refuses more right ones; from
# 1e-25 on, the decoder's beam drops the rival before it is heard.
PRICE = 1e-20


def words() -> dict[str, str]:
    """Each phone as a word, with its pronunciation: what `rival.dict` holds."""
    return {MARK + phone.lower(): phone for phone in PHONES}


def with_rival(grammar: str, price: float = PRICE) -> str:
    """`grammar` (JSGF, its public rule named `answer`), or the rival."""
    return (
        grammar.replace("public <answer>", "<answer>", 1)
        + f"public <heard> = <answer> | /{price:g}/ <rival>;\n<rival> = <phone>+;\n<phone> = "
        + " | ".join(words())
        + ";\n"
    )


def answered(text: str) -> str:
    """What was said if the answer won; empty if the rival did."""
    return "" if any(word.startswith(MARK) for word in text.split()) else text
