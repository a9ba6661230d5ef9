"""What a month costs: exact decimals, rounded once a line, half up. Pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from ringfence.apps.billing.terms import Terms
from ringfence.policy import Plan

_CENT: Final = Decimal("0.01")
_MINUTE_S: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """`month` and `minutes` are the two lines of an invoice; None is not charged."""

    currency: str
    month: Decimal | None
    minutes: Decimal | None
    net: Decimal
    tax_percent: Decimal | None
    tax: Decimal
    total: Decimal


def amounts(terms: Terms, plan: Plan, seconds: int, *, whole_month: bool) -> Amounts | None:
    """None where the operator named no price for the plan. A month that was not used whole has no monthly line."""
    price = terms.prices.get(plan)
    if price is None:
        return None
    month = _rounded(price.month) if price.month is not None and whole_month else None
    minutes = None if price.minute is None else _rounded(price.minute * seconds / _MINUTE_S)
    net = (month or Decimal(0)) + (minutes or Decimal(0))
    tax = _rounded(net * (terms.tax_percent or Decimal(0)) / 100)
    return Amounts(
        currency=terms.currency, month=month, minutes=minutes, net=_rounded(net), tax_percent=terms.tax_percent, tax=tax,
        total=_rounded(net + tax),
    )  # fmt: skip


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
