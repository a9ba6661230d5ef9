"""How somebody signs in, and where they are signed in."""

from typing import Final
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringfence.apps.accounts.models import User
from ringfence.apps.audit.acts import Act
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people import sessions
from ringfence.apps.people.errors import BadDetails
from ringfence.vault.errors import Tampered
from ringfence.vault.people import open_of_person, seal_of_person
from ringfence.web.clock import clock
from ringfence.web.console.people.coming_in import slowed
from ringfence.web.console.signin import failed
from ringfence.web.people import factors, notices
from ringfence.web.people.told import tell_accounts
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import door_of, needs_person, person_of

SETUP: Final = "app_setup"


@require_GET
@needs_person
def show(request: HttpRequest) -> HttpResponse:
    return _page(request)


@require_POST
@needs_person
def password(request: HttpRequest) -> HttpResponse:
    """Set a password, or another one; every other session ends. Whoever has one says it in the same form, however they came in."""
    demand_fresh(request)
    user, wanted = person_of(request), request.POST.get("password", "")
    if wrong := _wrong_current(request, user):
        return _page(request, status=400, current_error=wrong)
    try:
        check_password(wanted, user)
    except BadDetails as error:
        return _page(request, status=400, password_error=str(error))
    user.set_password(wanted)
    user.save(update_fields=["password"])
    update_session_auth_hash(request, user)
    sessions.end_all(user.id, clock(), but=_here(request))
    _changed(request, "A new password was set, and your other sessions were signed out.")
    return redirect("security")


def _wrong_current(request: HttpRequest, user: User) -> str:
    """What to say of the current password that was entered; empty if it is right, or there is none."""
    if not user.has_usable_password():
        return ""
    if slowed(request, user):
        return "Too many attempts. Wait a quarter of an hour."
    if user.check_password(request.POST.get("current", "")):
        return ""
    failed(request, user)
    return "This is not your password. If you do not know it any more, sign out and have a link mailed to set a new one."


def check_password(wanted: str, user: User | None) -> None:
    """Raises BadDetails: what is asked of a password is length, and that it is none of the common ones."""
    try:
        validate_password(wanted, user)
    except ValidationError as error:
        raise BadDetails("password", " ".join(error.messages)) from None


@require_GET
@needs_person
def passkey_options(request: HttpRequest) -> HttpResponse:
    """What the browser needs to make a passkey."""
    demand_fresh(request)
    return JsonResponse(factors.begin_registration(person_of(request)))


@require_POST
@needs_person
def add_passkey(request: HttpRequest) -> HttpResponse:
    demand_fresh(request)
    user = person_of(request)
    name = " ".join(request.POST.get("name", "").split()) or "Passkey"
    first = not factors.factors(user).any
    if not factors.add_passkey(user, name, request.POST.get("credential", "")):
        message = "The passkey was not made, or its answer came too late. Try again."
        return _page(request, status=400, passkey_error=message)
    _shown(request, "passkey")
    _changed(request, f"The passkey “{name}” was added.")
    return _codes(request, user) if first else redirect("security")


@require_POST
@needs_person
def remove_passkey(request: HttpRequest, passkey_id: int) -> HttpResponse:
    demand_fresh(request)
    factors.remove_passkey(person_of(request), passkey_id)
    _changed(request, "A passkey was removed.")
    return redirect("security")


@require_http_methods(["GET", "POST"])
@needs_person
def app(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app: its secret is shown, and kept once a code of it fits."""
    demand_fresh(request)
    user, message = person_of(request), ""
    secret = _secret_being_set_up(request, user)
    if request.method == "POST":
        if factors.add_app(user, secret, request.POST.get("code", "")):
            request.session.pop(SETUP, None)
            _shown(request, "totp")
            _changed(request, "An authenticator app was set up.")
            return _codes(request, user)
        message = (
            "This code does not fit. Check that the clock of your phone is right, and enter the newest code."
        )
    library = get_adapter()
    url = library.build_totp_url(user, secret)
    context = {
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)), "url": url,
        "picture": library.build_totp_svg(url), "error": message,
    }  # fmt: skip
    return render(request, "mfa/app.html", context, status=400 if message else 200)


@require_POST
@needs_person
def remove_app(request: HttpRequest) -> HttpResponse:
    demand_fresh(request)
    factors.remove_app(person_of(request))
    _changed(request, "The authenticator app was removed.")
    return redirect("security")


@require_POST
@needs_person
def codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes, shown once; the old ones are void."""
    demand_fresh(request)
    user = person_of(request)
    if not factors.factors(user).any:
        return redirect("security")
    _changed(request, "New recovery codes were made.")
    return _codes(request, user)


@require_POST
@needs_person
def end_session(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Sign out elsewhere."""
    user = person_of(request)
    sessions.end(user.id, session_id, clock())
    tell_accounts(request, user, Act.SESSION_ENDED)
    return redirect("security")


@require_POST
@needs_person
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    user = person_of(request)
    if sessions.end_all(user.id, clock(), but=_here(request)):
        tell_accounts(request, user, Act.SESSION_ENDED)
    return redirect("security")


def _codes(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "mfa/codes.html", {"codes": factors.new_codes(user)})


def _page(request: HttpRequest, status: int = 200, **context: object) -> HttpResponse:
    user, door = person_of(request), door_of(request)
    idle = door.idle if door else sessions.LONGEST
    context |= {
        "has": factors.factors(user), "with_password": user.has_usable_password(), "here": _here(request),
        "sessions": sessions.sessions(user.id, clock(), idle), "address": user.email,
    }  # fmt: skip
    return render(request, "people/security.html", context, status=status)


def _changed(request: HttpRequest, what: str) -> None:
    user = person_of(request)
    tell_accounts(request, user, Act.SIGN_IN_CHANGED)
    notices.changed(user, what, clock())


def _shown(request: HttpRequest, method: str) -> None:
    """Whoever set a second factor up has shown it."""
    here = _here(request)
    if here is not None:
        sessions.show(here, method)


def _here(request: HttpRequest) -> UUID | None:
    door = door_of(request)
    return door.state.id if door else None


def _secret_being_set_up(request: HttpRequest, user: User) -> str:
    """The same over several tries; in the session it is sealed, for sessions rest in the database."""
    kept = request.session.get(SETUP)
    if kept and request.method == "POST":
        try:
            return open_of_person(vault().root, user.id, SETUP, bytes.fromhex(kept))
        except Tampered:
            pass  # somebody else began to set theirs up in this browser
    secret = factors.new_secret()
    request.session[SETUP] = seal_of_person(vault().root, user.id, SETUP, secret).hex()
    return secret
