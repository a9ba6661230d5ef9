"""Beginning a session: the one place, whichever way somebody came."""

from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

from allauth.account.internal.flows.login import get_authentication_records
from django.contrib.auth import login, logout
from django.http import HttpRequest

from ringfence.apps.accounts.members import belongings
from ringfence.apps.accounts.models import User
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.people import sessions
from ringfence.apps.people.errors import NoSuchSession
from ringfence.apps.people.rules import rules_of
from ringfence.web.clock import clock
from ringfence.web.people import notices
from ringfence.web.people.seen import seen
from ringfence.web.people.told import tell_staff

SESSION: Final = "rf_session"
LONG_AGO: Final = timedelta(hours=1)
SIGN_ON_PREFIX: Final = "sso-"
BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
_METHODS: Final = {"link": "link", "password": "password", "socialaccount": "sign_on"}
FACTOR_METHODS: Final = {"webauthn": "passkey", "totp": "totp", "recovery_codes": "recovery"}


def enter(request: HttpRequest, user: User) -> None:
    """Begin the session of somebody who passed every stage, and write it down in an account that it reaches; who belongs
    nowhere has no account to tell.
    """
    method, through = _how(request, user)
    place = seen(request)
    here_before = sessions.known(user.id, place, clock())
    asked = rules_of(user.id)
    first = next(
        (each for each in belongings(user.id) if asked[each.account_id].lets_in(through)), None
    )  # fmt: skip
    if first is None:
        _begin(request, user, method, through)
        tell_staff(user.id, Act.SIGNED_IN, clock())
    else:
        with acting_as(user.id, request), tenant(first.account_id):
            _begin(request, user, method, through)
            record(first.account_id, Act.SIGNED_IN, Thing("member", str(user.id)))
    if here_before is False:
        notices.new_place(user, place, clock())


def leave(request: HttpRequest) -> None:
    """End the session of this browser, if there is one."""
    session_id = request.session.get(SESSION)
    if session_id and isinstance(request.user, User):
        with suppress(NoSuchSession):
            sessions.end(request.user.id, UUID(session_id), clock())
    logout(request)


def _begin(request: HttpRequest, user: User, method: str, through: UUID | None) -> None:
    earlier = request.session.get(SESSION)
    if earlier:
        with suppress(NoSuchSession):
            sessions.end(user.id, UUID(earlier), clock())
        request.session.cycle_key()  # the library keeps the cookie of somebody who signs in again as themselves
    login(request, user, backend=BACKEND)
    old = _asked_before(request) if through else timedelta()
    request.session[SESSION] = str(sessions.begin(user.id, method, seen(request), clock(), through, old))


def _asked_before(request: HttpRequest) -> timedelta:
    """How old an identity provider's word is. One that does not say when it asked gives no fresh proof."""
    seconds: float | None = getattr(request, "asked_before_s", None)
    return LONG_AGO if seconds is None else timedelta(seconds=seconds)


def _how(request: HttpRequest, user: User) -> tuple[str, UUID | None]:
    """The strongest thing that was shown, and the identity provider that vouched, if one did."""
    method, through = "link", None
    for entry in get_authentication_records(request, user):
        if entry["method"] == "mfa":
            method = FACTOR_METHODS.get(entry.get("type", ""), method)
        else:
            method = _METHODS.get(entry["method"], method)
        if entry["method"] == "socialaccount":
            through = UUID(str(entry["provider"]).removeprefix(SIGN_ON_PREFIX))
    return method, through


def acting_as(user_id: UUID, request: HttpRequest) -> AbstractContextManager[None]:
    """Within it, this person does whatever is done, from where the request came."""
    return acting(Actor(ActorKind.MEMBER, user_id, request.META.get("REMOTE_ADDR") or None))
