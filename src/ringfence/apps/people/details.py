"""What a company says of itself, for its account and its invoices: sealed under the account, and gone with it."""

import json
import re
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

import phonenumbers

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.errors import BadDetails
from ringfence.apps.people.models import Details as Row
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.vault import Vault

_SAID: Final = "SELECT id, said_sealed FROM people_details WHERE account_id = %s"
_LONGEST: Final = 300
_VAT: Final = re.compile(
    r"[A-Z]{2}[0-9A-Z+*]{2,14}"
)  # the shape of Council Directive 2006/112/EC, article 215
_COUNTRY: Final = re.compile(r"[A-Z]{2}")  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """`phone` is E.164, `country` ISO 3166-1 alpha-2; `address` has lines. What is not known is empty."""

    company: str = ""
    phone: str = ""
    country: str = ""
    address: str = ""
    vat_id: str = ""
    invoice_email: str = ""


def checked(
    *, company: str, phone: str, country: str, address: str, vat_id: str, invoice_email: str = ""
) -> Details:
    """The same, tidied. Raises `BadDetails` with the field and how to write it."""
    company, country = " ".join(company.split()), country.strip().upper()
    address, vat_id = address.strip(), re.sub(r"[\s.-]", "", vat_id).upper()
    if not 0 < len(company) <= 200:  # noqa: PLR2004 - the column's length
        raise BadDetails("company", "Enter the company's name, in up to 200 letters.")
    if not _COUNTRY.fullmatch(country):
        raise BadDetails("country", "Enter the country's two letters, such as DE or US.")
    if len(address) > _LONGEST:
        raise BadDetails("address", f"Enter an address of up to {_LONGEST} letters.")
    if vat_id and not _VAT.fullmatch(vat_id):
        raise BadDetails("vat_id", "A VAT id begins with two letters of the country, such as DE123456789.")
    return Details(
        company=company, phone=_phone(phone, country), country=country, address=address, vat_id=vat_id,
        invoice_email=invoice_email.strip()[:254],
    )  # fmt: skip


def details(account_id: UUID) -> Details:
    """What the company said; empty, where it said nothing yet."""
    with tenant(account_id):
        row = Row.objects.filter(account_id=account_id).first()
    if row is None:
        return Details()
    return Details(**json.loads(vault().open_secret(account_id, row.id, bytes(row.said_sealed))))


def billed_to(cursor: Cursor, keys: Vault, account_id: UUID) -> str:
    """The lines that an invoice has beside the account's name: company, address, country, VAT id; empty where nothing was said."""
    cursor.execute(_SAID, (account_id,))
    row = cursor.fetchone()
    if row is None:
        return ""
    said = Details(**json.loads(keys.open_secret(account_id, row[0], bytes(row[1]))))
    vat = f"VAT id {said.vat_id}" if said.vat_id else ""
    return "\n".join(each for each in (said.company, *said.address.splitlines(), said.country, vat) if each)


def set_details(account_id: UUID, said: Details, clock: Clock) -> None:
    with tenant(account_id):
        row = Row.objects.filter(account_id=account_id).first()
        row_id = row.id if row else new_id(clock)
        sealed = vault().seal_secret(account_id, row_id, json.dumps(asdict(said)))
        if row is None:
            Row.objects.create(id=row_id, account_id=account_id, said_sealed=sealed, changed_at=clock.now())
        else:
            Row.objects.filter(account_id=account_id).update(said_sealed=sealed, changed_at=clock.now())
        record(account_id, Act.DETAILS_CHANGED, Thing("account", str(account_id)))


def _phone(text: str, country: str) -> str:
    try:
        number = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_valid_number(number):
        raise BadDetails("phone", "Enter a telephone number with its country, such as +49 30 901820.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
