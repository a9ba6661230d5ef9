"""How the sign-in library is held to our ways: its secrets sealed, its pages ours, nobody made by it."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ringfence.apps.accounts.models import User
from ringfence.apps.keys.wiring import vault
from ringfence.vault.people import open_of_person, seal_of_person
from ringfence.web.people.entering import enter, leave
from ringfence.web.people.seen import seen
from ringfence.web.people.signing_on import SignOnAdapter

FACTOR: Final = "factor"
HOME: Final = "/learn/calls/"
_whose: ContextVar[UUID] = ContextVar("ringfence_whose_factor")


@contextmanager
def factors_of(user_id: UUID) -> Iterator[None]:
    """Within it, secrets of second factors are sealed to, and opened as, this person's."""
    mark = _whose.set(user_id)
    try:
        yield
    finally:
        _whose.reset(mark)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in ends in our session; whatever the library would send or say by itself, we say."""

    def login(self, request: HttpRequest, user: User) -> None:
        enter(request, user)

    def logout(self, request: HttpRequest) -> None:
        leave(request)

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_stages(self) -> list[str]:
        return ["allauth.mfa.stages.AuthenticateStage"]

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return HOME

    def get_client_ip(self, request: HttpRequest) -> str:
        return seen(request).address

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """`stepup.demand_fresh` asks, at the pages themselves."""
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Somebody whose sign-in was closed learns no more than somebody who was never here."""
        context = {"next": HOME, "error": "This sign-in is closed. Ask whoever runs this installation."}
        return render(request, "sign_in.html", context, status=403)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """`notices` tells."""


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Secrets are sealed to their person's id, so that one moved to another's row opens nothing."""

    def encrypt(self, text: str) -> str:
        return b64encode(seal_of_person(vault().root, _whose.get(), FACTOR, text)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return open_of_person(vault().root, _whose.get(), FACTOR, b64decode(encrypted_text))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": context.request.get_host().partition(":")[0], "name": "Ringfence"}


__all__ = ["AccountAdapter", "FactorAdapter", "SignOnAdapter", "factors_of"]
