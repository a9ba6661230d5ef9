"""The policy's numbers as words, for the promises that quote them: a number stands in the file once."""

import re
from collections.abc import Mapping
from typing import Final

from ringfence.policy.values import Guard, Kept, Part, Plan, Retention

_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+")
_QUOTED: Final = re.compile(r"\{([^{}]*)\}")


def in_days(days: int | None) -> str:
    """A number of days; None is without limit."""
    if days is None:
        return "without limit"
    return f"{days} day" if days == 1 else f"{days} days"


def in_years(years: int) -> str:
    return f"{years} year" if years == 1 else f"{years} years"


def is_address(text: str) -> bool:
    """Whether requests could reach somebody there by e-mail: nobody can be told more without writing to it."""
    return _ADDRESS.fullmatch(text) is not None


def quotable(
    plans: Mapping[Plan, str], retention: Mapping[Part, Retention], kept: tuple[Kept, ...], guard: Guard
) -> dict[str, str]:
    """What a promise may quote: `{recording.growth}`, `{billing}`, `{compliance.hipaa}`, `{tls}`, a plan's name, …"""
    words = {plan.value: name for plan, name in plans.items()}
    words |= {"tls": guard.tls, "cipher": f"{guard.cipher}-{guard.bits}"}
    for part, period in retention.items():
        words |= {f"{part.value}.{plan.value}": in_days(days) for plan, days in period.days.items()}
    for line in kept:
        words |= {f"{line.id}.{plan.value}": in_days(days) for plan, days in line.days.items()}
        if line.days and len(set(line.days.values())) == 1:
            words[line.id] = in_days(next(iter(line.days.values())))
        if line.years is not None:
            words[line.id] = in_years(line.years)
        if line.years_under_hipaa is not None:
            words[f"{line.id}.hipaa"] = in_years(line.years_under_hipaa)
    return words


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with what it quotes. Raises KeyError with the name of what cannot be quoted, or with the text after a lone brace."""
    if lone := re.search(r"[{}].*", _QUOTED.sub("", text)):
        raise KeyError(lone[0])
    return _QUOTED.sub(lambda match: words[match[1]], text)
