"""Looks at what is collected: of accounts, exactly what the policy names, sealed, and nothing before somebody is shown to be there."""

from dataclasses import fields
from datetime import timedelta
from typing import Final

from ringfence.apps.people.details import Details
from ringfence.apps.people.models import SignUp
from ringfence.lifecycle.assurance.values import Evidence, Look, Looking, broken, kept
from ringfence.policy.catalogue import Kind, PlaceKind, catalogue

# What is asked when an account is opened, beside name and e-mail address, in the policy's own words.
NAMED: Final = {
    "company": "company name", "phone": "phone number", "country": "billing details", "address": "billing details",
    "vat_id": "billing details", "invoice_email": "billing details",
}  # fmt: skip
LATE: Final = timedelta(hours=1)


def account_data(looking: Looking) -> Evidence:
    """collect.account: what is asked is what is named; it rests sealed; what nobody confirmed is gone after its day."""
    unnamed = sorted({each.name for each in fields(Details)} ^ set(NAMED))
    if unnamed:
        return broken("Something else is asked for than the policy names.", fields=", ".join(unnamed))
    tables = catalogue().of(PlaceKind.TABLE)
    if any(
        tables[name].fields["said_sealed"].kind is not Kind.SEALED
        for name in ("people_details", "people_signup")
    ):
        return broken("What a company says of itself is not declared as sealed.")
    late = SignUp.objects.filter(expires_at__lt=looking.clock.now() - LATE).values("id").count()
    if late:
        return broken("Sign-ups that nobody confirmed are still here.", count=str(late))
    return kept(
        "Opening an account asks for what the policy names. It rests sealed, nothing exists before the address was shown to be its person's, and what nobody confirmed is gone after a day.",
        asked_for="name, email address, " + ", ".join(dict.fromkeys(NAMED.values())),
    )  # fmt: skip


LOOKS: Final[dict[str, Look]] = {"collect.account": account_data}
