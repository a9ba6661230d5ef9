"""What was heard, as a typed value in its canonical form. Errs towards None: the machine then asks again."""

# ruff: noqa: PLR2004, SIM905 -- the numbers are those of clocks and of English; lists of words read best as words.

import re
from datetime import date

from ringfence.core.agent.answers import Answer, Choice, Date, Digits, Number, Phone, Text, Time, YesNo
from ringfence.core.agent.dates import day
from ringfence.core.agent.digits import digits, phone
from ringfence.core.agent.times import time_of_day
from ringfence.core.agent.words import ORDINALS, plain, runs, spell, whole

Value = str | int | bool

LONGEST_TEXT = 2000
_MANY_WORDS = 14  # a longer reply to a yes/no question says something else

YES = (
    "yes", "yeah", "yep", "yup", "ya", "yea", "yes please", "sure", "of course", "correct", "right", "thats right",
    "that is right", "thats correct", "that is correct", "thats fine", "that is fine", "fine", "okay", "ok",
    "alright", "all right", "absolutely", "definitely", "certainly", "go ahead", "sounds good",
    "no problem", "i dont mind", "i do not mind", "i do", "i have", "i am", "it is", "affirmative", "exactly",
    "by all means", "you may", "you can", "true", "agreed", "i agree", "i consent", "i accept", "go for it",
)  # fmt: skip
NO = (
    "no", "nope", "nah", "no thanks", "no thank you", "not really", "not at all", "no way", "i dont", "i do not",
    "i havent", "i have not", "i am not", "im not", "it isnt", "it is not", "its not", "thats wrong",
    "that is wrong", "wrong", "incorrect", "thats not right", "that is not right", "thats not correct",
    "that is not correct", "i dont think so", "i do not think so", "id rather not", "i would rather not",
    "rather not", "please dont", "please do not", "dont", "do not", "id prefer not", "negative", "never", "false",
    "i would prefer not to", "absolutely not", "definitely not", "certainly not", "of course not", "you may not",
    "i do mind", "i mind", "i object", "i do object", "i refuse", "i decline", "i disagree", "i am against it", "id rather you didnt",
)  # fmt: skip
# An answer with nothing beside it: "I have concerns" is none.
_BARE = frozenset({"i do", "i have", "i am", "it is"})
_TURNS = re.compile(
    r" (?:not|no|but|dont|cant|cannot|wont|isnt|arent|didnt|doesnt|wouldnt|couldnt|shouldnt|unless|until|nor|mind|object|objections?|"
    r"against|opposed|refuse|decline|disagree|hardly|stop) "
)
_ASKS = frozenset("are is am do does did who how where which whose would could should".split())
# What may stand beside a yes that lets somebody be recorded: whoever says more than this said something else.
_BESIDE_YES = frozenset(
    "it that this thats its is be with me us by to you may can we i do record recorded recording the a call conversation "
    "for my our of course sir maam miss thanks thank oh well then so very much totally perfectly completely absolutely "
    "really quite just all good great right ahead yes yeah sure okay ok fine and agree im am".split()
)
_OPEN = (
    "i dont know", "i do not know", "not sure", "im not sure", "maybe", "perhaps", "it depends", "yes and no", "what",
    "pardon", "why", "dont know", "not yet sure", "if",
)  # fmt: skip
EMPTY = (
    "none", "nothing", "skip", "skip it", "skip that", "i dont have one", "i do not have one", "dont have one",
    "not applicable", "no one", "nobody", "leave it empty", "leave it blank", "i dont have any", "there is none",
    "i have none", "no",
)  # fmt: skip


def interpret(answer: Answer, text: str, today: date) -> Value | None:  # noqa: PLR0911 -- one a kind
    """`text` as a value of `answer`: bool for yes_no, int for number, else str; None if it is no such answer."""
    match answer:
        case YesNo():
            return yes_no(text)
        case Choice():
            return choice(answer, text)
        case Number():
            return _number(answer, text)
        case Digits():
            run = digits(text)
            ok = run is not None and run[0] != "+" and answer.min_length <= len(run) <= answer.max_length
            return run if ok else None
        case Date():
            found = day(text, today)
            return found.isoformat() if found else None
        case Time():
            return time_of_day(text)
        case Phone():
            return phone(text, answer.region)
        case Text():
            return _text(answer, text)


def is_empty(text: str) -> bool:
    """Whether `text` answers an optional question with nothing."""
    return " ".join(plain(text)) in EMPTY


