"""The decision whether to call somebody: every combination of what is known."""

from itertools import product

import pytest

from ringfence.apps.numbers.e164 import e164
from ringfence.apps.numbers.errors import BadNumber
from ringfence.apps.numbers.may_dial import Decision, Reason, may_dial

NUMBER = "+12125550100"

# confirmed and suppressed, as far as they are known
TABLE = {
    (True, False): Reason.CONFIRMED,
    (True, True): Reason.SUPPRESSED,
    (True, None): Reason.NOT_KNOWN,
    (False, False): Reason.NOT_CONFIRMED,
    (False, True): Reason.SUPPRESSED,
    (False, None): Reason.NOT_CONFIRMED,
    (None, False): Reason.NOT_KNOWN,
    (None, True): Reason.SUPPRESSED,
    (None, None): Reason.NOT_KNOWN,
}


@pytest.mark.parametrize(("confirmed", "suppressed"), list(product([True, False, None], repeat=2)))
def test_only_what_is_known_to_be_allowed_is_dialled(confirmed: bool | None, suppressed: bool | None) -> None:
    decision = may_dial(NUMBER, confirmed=confirmed, suppressed=suppressed)
    assert decision.reason is TABLE[confirmed, suppressed]
    assert bool(decision) == (confirmed is True and suppressed is False)
    assert NUMBER not in decision.sentence


@pytest.mark.parametrize(
    "number",
    ["", "+", "911", "112", "2125550100", "+1", "+1212555010", "+1212555010055555", "+1 212 555 0100", "+1212555o100",
     "sip:a@example.org", "+٤٩٣٠١٢٣٤٥٦", "+12125550100;ext=9", "+999123456789"],
)  # fmt: skip
def test_what_is_not_a_number_is_not_dialled(number: str) -> None:
    assert may_dial(number, confirmed=True, suppressed=False).reason is Reason.NOT_A_NUMBER


@pytest.mark.parametrize("number", ["+19005550100", "+499001234567", "+4498112345678"])
def test_numbers_that_cost_extra_are_not_dialled(number: str) -> None:
    assert not may_dial(number, confirmed=True, suppressed=False)


def test_every_reason_has_its_sentence() -> None:
    for reason in Reason:
        assert Decision(reason).sentence


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("+1 (212) 555-0100", "+12125550100"),
        ("  +49 30 123456 ", "+4930123456"),
        ("tel:+12125550100", "+12125550100"),
    ],
)
def test_numbers_are_kept_in_one_form(written: str, kept: str) -> None:
    assert e164(written) == kept


def test_a_region_completes_a_number() -> None:
    assert e164("(212) 555-0100", "US") == "+12125550100"


@pytest.mark.parametrize("wrong", ["", "hello", "212 555 0100", "+1", "+12125550100 ext. 5", "+" + "1" * 40])
def test_what_is_no_number_is_refused(wrong: str) -> None:
    with pytest.raises(BadNumber):
        e164(wrong)
