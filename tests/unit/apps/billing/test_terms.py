"""The operator's prices: exact, refused when they cannot be meant, and never invented."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from ringfence.apps.billing.amounts import amounts
from ringfence.apps.billing.invoices import InvoiceFacts
from ringfence.apps.billing.pdf import pdf
from ringfence.apps.billing.sheet import sheet
from ringfence.apps.billing.terms import BadTerms, Terms, read, terms
from ringfence.policy import Plan

FILE = """
seller = ["Example Telephony GmbH", "Hafenstraße 1"]
vat_id = "DE123456789"
pay_to = ["IBAN DE02 1203 0000 0000 2020 51"]
due_days = 14
currency = "EUR"
tax_percent = "19"
[plan.growth]
month = "49.00"
minute = "0.07"
"""


def a_bill(known: Terms, plan: Plan = Plan.GROWTH, **other: object) -> InvoiceFacts:
    cost = amounts(known, plan, 7_325, whole_month=True)
    charged = {
        name: getattr(cost, name) if cost else None
        for name in ("month", "minutes", "net", "tax_percent", "tax", "total")
    }
    plain: dict[str, object] = {
        "id": UUID(int=1), "number": "20260101-abc", "customer": "Łódź Spółka", "buyer": "Łódź Spółka\nGrößenweg 1\nPL", "plan": plan.value,
        "first_day": date(2026, 1, 1), "last_day": date(2026, 1, 31), "calls": 9, "seconds": 7_325,
        "currency": cost.currency if cost else "", "issued_at": datetime(2026, 2, 1, tzinfo=UTC),
        "until": datetime(2033, 2, 1, tzinfo=UTC), **charged, **other,
    }  # fmt: skip
    return InvoiceFacts(**plain)  # type: ignore[arg-type] # a dictionary of the right things


def test_a_month_and_its_minutes_are_rounded_once_a_line() -> None:
    cost = amounts(read(FILE), Plan.GROWTH, 7_325, whole_month=True)
    assert cost is not None
    assert (cost.month, cost.minutes, cost.net) == (Decimal("49.00"), Decimal("8.55"), Decimal("57.55"))
    assert (cost.tax, cost.total) == (Decimal("10.93"), Decimal("68.48"))


def test_a_month_that_was_not_whole_has_no_monthly_line() -> None:
    cost = amounts(read(FILE), Plan.GROWTH, 60, whole_month=False)
    assert cost is not None
    assert (cost.month, cost.net) == (None, Decimal("0.07"))


def test_no_price_is_invented() -> None:
    assert amounts(read(FILE), Plan.STARTER, 60, whole_month=True) is None
    assert amounts(terms(None), Plan.GROWTH, 60, whole_month=True) is None
    words = sheet(a_bill(terms(None)), terms(None))
    assert words.sums == (("Total", "price as agreed"),)
    assert {each.amount for each in words.lines} == {"as agreed"}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("colour = 1", "has no 'colour'"), ("currency = 'euro'\n[plan.growth]\nmonth = '1'", "three letters"),
        ("currency = 'EUR'\n[plan.growth]\nmonth = 1.5", "as a text"), ("currency = 'EUR'\n[plan.growth]\nmonth = '-1'", "as a text"),
        ("currency = 'EUR'\n[plan.gold]\nmonth = '1'", "no plan 'gold'"), ("due_days = true", "number of days"),
        ("payment = 'card'", "nothing else is built"), ("seller = 'me'", "list"), ("= 1", "not TOML"),
        ("currency = 'EUR'\n[plan.growth]\nmonth = 'NaN'", "as a text"),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_meant_is_refused_with_what_to_mend(wrong: str, said: str) -> None:
    with pytest.raises(BadTerms, match=said):
        read(wrong)


def test_the_sheet_says_who_whom_what_and_until_when() -> None:
    known = read(FILE)
    words = sheet(a_bill(known), known)
    assert words.issuer == ("Example Telephony GmbH", "Hafenstraße 1", "VAT id DE123456789")
    assert words.customer == ("Łódź Spółka", "Größenweg 1", "PL")
    assert words.lines[1].quantity == "122:05 minutes"
    assert words.sums == (("Net", "57.55 EUR"), ("VAT 19 %", "10.93 EUR"), ("Total", "68.48 EUR"))
    assert words.pay[0] == "Payable by 15 February 2026."
    assert words.pay[-1] == "Reference: 20260101-abc"


def test_the_file_is_a_pdf_with_its_own_font_and_the_same_bytes_each_time() -> None:
    known = read(FILE)
    words = sheet(a_bill(known, customer="Ελλάς Москва Łódź GmbH"), known)
    file = pdf(words)
    assert file.startswith(b"%PDF-1.")
    assert file == pdf(words)
    assert b"NotoSans" in file
    assert b"/FontFile2" in file
    assert b"/Lang" in file
    assert b"/URI" not in file
    assert len(file) < 100_000