def yes_no(text: str) -> bool | None:
    """A yes or a no; None for anything that is both, neither, or a question."""
    words = plain(text)
    if not words or len(words) > _MANY_WORDS or "?" in text or words[0] in _ASKS:
        return None
    rest = f" {' '.join(words)} "
    said: set[bool] = set()
    bare = False
    # Longest first, and each taken out once read: "no problem" is no "no".
    for phrase in sorted((*YES, *NO, *_OPEN), key=len, reverse=True):
        if f" {phrase} " in rest:
            if phrase in _OPEN:
                return None
            said.add(phrase in YES)
            bare = bare or phrase in _BARE
            rest = rest.replace(f" {phrase} ", "  ")
    if len(said) != 1 or _TURNS.search(rest):
        return None
    answer = said.pop()
    first = words[0] in {"yes", "yeah", "yep", "yup", "no", "nope", "nah", "sure", "okay", "ok"}
    return answer if first or len(rest.split()) <= (0 if bare else 3) else None


def consents(text: str) -> bool | None:
    """A yes or a no to being recorded. Only a yes with nothing beside it that could take it back is one: "I have concerns"
    and "okay, goodbye" are neither [GDPR, Article 4(11): unambiguous].
    """
    answer = yes_no(text)
    if answer is not True:
        return answer
    rest = f" {' '.join(plain(text))} "
    for phrase in sorted(YES, key=len, reverse=True):
        rest = rest.replace(f" {phrase} ", "  ")
    return True if set(rest.split()) <= _BESIDE_YES else None


def _stems(words: list[str]) -> list[str]:
    return [w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words]


def choice(answer: Choice, text: str) -> str | None:
    """The one option that `text` names, by value or way of saying, or by place ("the second one")."""
    words = _stems(plain(text))
    best: dict[str, int] = {}
    for option in answer.options:
        for way in (option.value.replace("_", " "), *option.say):
            size = _found_in(_stems(plain(way)), words)
            best[option.value] = max(size, best.get(option.value, 0))
    top = max(best.values())
    if top == 0:
        return _by_place(answer, words)
    named = [value for value, size in best.items() if size == top]
    others = [v for v, size in best.items() if 0 < size < top and not _inside(answer, v, named[0])]
    return named[0] if len(named) == 1 and not others else None


def _found_in(way: list[str], words: list[str]) -> int:
    """How many words of `words` the whole of `way` matches in one stretch; 0 if not, or if it is denied there."""
    for i in range(len(words) - len(way) + 1):
        if way and words[i : i + len(way)] == way:
            before = words[max(0, i - 3) : i]
            if not {"not", "no", "dont", "isnt", "without"} & set(before):
                return len(way)
    return 0


def _inside(answer: Choice, shorter: str, longer: str) -> bool:
    """Whether what names `shorter` is part of what names `longer` ("pay" in "pay a bill")."""
    ways = {
        o.value: [" ".join(_stems(plain(w))) for w in (o.value.replace("_", " "), *o.say)]
        for o in answer.options
    }
    return any(f" {a} " in f" {b} " for a in ways[shorter] for b in ways[longer])


def _by_place(answer: Choice, words: list[str]) -> str | None:
    text = " ".join(w for w in words if w not in {"the", "one", "option", "number", "choice"})
    places = {w: n for w, n in ORDINALS.items() if n < 11} | {"last": len(answer.options)}
    place = places.get(text)
    if place is None and words[:1] in (["option"], ["number"]):
        place = whole(words[1:])
    return answer.options[place - 1].value if place and place <= len(answer.options) else None


def _number(answer: Number, text: str) -> int | None:
    words = plain(text)
    found = runs(words)
    value = whole(found[0]) if len(found) == 1 else None
    if value is None and not found and "dozen" in words:
        value = 12
    if value is None or {"minus", "negative", "point", "half"} & set(words):
        return None
    return value if answer.minimum <= value <= answer.maximum else None


_NAME_LEAD = re.compile(
    r"^(?:(?:it's|it is|my name is|my name's|this is|i am|i'm|the name is|yes|uh|um)[\s,]+)+", re.IGNORECASE
)
_EMAIL = re.compile(r"[a-z0-9._%+\-]{1,64}@(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}")


def _text(answer: Text, text: str) -> str | None:
    text = " ".join(text.split())[:LONGEST_TEXT]
    if answer.kind == "name":
        text = _NAME_LEAD.sub("", text).strip(" .,!?")
        return text if re.search(r"[^\W\d_]", text) and len(text) <= 120 else None
    return _email(text) if answer.kind == "email" else text or None


def _email(text: str) -> str | None:
    text = text.casefold()
    spoken = ((r"\s+(?:dot|point)\s+", "."), (r"\s+at\s+", "@"), (r"\s+(?:dash|hyphen|minus)\s+", "-"),
              (r"\s+underscore\s+", "_"), (r"\s+plus\s+", "+"))  # fmt: skip
    for pattern, sign in spoken:
        text = re.sub(pattern, sign, text)
    found = _EMAIL.findall(text)
    return found[0] if len(found) == 1 else None


def as_words(text: str) -> list[str]:
    """`text` as a closed grammar needs it: plain words, whole numbers spelled out."""
    return [s for w in plain(text) for s in (spell(int(w)).split() if w.isdigit() and len(w) < 7 else [w])]
