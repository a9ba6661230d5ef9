"""Times of day as people say them."""

# ruff: noqa: PLR2004 -- the numbers are those of clocks and of English; lists of words read best as words.

import re

from ringfence.core.agent.words import plain, whole

_NAMED = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}
_AFTERNOON = frozenset({"afternoon", "evening", "night", "tonight"})


def time_of_day(text: str) -> str | None:
    """The one time that `text` names, as HH:MM in 24 hours; None where there is none, or more than one.

    Without "a.m.", "p.m." or a part of the day, one to six o'clock are taken as the afternoon and the rest as said.
    """
    words = [w for w in plain(text) if w not in {"oclock", "clock", "hours", "sharp", "exactly"}]
    half = _half(words)
    found: list[tuple[int, int]] = []
    i = 0
    while i < len(words):
        hit = _time_at(words[i:])
        if hit is None:
            i += 1
            continue
        hour, minute, used, plain_clock = hit
        moment = _placed(hour, minute, half) if plain_clock else (hour, minute)
        if moment is None:
            return None
        found.append(moment)
        i += used
    if len(set(found)) != 1:
        return None
    hour, minute = found[0]
    return f"{hour:02}:{minute:02}"


def _half(words: list[str]) -> str:
    if "am" in words or "morning" in words:
        return "am"
    return "pm" if "pm" in words or _AFTERNOON & set(words) else ""


def _placed(hour: int, minute: int, half: str) -> tuple[int, int] | None:
    if hour > 23 or minute > 59 or (half and hour == 0):
        return None
    if hour > 12:
        return hour, minute
    if half == "am":
        return hour % 12, minute
    if half == "pm":
        return hour % 12 + 12, minute
    return (hour + 12 if 1 <= hour <= 6 else hour), minute


_Hit = tuple[int, int, int, bool]


def _time_at(words: list[str]) -> _Hit | None:
    """(hour, minute, words used, whether a half of the day applies) that `words` begin with."""
    if words[0] in _NAMED:
        return (*_NAMED[words[0]], 1, False)
    if match := re.fullmatch(r"(\d{1,2})[:.](\d{2})", words[0]):
        certain = len(match[1]) == 2 and match[1][0] == "0"  # 07:30 is written in 24 hours
        return int(match[1]), int(match[2]), 1, not certain
    return _past_or_to(words) or _hour_minute(words)


def _past_or_to(words: list[str]) -> _Hit | None:
    for used, minutes in _minutes(words):
        rest = words[used:]
        if rest[:1] == ["minutes"]:
            rest = rest[1:]
        if len(rest) < 2 or rest[0] not in {"past", "after", "to", "before", "of", "till", "until"}:
            continue
        hour = whole(rest[1:2])
        if hour is None or not 1 <= hour <= 12:
            continue
        taken = len(words) - len(rest) + 2
        if rest[0] in {"past", "after"}:
            return hour, minutes, taken, True
        return (hour - 1 or 12), 60 - minutes, taken, True
    return None


def _minutes(words: list[str]) -> list[tuple[int, int]]:
    if words[0] == "half":
        return [(1, 30)]
    if words[0] == "quarter":
        return [(1, 15)]
    out = []
    for take in (2, 1):
        value = whole(words[:take]) if len(words) >= take else None
        if value is not None and 1 <= value < 60:
            out.append((take, value))
    return out


def _hour_minute(words: list[str]) -> _Hit | None:
    for take in (2, 1):
        hour = whole(words[:take]) if len(words) >= take else None
        if hour is None or hour > 23 or words[0] in {"a", "an"}:
            continue
        rest = words[take:]
        if rest[:1] == ["hundred"]:
            return hour, 0, take + 1, hour < 13
        if rest[:1] in (["oh"], ["o"]) and (minute := whole(rest[1:2])) is not None and 0 < minute < 10:
            return hour, minute, take + 2, True
        for more in (2, 1):
            minute = whole(rest[:more]) if len(rest) >= more else None
            if minute is not None and 10 <= minute < 60:
                return hour, minute, take + more, True
        return hour, 0, take, True
    return None
