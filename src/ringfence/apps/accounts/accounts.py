"""Opening and finding accounts."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db import IntegrityError, connection

from ringfence.apps.accounts.errors import BadAccount, NoSuchAccount, SlugTaken
from ringfence.apps.accounts.models import Account
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.policy import Plan

_BY_SLUG: Final = "SELECT lookup.account_by_slug(%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """What pages and calls need to know of an account."""

    id: UUID
    slug: str
    name: str
    plan: Plan
    timezone: str


def make_account(
    *, slug: str, name: str, clock: Clock, plan: Plan = Plan.STARTER, timezone: str = "UTC"
) -> UUID:
    """Open an account. Raises `SlugTaken`, or `BadAccount` for a slug or time zone that is none."""
    _check(slug, timezone)
    account_id = new_id(clock)
    try:
        with tenant(account_id):
            Account.objects.create(
                id=account_id, slug=slug, name=name, plan=plan, timezone=timezone, created_at=clock.now()
            )
            record(account_id, Act.ACCOUNT_OPENED, Thing("account", str(account_id)))
    except IntegrityError:
        raise SlugTaken(f"There is an account {slug!r} already. Choose another name.") from None
    return account_id


def account_by_slug(slug: str) -> UUID:
    """The account's id. Raises `NoSuchAccount`."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_SLUG, [slug])
        row = cursor.fetchone()
    if row is None or row[0] is None:
        raise NoSuchAccount(f"There is no account {slug!r}.")
    found: UUID = row[0]
    return found


def account(account_id: UUID) -> AccountFacts:
    """An account's facts. Raises `NoSuchAccount`."""
    with tenant(account_id):
        row = Account.objects.filter(id=account_id).first()
    if row is None:
        raise NoSuchAccount("There is no such account.")
    return AccountFacts(id=row.id, slug=row.slug, name=row.name, plan=Plan(row.plan), timezone=row.timezone)


def _check(slug: str, timezone: str) -> None:
    try:
        validate_slug(slug)
        ZoneInfo(timezone)
    except ValidationError:
        raise BadAccount("An account's short name has letters, digits, hyphens and underscores.") from None
    except (ZoneInfoNotFoundError, ValueError):
        raise BadAccount(f"{timezone!r} is no time zone. Write it like Europe/Berlin.") from None
