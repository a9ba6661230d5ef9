"""Days and times of day as people say them. `today` is the caller's local date."""

# ruff: noqa: PLR2004, SIM905 -- the numbers are those of clocks and of English; lists of words read best as words.

import re
from datetime import date, timedelta

from ringfence.core.agent.words import UNITS, ordinal, plain, whole

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = tuple(
    "january february march april may june july august september october november december".split()
)
_MONTH = {m: n for n, m in enumerate(MONTHS, 1)} | {m[:3]: n for n, m in enumerate(MONTHS, 1)} | {"sept": 9}
_DAY = {d: n for n, d in enumerate(WEEKDAYS)} | {d[:3]: n for n, d in enumerate(WEEKDAYS)}
_EARLIEST, _LATEST = 1900, 2199


def day(text: str, today: date) -> date | None:
    """The one day that `text` names; None where there is none, or more than one.

    "Tuesday" is the next one after today, "this Tuesday" the next one from today on, "next Tuesday" that of the
    week after this one (weeks begin on Monday). A day without a year is the next such day from today on.
    """
    words = plain(text)
    found: list[date] = []
    i = 0
    while i < len(words):
        hit = _day_at(words[i:], today)
        if hit is None:
            i += 1
            continue
        if hit[0] is None:
            return None
        found.append(hit[0])
        i += hit[1]
    return found[0] if len(set(found)) == 1 else None


_Hit = tuple[date | None, int]


def _day_at(words: list[str], today: date) -> _Hit | None:
    """A day that `words` begin with, and how many words it took; a day of None is one that does not exist."""
    for reader in (_numeric, _relative, _weekday, _month_first, _day_first):
        if hit := reader(words, today):
            return hit
    return None


def _numeric(words: list[str], today: date) -> _Hit | None:
    if match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words[0]):
        return _real(int(match[1]), int(match[2]), int(match[3])), 1
    if match := re.fullmatch(r"(\d{1,2})[/.\-](\d{1,2})(?:[/.\-](\d{4}|\d{2}))?", words[0]):
        if match[3] is None:
            return (_coming(int(match[1]), int(match[2]), today), 1) if "/" in words[0] else None
        year = int(match[3]) + (0 if len(match[3]) == 4 else _century(int(match[3]), today))
        return _real(year, int(match[1]), int(match[2])), 1
    return None


def _century(year: int, today: date) -> int:
    """Two digits mean the year nearest to now that is at most ten years ahead."""
    return 2000 if 2000 + year <= today.year + 10 else 1900


def _relative(words: list[str], today: date) -> _Hit | None:
    text = " ".join(words[:4])
    for phrase, days in (
        ("day after tomorrow", 2),
        ("tomorrow", 1),
        ("today", 0),
        ("a week from today", 7),
        ("a week from now", 7),
    ):
        if text.startswith(phrase):
            return today + timedelta(days=days), len(phrase.split())
    if words[0] == "in":
        for take in (2, 1):
            count = 1 if words[1:2] == ["a"] and take == 1 else whole(words[1 : 1 + take])
            unit = words[1 + take : 2 + take]
            if count is not None and unit and unit[0] in {"day", "days", "week", "weeks"} and count < 1000:
                return today + timedelta(days=count * (7 if unit[0].startswith("week") else 1)), take + 2
    return None


def _weekday(words: list[str], today: date) -> _Hit | None:
    lead = words[0] if words[0] in {"this", "next", "coming"} else ""
    rest = words[1:] if lead else words
    if not rest or rest[0] not in _DAY:
        return None
    used = 2 if lead else 1
    if rest[1:3] == ["next", "week"]:
        lead, used = "next", used + 2
    wanted = _DAY[rest[0]]
    if lead == "next":
        found = today - timedelta(days=today.weekday()) + timedelta(days=7 + wanted)
    else:
        ahead = (wanted - today.weekday()) % 7
        found = today + timedelta(days=ahead or (0 if lead == "this" else 7))
    exact = _day_at(_without_article(words[used:]), today) if words[used:] else None
    if exact and exact[0] and exact[0].weekday() == wanted and words[used] not in _DAY:
        return exact[0], used + exact[1] + (words[used] == "the")  # "Tuesday, the third of March"
    return found, used


def _without_article(words: list[str]) -> list[str]:
    return words[1:] if words[:1] == ["the"] and len(words) > 1 else words


def _month_first(words: list[str], today: date) -> _Hit | None:
    if words[0] not in _MONTH:
        return None
    used = 2 if words[1:2] == ["the"] else 1
    number = ordinal(words[used:])
    if number is None:
        return None
    used += number[1]
    return _with_year(_MONTH[words[0]], number[0], words, used, today)


def _day_first(words: list[str], today: date) -> _Hit | None:
    number = ordinal(words)
    if number is None:
        return None
    used = number[1]
    rest = words[used + 1 :] if words[used : used + 1] == ["of"] else words[used:]
    if rest and rest[0] in _MONTH:
        return _with_year(_MONTH[rest[0]], number[0], words, len(words) - len(rest) + 1, today)
    said_as_ordinal = (
        words[used - 1] not in UNITS and not words[used - 1].isdigit() and whole(words[:used]) is None
    )
    if said_as_ordinal:
        return _coming_day(number[0], today), used
    return None


def _with_year(month: int, number: int, words: list[str], used: int, today: date) -> _Hit:
    skip = 1 if words[used : used + 1] == ["in"] else 0
    for take in range(min(5, len(words) - used - skip), 0, -1):
        year = _year(words[used + skip : used + skip + take])
        if year is not None:
            return _real(year, month, number), used + skip + take
    return _coming(month, number, today), used


def _year(words: list[str]) -> int | None:
    """A year in words: "nineteen eighty four", "twenty twenty six", "two thousand and five", "2026"."""
    value = whole(words)
    if value is None:
        for split in range(1, len(words)):
            century, rest = whole(words[:split]), words[split:]
            tail = whole(rest[1:]) if rest[0] in {"oh", "o"} else whole(rest)
            if century in {19, 20, 21} and tail is not None and (10 <= tail < 100 or rest[0] in {"oh", "o"}):
                value = century * 100 + tail
    return value if value is not None and _EARLIEST <= value <= _LATEST else None


def _real(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _coming(month: int, number: int, today: date) -> date | None:
    for year in range(today.year, today.year + 9):
        found = _real(year, month, number)
        if found and found >= today:
            return found
    return None


def _coming_day(number: int, today: date) -> date | None:
    for ahead in range(4):
        month = today.month - 1 + ahead
        found = _real(today.year + month // 12, month % 12 + 1, number)
        if found and found >= today:
            return found
    return None
