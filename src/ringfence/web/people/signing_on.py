"""Single sign-on: an account's own identity provider, for the addresses it may vouch for, into that account and no other.

The library speaks the protocol (OpenID Connect Core 1.0: authorization code, bound by state and PKCE). Who comes in is decided
here: a member of that account, whose proven address the provider may vouch for. Nobody is made by a provider's word, and a
session that came in this way reaches that account alone (`apps.people.rules.Asked.lets_in`): whoever runs one account's
provider could otherwise give out to be anybody in another's.
"""

from typing import Any, Final
from uuid import UUID

import requests
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialApp
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from requests.adapters import HTTPAdapter

from ringfence.apps.accounts.members import members
from ringfence.apps.accounts.models import User, normal_email
from ringfence.apps.people import signon
from ringfence.apps.people.errors import NoSuchSignOn
from ringfence.core.config import current
from ringfence.core.personal import Category
from ringfence.egress.errors import NoWay
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind
from ringfence.egress.tls import client_context
from ringfence.web.clock import clock

KIND: Final = "openid_connect"
PATIENCE_S: Final = 10.0
NAME: Final = "sso-"
AUTHORITY: str | bool = True  # what requests trusts; a test's own authority takes its place


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Providers come from `apps.people.signon`, their secrets sealed until they are used."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        try:
            found = signon.provider(UUID((provider or "").removeprefix(NAME)))
        except (ValueError, NoSuchSignOn):
            return []
        if request is not None:
            request.sign_on_account = found.account_id  # type: ignore[attr-defined]
        settings = {"server_url": found.issuer, "oauth_pkce_enabled": True}
        return [
            SocialApp(
                provider=KIND, provider_id=found.name, name="Single sign-on", client_id=found.client_id,
                secret=found.secret, settings=settings,
            )
        ]  # fmt: skip

    def get_requests_session(self) -> requests.Session:
        return _Patient(getattr(context.request, "sign_on_account", None))

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Whose session it becomes, or why nobody's."""
        account = sociallogin.account
        try:
            found = signon.provider(UUID(account.provider.removeprefix(NAME)))
        except (ValueError, NoSuchSignOn):
            raise refused(request, "This single sign-on is no longer there.") from None
        said, account.extra_data = _claims(account.extra_data), {}
        request.asked_before_s = _asked_before_s(said)  # type: ignore[attr-defined]
        user = signon.person_of(found, account.uid) or _by_address(request, found, said)
        if user.id not in {each.user_id for each in members(found.account_id)}:
            raise refused(request, "You are no member of this account. Ask its owner to invite you.")
        sociallogin.user = user
        signon.know(found, account.uid, user, clock())
        SocialAccount.objects.update_or_create(
            provider=account.provider, uid=account.uid, defaults={"user": user, "extra_data": {}}
        )

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        raise refused(request, "Your company's sign-in did not work, or was broken off. Try again.")


def refused(request: HttpRequest, why: str) -> ImmediateHttpResponse:
    """The page that says so."""
    answer: HttpResponse = render(request, "socialaccount/refused.html", {"why": why}, status=403)
    return ImmediateHttpResponse(answer)


def _by_address(request: HttpRequest, found: signon.Provider, said: dict[str, Any]) -> User:
    """The member whose address the provider has verified, and may vouch for."""
    address = normal_email(str(said.get("email") or ""))
    if said.get("email_verified") is not True or not found.vouches_for(address):
        raise refused(
            request, "Your company's sign-in did not vouch for an e-mail address of its own domains."
        )
    user: User | None = User.objects.filter(email=address, is_active=True).first()
    if user is None:
        raise refused(request, "You are no member of this account. Ask its owner to invite you.")
    return user


def _claims(data: dict[str, Any]) -> dict[str, Any]:
    """What the provider says of the person: in the signed token, or, where it is silent, over its own connection."""
    claims: dict[str, Any] = {**(data.get("userinfo") or {}), **(data.get("id_token") or {})}
    return claims


def _asked_before_s(said: dict[str, Any]) -> float | None:
    """How long before it gave its word the provider last asked this person who they are; None where it does not say
    (`auth_time`, OpenID Connect Core 1.0, section 2). Both moments are the provider's own.
    """
    issued, asked = said.get("iat"), said.get("auth_time")
    if not isinstance(issued, int | float) or not isinstance(asked, int | float):
        return None
    return max(0.0, float(issued) - float(asked))


class _Strict(HTTPAdapter):
    """TLS as everywhere, also through the gate's tunnel."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        self._context = client_context(AUTHORITY if isinstance(AUTHORITY, str) else None)
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        return super().proxy_manager_for(*args, ssl_context=self._context, **kwargs)


class _Patient(requests.Session):
    """Goes through the gate, waits for a provider so long and no longer, follows it nowhere else, and takes its word over TLS alone."""

    def __init__(self, account_id: UUID | None) -> None:
        super().__init__()
        self.trust_env = False
        self.mount("https://", _Strict())
        self._going = Going(
            kind=Kind.IDENTITY, purpose="security", category=Category.ACCOUNT, account_id=account_id
        )

    def request(self, method: Any, url: Any, *args: Any, **kwargs: Any) -> requests.Response:
        if not str(url).startswith("https://"):
            raise requests.exceptions.InvalidURL("An identity provider is asked over https alone.")
        try:
            through = Gate.of(current()).way(self._going).proxy_url()
        except NoWay as error:
            raise requests.exceptions.ConnectionError(str(error)) from error
        kwargs |= {
            "timeout": PATIENCE_S, "allow_redirects": False, "verify": AUTHORITY, "proxies": {"https": through},
        }  # fmt: skip
        return super().request(method, url, *args, **kwargs)
