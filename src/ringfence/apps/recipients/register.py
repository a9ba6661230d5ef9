"""The register of an account: who it brought, and what it says of them."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.recipients.book import recipient as read
from ringfence.apps.recipients.errors import BadTerms, NoSuchRecipient
from ringfence.apps.recipients.models import Recipient as Row
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.egress.decide import REASONS, grounded
from ringfence.egress.recipients import LIMITS, MODULES, NOTHING_SAID, Ground, Kind, Recipient, Role, Terms
from ringfence.egress.target import Target
from ringfence.policy import Answer

LONGEST_AGREEMENT: Final = 300
_VALUES: Final = (
    "id", "kind", "role", "host", "port", "purposes", "categories", "ground", "country", "module", "assessed_on", "agreement",
)  # fmt: skip


def register(account_id: UUID, kind: Kind, target: Target, clock: Clock, terms: Terms = NOTHING_SAID) -> UUID:
    """Enter a recipient that an account brings; its id. One that is there stays, and is said more of if `terms` say anything."""
    _checked(terms, clock.now().date())
    with tenant(account_id):
        rows = Row.objects.filter(
            account_id=account_id, kind=kind.value, host=target.host, port=target.port, ended_at__isnull=True
        )
        known = rows.values_list("id", flat=True).first()
        if known is not None:
            if terms != NOTHING_SAID:
                _say(account_id, known, terms)
            return known
        fresh, (purposes, categories) = new_id(clock), LIMITS[kind]
        Row.objects.create(
            id=fresh, account_id=account_id, kind=kind.value, role=Role.CUSTOMER.value, host=target.host, port=target.port,
            purposes=sorted(purposes), categories=sorted(each.value for each in categories), registered_at=clock.now(),
            **_columns(terms),
        )  # fmt: skip
        record(account_id, Act.RECIPIENT_REGISTERED, Thing("recipient", str(fresh)))
    return fresh


def say(account_id: UUID, recipient_id: UUID, terms: Terms, clock: Clock) -> None:
    """Say where a recipient is and on what ground it may receive. Raises `NoSuchRecipient`, `BadTerms`."""
    _checked(terms, clock.now().date())
    with tenant(account_id):
        _say(account_id, recipient_id, terms)


def end(account_id: UUID, recipient_id: UUID, clock: Clock) -> None:
    """It may receive nothing more; what it was given stays on record. Raises `NoSuchRecipient`."""
    with tenant(account_id):
        rows = Row.objects.filter(account_id=account_id, id=recipient_id, ended_at__isnull=True)
        if not rows.update(ended_at=clock.now()):
            raise NoSuchRecipient("There is no such recipient.")
        record(account_id, Act.RECIPIENT_ENDED, Thing("recipient", str(recipient_id)))


def keep_only(account_id: UUID, kind: Kind, used: Collection[Target], clock: Clock) -> None:
    """End those of a kind at places that nothing of the account's uses any more."""
    for each in recipients(account_id):
        if each.kind is kind and Target(each.host, each.port) not in used:
            end(account_id, each.id, clock)


def recipients(account_id: UUID) -> tuple[Recipient, ...]:
    """The account's own that may receive, by kind and host."""
    with tenant(account_id):
        rows = list(
            Row.objects.filter(account_id=account_id, ended_at__isnull=True)
            .order_by("kind", "host", "port")
            .values_list(*_VALUES)
        )
    return tuple(read(account_id, row) for row in rows)


def checked(entered: dict[str, str], today: date) -> Terms:
    """What somebody entered, as terms. Raises `BadTerms` with the field that is wrong."""
    try:
        ground = Ground(entered.get("ground", "") or Ground.UNSAID.value)
    except ValueError:
        raise BadTerms("ground", "Choose where it is.") from None
    if ground is Ground.UNSAID:
        return NOTHING_SAID
    terms = Terms(
        ground=ground,
        country=entered.get("country", "").strip().upper(),
        module=_module(entered.get("module", "")) if ground is Ground.SCC else None,
        assessed_on=_day(entered.get("assessed_on", "")),
        agreement=entered.get("agreement", "").strip(),
    )
    _checked(terms, today)
    return terms


def _checked(terms: Terms, today: date) -> None:
    """Raise `BadTerms` for what cannot be so, at the field that has to be mended."""
    if terms.ground is Ground.UNSAID:
        return
    if len(terms.country) != 2 or not terms.country.isalpha() or not terms.country.isascii():  # noqa: PLR2004 (ISO 3166-1)
        raise BadTerms("country", "Name the country by its two letters: DE, CH, US.")
    if len(terms.agreement) > LONGEST_AGREEMENT or "\x00" in terms.agreement:
        raise BadTerms("agreement", f"Up to {LONGEST_AGREEMENT} characters: which agreement, of which day.")
    decision = grounded(terms, today)
    if decision.answer is not Answer.YES:
        raise BadTerms(_FIELDS.get(decision.reason, "ground"), REASONS[decision.reason])


_FIELDS: Final = {
    "no_agreement": "agreement", "not_eea": "country", "not_adequate": "country", "no_module": "module",
    "not_assessed": "assessed_on",
}  # fmt: skip


def _say(account_id: UUID, recipient_id: UUID, terms: Terms) -> None:
    rows = Row.objects.filter(account_id=account_id, id=recipient_id, ended_at__isnull=True)
    if not rows.update(**_columns(terms)):
        raise NoSuchRecipient("There is no such recipient.")
    record(account_id, Act.RECIPIENT_CHANGED, Thing("recipient", str(recipient_id)))


def _columns(terms: Terms) -> dict[str, Any]:
    return asdict(terms) | {"ground": terms.ground.value}


def _module(text: str) -> int | None:
    return next((each for each in MODULES if str(each) == text), None)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadTerms("assessed_on", "Write a day as 2026-11-23.") from None
