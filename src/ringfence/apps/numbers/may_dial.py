"""The one decision whether to place a call. Pure: facts in, an answer with its reason out.

Until campaigns exist, the only numbers that are called are those a member confirmed to be theirs; and a person who said
"stop calling me" is not called, even if it was a member. What is not known never permits.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers

_NEVER_CALLED: Final = frozenset(
    {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PAGER,
    }
)


class Reason(StrEnum):
    """Why, or why not."""

    CONFIRMED = "confirmed"
    NOT_A_NUMBER = "not_a_number"
    COSTS_EXTRA = "costs_extra"
    SUPPRESSED = "suppressed"
    NOT_CONFIRMED = "not_confirmed"
    NOT_KNOWN = "not_known"


_SENTENCES: Final = {
    Reason.CONFIRMED: "A member confirmed that this number is theirs.",
    Reason.NOT_A_NUMBER: "This is not a telephone number in international form, like +12125550100.",
    Reason.COSTS_EXTRA: "Numbers that cost extra are never called.",
    Reason.SUPPRESSED: "The person at this number asked not to be called again.",
    Reason.NOT_CONFIRMED: "Only numbers that a member confirmed by a code are called. Confirm it under Numbers.",
    Reason.NOT_KNOWN: "It could not be found out whether this number may be called. Try again.",
}


@dataclass(frozen=True, slots=True)
class Decision:
    """`bool(decision)` is the answer."""

    reason: Reason

    def __bool__(self) -> bool:
        return self.reason is Reason.CONFIRMED

    @property
    def sentence(self) -> str:
        """The reason as a person reads it; names no number."""
        return _SENTENCES[self.reason]


def may_dial(number: str, *, confirmed: bool | None, suppressed: bool | None) -> Decision:
    """Whether to call `number` (E.164) now. None is a fact that could not be found out."""
    reason = _refusal(number)
    if reason is None:
        if suppressed:
            reason = Reason.SUPPRESSED
        elif confirmed is False:
            reason = Reason.NOT_CONFIRMED
        elif suppressed is None or confirmed is None:
            reason = Reason.NOT_KNOWN
        else:
            reason = Reason.CONFIRMED
    return Decision(reason)


def _refusal(number: str) -> Reason | None:
    if not number.startswith("+") or not number[1:].isdigit() or not number.isascii():
        return Reason.NOT_A_NUMBER
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return Reason.NOT_A_NUMBER
    if not phonenumbers.is_possible_number(parsed):
        return Reason.NOT_A_NUMBER
    return Reason.COSTS_EXTRA if phonenumbers.number_type(parsed) in _NEVER_CALLED else None
