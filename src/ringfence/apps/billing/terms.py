"""What the operator charges and how it wants to be paid: its own file, named by RINGFENCE_BILLING. Nothing is charged that is not in it.

    seller = ["Example Telephony GmbH", "Hafenstraße 1", "20457 Hamburg"]
    vat_id = "DE123456789"
    pay_to = ["IBAN DE02 1203 0000 0000 2020 51"]
    due_days = 14
    currency = "EUR"
    tax_percent = "19"

    [plan.growth]
    month = "49.00"
    minute = "0.07"

A plan without prices is charged as agreed: its invoices have counts and no amount.
"""

import re
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from ringfence.core.errors import BadInput
from ringfence.policy import Plan, load

DUE_DAYS: Final = 30  # where nothing else was agreed: Directive 2011/7/EU, article 3(3)(b)
_CURRENCY: Final = re.compile(r"[A-Z]{3}")  # ISO 4217
_KNOWN: Final = {"seller", "vat_id", "pay_to", "due_days", "currency", "tax_percent", "payment", "plan"}
_LINES: Final = 8


class BadTerms(BadInput):
    """The operator's billing file cannot be used. The message says which line to mend."""

    code = "bad_billing_file"


@dataclass(frozen=True, slots=True)
class Price:
    """By the month and by the minute of calls; None is not charged."""

    month: Decimal | None = None
    minute: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """`currency` is ISO 4217, empty where no plan has a price. `tax_percent` is None where no tax is shown."""

    seller: tuple[str, ...] = ()
    vat_id: str = ""
    pay_to: tuple[str, ...] = ()
    due_days: int = DUE_DAYS
    currency: str = ""
    tax_percent: Decimal | None = None
    payment: str = "invoice"
    prices: dict[Plan, Price] = field(default_factory=dict)

    @property
    def issuer(self) -> tuple[str, ...]:
        """Who writes the invoice."""
        return self.seller or (load().publisher,)


@lru_cache(maxsize=4)
def terms(path: Path | None) -> Terms:
    """The operator's, as this process found them when it first asked; those that charge nothing where there is no file."""
    if path is None:
        return Terms()
    try:
        return read(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadTerms(f"RINGFENCE_BILLING: {path} cannot be read ({error.__class__.__name__}).") from None


def read(text: str) -> Terms:
    """Terms from their file. Raises BadTerms."""
    try:
        said = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTerms(f"RINGFENCE_BILLING: not TOML: {error}.") from None
    if unknown := sorted(set(said) - _KNOWN):
        raise BadTerms(f"RINGFENCE_BILLING has no {unknown[0]!r}.")
    prices = {_plan(name): _price(name, values) for name, values in said.get("plan", {}).items()}
    currency, due = said.get("currency", ""), said.get("due_days", DUE_DAYS)
    if prices and not _CURRENCY.fullmatch(str(currency)):
        raise BadTerms("RINGFENCE_BILLING: say the prices' currency in three letters, such as EUR.")
    if not isinstance(due, int) or isinstance(due, bool) or due < 0:
        raise BadTerms("RINGFENCE_BILLING: 'due_days' is a number of days.")
    if said.get("payment", "invoice") != "invoice":
        raise BadTerms("RINGFENCE_BILLING: 'payment' can be \"invoice\"; nothing else is built.")
    tax = said.get("tax_percent")
    return Terms(
        seller=_lines(said, "seller"), vat_id=str(said.get("vat_id", "")), pay_to=_lines(said, "pay_to"), due_days=due,
        currency=str(currency), tax_percent=None if tax is None else _amount("tax_percent", tax), prices=prices,
    )  # fmt: skip


def _plan(name: str) -> Plan:
    try:
        return Plan(name)
    except ValueError:
        raise BadTerms(f"RINGFENCE_BILLING: there is no plan {name!r}.") from None


def _price(name: str, values: Any) -> Price:
    if not isinstance(values, dict) or set(values) - {"month", "minute"}:
        raise BadTerms(f"RINGFENCE_BILLING: [plan.{name}] has 'month' and 'minute'.")
    return Price(**{key: _amount(f"{name}.{key}", value) for key, value in values.items()})


def _amount(key: str, value: Any) -> Decimal:
    try:
        amount = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0:
        raise BadTerms(f'RINGFENCE_BILLING: write {key!r} as a text, such as "49.00".')
    return amount


def _lines(said: dict[str, Any], key: str) -> tuple[str, ...]:
    found = said.get(key, [])
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found) or len(found) > _LINES:
        raise BadTerms(f"RINGFENCE_BILLING: {key!r} is a list of up to {_LINES} lines.")
    return tuple(found)
