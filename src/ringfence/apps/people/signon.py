"""An account's own identity provider: who it is, for whose addresses it may vouch, and whether nothing else opens the account."""

import re
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.models import User
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.errors import BadSignOn, NoSuchSignOn
from ringfence.apps.people.models import Identity, SignOn
from ringfence.apps.recipients.register import register
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.egress.recipients import NOTHING_SAID, Terms
from ringfence.egress.recipients import Kind as Recipient
from ringfence.egress.target import Target, target_of
from ringfence.vault.people import mark_of

MOST_DOMAINS: Final = 20
# Providers that name themselves by one host and answer at others.
BESIDE: Final = {
    "accounts.google.com": ("oauth2.googleapis.com", "openidconnect.googleapis.com", "www.googleapis.com"),
    "login.microsoftonline.com": ("graph.microsoft.com",),
}
_DOMAIN: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+")
_ACCOUNT_OF: Final = "SELECT lookup.account_of_sign_on(%s)"
_OF_DOMAIN: Final = "SELECT id, account_name FROM lookup.sign_ons_of_domain(%s)"
_FORGET_IDENTITIES: Final = "DELETE FROM socialaccount_socialaccount WHERE provider = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An identity provider. The secret is opened only to be shown to the provider itself."""

    id: UUID
    account_id: UUID
    issuer: str
    client_id: str
    domains: tuple[str, ...]
    enforced: bool
    secret: str = field(repr=False)

    @property
    def name(self) -> str:
        return name_of(self.id)

    def vouches_for(self, address: str) -> bool:
        return address.rpartition("@")[2].casefold() in self.domains


def name_of(sign_on_id: UUID) -> str:
    """How the sign-in library and an identity's row name it."""
    return f"sso-{sign_on_id}"


def provider_of(account_id: UUID) -> Provider | None:
    """The account's, if it has one."""
    with tenant(account_id):
        row = SignOn.objects.filter(account_id=account_id).first()
    return None if row is None else _opened(row)


def provider(sign_on_id: UUID) -> Provider:
    """By its id, before anybody's account is known. Raises `NoSuchSignOn`."""
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT_OF, [sign_on_id])
        row = cursor.fetchone()
    found = provider_of(row[0]) if row and row[0] else None
    if found is None or found.id != sign_on_id:
        raise NoSuchSignOn("There is no such single sign-on.")
    return found


def of_address(address: str) -> tuple[tuple[UUID, str], ...]:
    """The identity providers that vouch for an address's domain, with their accounts' names."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_DOMAIN, [address.rpartition("@")[2].strip().casefold()])
        return tuple((row[0], row[1]) for row in cursor.fetchall())


def set_provider(
    account_id: UUID, *, issuer: str, client_id: str, secret: str, domains: str, clock: Clock,
    terms: Terms = NOTHING_SAID,
) -> UUID:  # fmt: skip
    """Name the account's identity provider, or another one: then nobody is known there any more, and nothing is enforced.

    An empty `secret` leaves the one that is there. Raises `BadSignOn`.
    """
    issuer, names = _issuer(issuer), _domains(domains)
    if not client_id.strip():
        raise BadSignOn("Enter the client id that the identity provider gave you.")
    with tenant(account_id):
        row = SignOn.objects.filter(account_id=account_id).first()
        for target in _targets(issuer):
            register(account_id, Recipient.IDENTITY, target, clock, terms)
        if row is not None and row.issuer == issuer:
            sealed = vault().seal_secret(account_id, row.id, secret) if secret else bytes(row.secret_sealed)
            SignOn.objects.filter(account_id=account_id).update(
                client_id=client_id.strip()[:200], secret_sealed=sealed, domains=names
            )
            record(account_id, Act.SIGN_ON_CHANGED, Thing("sign_on", str(row.id)))
            return row.id
        if not secret:
            raise BadSignOn("Enter the client secret that the identity provider gave you.")
        if row is not None:
            _drop(account_id, row.id)
        fresh = new_id(clock)
        SignOn.objects.create(
            id=fresh, account_id=account_id, issuer=issuer, client_id=client_id.strip()[:200], domains=names,
            secret_sealed=vault().seal_secret(account_id, fresh, secret), created_at=clock.now(),
        )  # fmt: skip
        record(account_id, Act.SIGN_ON_CHANGED, Thing("sign_on", str(fresh)))
    return fresh


def enforce(account_id: UUID, *, enforced: bool) -> None:
    """Whether nothing but the identity provider opens the account. Felt by everybody at the next click. Raises `NoSuchSignOn`."""
    with tenant(account_id):
        rows = SignOn.objects.filter(account_id=account_id)
        if not rows.update(enforced=enforced):
            raise NoSuchSignOn("Name the identity provider first.")
        record(account_id, Act.SIGN_ON_CHANGED, Thing("account", str(account_id)))


def forget_provider(account_id: UUID) -> None:
    """No single sign-on any more; whoever came in by it is signed out of the account. Raises `NoSuchSignOn`."""
    with tenant(account_id):
        row = SignOn.objects.filter(account_id=account_id).first()
        if row is None:
            raise NoSuchSignOn("There is no single sign-on to remove.")
        _drop(account_id, row.id)
        record(account_id, Act.SIGN_ON_CHANGED, Thing("sign_on", str(row.id)))


def person_of(found: Provider, uid: str) -> User | None:
    """Who came in under this name of the provider's before; None for somebody new."""
    row = Identity.objects.filter(subject=_subject(found, uid)).first()
    return User.objects.filter(id=row.user_id, is_active=True).first() if row else None


def know(found: Provider, uid: str, user: User, clock: Clock) -> None:
    """From now on this is who the provider means by that name."""
    subject = _subject(found, uid)
    row = Identity.objects.filter(subject=subject).first()
    if row is None or row.user_id != user.id:
        Identity.objects.filter(subject=subject).delete()
        Identity.objects.create(id=new_id(clock), user=user, sign_on=found.id, subject=subject)


def _subject(found: Provider, uid: str) -> bytes:
    return mark_of(vault().root, "identity", found.name, uid)


def _drop(account_id: UUID, sign_on_id: UUID) -> None:
    SignOn.objects.filter(account_id=account_id, id=sign_on_id).delete()
    with connection.cursor() as cursor:
        cursor.execute(_FORGET_IDENTITIES, [name_of(sign_on_id)])
    Identity.objects.filter(sign_on=sign_on_id).delete()


def _opened(row: SignOn) -> Provider:
    return Provider(
        id=row.id, account_id=row.account_id, issuer=row.issuer, client_id=row.client_id, domains=tuple(row.domains),
        enforced=row.enforced, secret=vault().open_secret(row.account_id, row.id, bytes(row.secret_sealed)),
    )  # fmt: skip


def _targets(issuer: str) -> list[Target]:
    first = target_of(issuer)
    return [first, *(Target(host, first.port) for host in BESIDE.get(first.host, ()))]


def _issuer(text: str) -> str:
    text = text.strip().rstrip("/")
    parts = urlsplit(text)
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise BadSignOn(
            "An issuer is an address like https://login.example.org, as the identity provider names itself."
        )
    return text[:300]


def _domains(text: str) -> list[str]:
    names = sorted({each.casefold().removeprefix("@") for each in re.split(r"[\s,;]+", text) if each})
    if not names or len(names) > MOST_DOMAINS or not all(_DOMAIN.fullmatch(each) for each in names):
        raise BadSignOn("Enter the domains of your addresses, such as example.org, with a space between.")
    return names
