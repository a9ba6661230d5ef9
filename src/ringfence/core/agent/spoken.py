"""A captured value as it is said aloud."""

from datetime import date, timedelta

import phonenumbers

from ringfence.core.agent.answers import Answer
from ringfence.core.agent.dates import MONTHS, WEEKDAYS
from ringfence.core.agent.interpret import Value

_NOON = 12


def spoken(answer: Answer, value: Value, today: date) -> str:  # noqa: PLR0911 -- one a kind
    """`value` (as `interpret` gave it) in words for the caller."""
    match answer.kind:
        case "yes_no":
            return "yes" if value else "no"
        case "digits":
            return " ".join(str(value))
        case "phone":
            return _phone(str(value))
        case "date":
            return _date(date.fromisoformat(str(value)), today)
        case "time":
            return _time(str(value))
        case "choice":
            return str(value).replace("_", " ")
        case _:
            return str(value)


def _date(day: date, today: date) -> str:
    near = abs(day - today) < timedelta(days=300)
    text = f"{MONTHS[day.month - 1].capitalize()} {day.day}"
    return f"{WEEKDAYS[day.weekday()].capitalize()}, {text}" if near else f"{text}, {day.year}"


def _time(value: str) -> str:
    hour, minute = int(value[:2]), int(value[3:])
    if minute == 0 and hour in {0, _NOON}:
        return "noon" if hour else "midnight"
    clock = f"{hour % _NOON or _NOON}" + (f":{minute:02}" if minute else "")
    return f"{clock} {'p.m.' if hour >= _NOON else 'a.m.'}"


def _phone(value: str) -> str:
    """In groups of digits, so that a voice does not read millions; without the country where it is +1."""
    number = phonenumbers.parse(value)
    style = phonenumbers.PhoneNumberFormat
    local = number.country_code == 1
    text = phonenumbers.format_number(number, style.NATIONAL if local else style.INTERNATIONAL)
    groups = "".join(c if c.isdigit() else " " for c in text).split()
    said = ", ".join(" ".join(group) for group in groups)
    return said if local else f"plus {said}"
