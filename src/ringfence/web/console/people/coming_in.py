"""The second step of signing in, signing in by passkey, and proving anew who one is."""

from typing import Any, Final
from urllib.parse import urlencode

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.stages import AuthenticateStage
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.accounts.models import User
from ringfence.apps.people import sessions
from ringfence.web.clock import clock
from ringfence.web.console.signin import failed, safe
from ringfence.web.people import factors, notices
from ringfence.web.people.entering import FACTOR_METHODS
from ringfence.web.people.seen import seen
from ringfence.web.remembered import count
from ringfence.web.viewer import anyone, door_of, person_of

MOST_PROOFS: Final = 10
PROOFS_WITHIN_S: Final = 15 * 60
WRONG_CODE: Final = (
    "This code does not fit, was used before, or was tried too often. Wait for the next one and try again."
)
WRONG_KEY: Final = "This passkey was not accepted. Try again, or use a code."


@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[misc,untyped-decorator,unused-ignore]
@require_http_methods(["GET", "POST"])
@anyone
def second(request: HttpRequest) -> HttpResponse:
    """After the password or the link: a passkey, or a code."""
    stage: Any = request._login_stage  # type: ignore[attr-defined] # noqa: SLF001 - so the library hands it over
    user: User = stage.login.user
    message = ""
    if request.method == "POST":
        shown = _shown(request, user)
        if shown is not None:
            post_authentication(request, shown)
            answer: HttpResponse = stage.exit()
            return answer
        failed(request, user)
        message = WRONG_CODE if "code" in request.POST else WRONG_KEY
    status = 400 if message else 200
    return render(request, "mfa/second.html", _ways(user) | {"error": message}, status=status)


@require_GET
@anyone
def passkey_options(_request: HttpRequest) -> JsonResponse:
    """A challenge for whichever passkey the browser has for this site."""
    return JsonResponse(factors.begin_authentication(None))


@require_POST
@anyone
def passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone: it is something one has, unlocked by something one is or knows."""
    target = safe(request, request.POST.get("then"))
    slow = count("sign-in", f"passkey:{seen(request).network}", PROOFS_WITHIN_S) > MOST_PROOFS * 5
    found = None if slow else factors.passkey_shown(request.POST.get("credential", ""))
    if found is None:
        return render(request, "sign_in.html", {"next": target, "error": WRONG_KEY}, status=400)
    user, shown = found
    post_authentication(request, shown, passwordless=True)
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=target))
    return answer


@require_http_methods(["GET", "POST"])
@anyone
def step_up(request: HttpRequest) -> HttpResponse:
    """Prove anew who one is; by a factor where there is one, else by the password, else by a mailed link."""
    door, target = door_of(request), safe(request, request.POST.get("next") or request.GET.get("next"))
    if door is None:
        return HttpResponseRedirect("/sign-in/")
    user = person_of(request)
    context: dict[str, object] = {
        "next": target, "held": not door.state.vouched, "password": user.has_usable_password(),
        "through": door.state.through,
    }  # fmt: skip
    status = 200
    if request.POST.get("do") == "mail":
        context |= _mailed(user, target)
    elif request.method == "POST":
        if slowed(request, user):
            context["error"], status = "Too many attempts. Wait a quarter of an hour.", 429
        elif by := _proved(request, user):
            sessions.prove(door.state.id, seen(request), clock(), by)
            request.session.cycle_key()
            return HttpResponseRedirect(target)
        else:
            failed(request, user)
            context["error"], status = "That did not fit. Check it and try again.", 400
    return render(request, "account/step_up.html", context | _ways(user), status=status)


def slowed(request: HttpRequest, user: User) -> bool:
    """Whether this person's password or factor was asked for too often from here. Counts this time, too."""
    return count("sign-in", f"step-up:{user.id}:{seen(request).network}", PROOFS_WITHIN_S) > MOST_PROOFS


def _proved(request: HttpRequest, user: User) -> str | None:
    """By what they proved themselves; None if they did not."""
    if factors.factors(user).any:
        shown = _shown(request, user)
        if shown is None:
            return None
        shown.record_usage()
        return FACTOR_METHODS[shown.type]
    return "password" if user.check_password(request.POST.get("password", "")) else None


def _shown(request: HttpRequest, user: User) -> Any | None:
    """The factor that was shown, if it is one of this person's."""
    if "code" in request.POST:
        form = factors.code_form(user, request.POST["code"])
        return None if form is None else form.authenticator
    found = factors.passkey_shown(request.POST.get("credential", ""), user)
    return None if found is None else found[1]


def _ways(user: User) -> dict[str, Any]:
    has = factors.factors(user)
    context: dict[str, Any] = {"has": has}
    if has.passkeys:
        context["options"] = factors.begin_authentication(user)
    return context


def _mailed(user: User, target: str) -> dict[str, object]:
    if count("sign-in", f"mail:{user.id}", PROOFS_WITHIN_S) <= 3:  # noqa: PLR2004 - a few, for who waits
        notices.link(
            user.email, "Your sign-in link", "Somebody who is signed in as you wants to go on. If that is you, use this link.",
            "It works once, for a quarter of an hour.", act="Go on",
            path=f"/sign-in/link/?{urlencode({'token': sign_in_token(user), 'next': target})}", clock=clock(),
        )  # fmt: skip
    return {"mailed": user.email}
