"""Signing in: by one-time link or by password; out again; and which account."""

from typing import Any, Final

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from ringfence.apps.accounts.links import user_of_token
from ringfence.apps.accounts.members import belongings
from ringfence.apps.accounts.models import normal_email
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import acting
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.web.middleware import member
from ringfence.web.remembered import count
from ringfence.web.viewer import SESSION_ACCOUNT, Viewer, needs, viewer_of

HOME: Final = "/learn/calls/"
MOST_TRIES: Final = 8
TRIES_WITHIN_S: Final = 15 * 60
BY_PASSWORD: Final = "django.contrib.auth.backends.ModelBackend"  # noqa: S105 (a module's path)
BY_LINK: Final = "sesame.backends.ModelBackend"


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and the way in."""
    if getattr(request, "viewer", None) is not None:
        return redirect(HOME)
    return render(request, "home.html")


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail address and password. Failures all read alike, and too many of them are slowed."""
    target = _safe(request, request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET":
        return render(request, "sign_in.html", {"next": target})
    email, password = normal_email(request.POST.get("email", "")), request.POST.get("password", "")
    again = {"next": target, "email": email}
    if _tried_too_often(request, email):
        message = "Too many attempts. Wait a quarter of an hour, or use a sign-in link."
        return render(request, "sign_in.html", {**again, "error": message}, status=429)
    user = authenticate(request, username=email, password=password)
    if user is None:
        message = "This address and password do not belong together. Check both and try again."
        return render(request, "sign_in.html", {**again, "error": message}, status=400)
    _enter(request, user, BY_PASSWORD)
    return HttpResponseRedirect(target)


@require_GET
def link(request: HttpRequest) -> HttpResponse:
    """The end of a one-time link: it is used up by signing in."""
    user = user_of_token(request.GET.get("token", ""))
    if user is None:
        message = "This link was used already, or is too old. Ask for a new one."
        return render(request, "sign_in.html", {"next": HOME, "error": message}, status=400)
    _enter(request, user, BY_LINK)
    return redirect(HOME)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and have the browser forget what it holds of us."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        logout(request)
    else:
        with tenant(viewer.account_id):
            record(viewer.account_id, Act.SIGNED_OUT, Thing("member", str(viewer.user_id)))
            logout(request)
    response = redirect("/")
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@require_POST
@needs()
def choose_account(request: HttpRequest) -> HttpResponse:
    """Look at another account that one belongs to."""
    viewer, wanted = viewer_of(request), request.POST.get("account", "")
    entered = next((each for each in viewer.others if str(each.account_id) == wanted), None)
    if entered is not None:
        with tenant(entered.account_id):
            record(entered.account_id, Act.ACCOUNT_ENTERED, Thing("member", str(viewer.user_id)))
            request.session[SESSION_ACCOUNT] = wanted
            request.session.save()
    return redirect(HOME)


def _enter(request: HttpRequest, user: Any, backend: str) -> None:
    """Begin a session, and write it down in the account that it begins in; who belongs nowhere has no account to tell."""
    first = next(iter(belongings(user.id)), None)
    if first is None:
        login(request, user, backend=backend)
        return
    with acting(member(user.id, request)), tenant(first.account_id):
        login(request, user, backend=backend)
        record(first.account_id, Act.SIGNED_IN, Thing("member", str(user.id)))


def _safe(request: HttpRequest, target: str | None) -> str:
    """Only places of this site are gone to."""
    if target and url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=True):
        return target
    return HOME


def _tried_too_often(request: HttpRequest, email: str) -> bool:
    """Counts tries by address and by client. The keys are hashes: the cache holds nobody's address."""
    of_address = count("sign-in", f"address:{email}", TRIES_WITHIN_S)
    of_client = count("sign-in", f"client:{request.META.get('REMOTE_ADDR', '')}", TRIES_WITHIN_S)
    return of_address > MOST_TRIES or of_client > MOST_TRIES * 5
