"""Signing in: by one-time link or by password; out again; and which account."""

from datetime import timedelta
from functools import partial
from typing import Final

from allauth.account.internal.flows.login import perform_login, perform_password_login, record_authentication
from allauth.account.models import Login
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from ringfence.apps.accounts.links import user_of_token
from ringfence.apps.accounts.members import belongings
from ringfence.apps.accounts.models import User, normal_email
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.people.failed import count_failed
from ringfence.apps.people.sessions import Seen, known
from ringfence.core.config import current
from ringfence.web.afterwards import afterwards
from ringfence.web.clock import clock
from ringfence.web.people.entering import leave
from ringfence.web.people.seen import seen
from ringfence.web.people.told import tell_accounts, tell_staff
from ringfence.web.remembered import count
from ringfence.web.viewer import OPERATOR, SESSION_ACCOUNT, Viewer, anyone, needs, viewer_of

HOME: Final = "/learn/calls/"
MOST_TRIES: Final = 8
TRIES_WITHIN_S: Final = 15 * 60
FAILED_ONCE_IN: Final = timedelta(minutes=1)


@require_safe
@anyone
def home(request: HttpRequest) -> HttpResponse:
    """What this is, and the way in."""
    if getattr(request, "viewer", None) is not None:
        return redirect(HOME)
    if getattr(request, "staff", None) is not None:
        return redirect(OPERATOR)
    return render(request, "home.html")


@require_http_methods(["GET", "POST"])
@anyone
@anyone
def sign_in(request: HttpRequest) -> HttpResponse:
    """E-mail address and password. Failures all read alike, and too many of them are slowed."""
    target = safe(request, request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET":
        context = {"next": target, "sign_up_open": current().sign_up == "open"}
        return render(request, "sign_in.html", context)
    email, password = normal_email(request.POST.get("email", "")), request.POST.get("password", "")
    again = {"next": target, "email": email}
    if _tried_too_often(request, email):
        message = "Too many attempts. Wait a quarter of an hour, or use a sign-in link."
        return render(request, "sign_in.html", {**again, "error": message}, status=429)
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        message = "This address and password do not belong together. Check both and try again."
        refused = render(request, "sign_in.html", {**again, "error": message}, status=400)
        return afterwards(refused, partial(_failed, request, email))
    answer: HttpResponse = perform_password_login(
        request, {"email": email}, Login(user=user, redirect_url=target)
    )
    return answer


@require_GET
@anyone
def link(request: HttpRequest) -> HttpResponse:
    """The end of a one-time link: it is used up by signing in."""
    user = user_of_token(request.GET.get("token", ""))
    target = safe(request, request.GET.get("next"))
    if user is None and getattr(request, "viewer", None) is not None:
        return redirect(target)  # the same link opened twice, by whom it has let in already
    if user is None:
        message = "This link was used already, or is too old: each works once, for a quarter of an hour. Ask for a new one."
        return render(request, "sign_in.html", {"next": HOME, "error": message, "by_link": True}, status=400)
    record_authentication(request, user, method="link")
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url=target))
    return answer


@require_POST
@anyone
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session, and have the browser forget what it holds of us."""
    viewer: Viewer | None = getattr(request, "viewer", None)
    if viewer is None:
        if isinstance(request.user, User):
            tell_staff(request.user.id, Act.SIGNED_OUT, clock())
        leave(request)
    else:
        with tenant(viewer.account_id):
            record(viewer.account_id, Act.SIGNED_OUT, Thing("member", str(viewer.user_id)))
            leave(request)
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


def _failed(request: HttpRequest, email: str) -> None:
    """A try that failed stands in the trail of every account that it was aimed at."""
    user = User.objects.filter(email=email).first()
    if user is not None:
        failed(request, user)


def failed(request: HttpRequest, user: User) -> None:
    """Somebody gave out to be this person, and was not believed."""
    tell_accounts(request, user, Act.SIGN_IN_FAILED, themselves=False, once_within=FAILED_ONCE_IN)
    for each in belongings(user.id):
        count_failed(each.account_id, clock())


def safe(request: HttpRequest, target: str | None) -> str:
    """Only places of this site are gone to, by their whole path."""
    if (
        target
        and target.startswith("/")
        and url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=True)
    ):
        return target
    return HOME


def _tried_too_often(request: HttpRequest, email: str) -> bool:
    """Counts tries by address and client together, so that nobody keeps somebody else out; and by client alone. Beyond
    both, an address that is tried from everywhere is slowed for clients from which its person never came.
    """
    place = seen(request)
    of_both = count("sign-in", f"both:{email}:{place.network}", TRIES_WITHIN_S)
    of_client = count("sign-in", f"client:{place.network}", TRIES_WITHIN_S)
    if of_both > MOST_TRIES or of_client > MOST_TRIES * 5:
        return True
    of_address = count("sign-in", f"address:{email}", TRIES_WITHIN_S)
    return of_address > MOST_TRIES * 5 and not _was_here(email, place)


def _was_here(email: str, place: Seen) -> bool:
    user = User.objects.filter(email=email).first()
    return user is not None and bool(known(user.id, place, clock()))
