"""Opening an account by oneself, where the operator lets people (RINGFENCE_SIGN_UP)."""

from typing import Any, Final
from zoneinfo import available_timezones

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ringfence.apps.accounts.models import User, normal_email
from ringfence.apps.people import signups
from ringfence.apps.people.details import checked
from ringfence.apps.people.errors import BadDetails, LinkOver, SignUpClosed
from ringfence.apps.people.profiles import known_name, known_zone
from ringfence.core.config import current
from ringfence.web.clock import clock
from ringfence.web.console.people.security import check_password
from ringfence.web.people import notices
from ringfence.web.people.seen import seen
from ringfence.web.remembered import count
from ringfence.web.viewer import anyone

FIELDS: Final = ("name", "email", "company", "phone", "country", "timezone", "address", "vat_id")
MOST: Final = 20
WITHIN_S: Final = 60 * 60


@require_http_methods(["GET", "POST"])
@anyone
def ask(request: HttpRequest) -> HttpResponse:
    """The form. What follows reads the same for an address that is known here and for one that is not."""
    asked = _may(request)
    said = {name: request.POST.get(name, "").strip() for name in FIELDS}
    if asked:
        said["email"] = asked
    context: dict[str, Any] = {
        **said,
        "zones": sorted(available_timezones()),
        "asked": asked,
        "with": request.GET.get("with"),
    }
    if request.method == "GET":
        return render(request, "account/sign_up.html", context)
    try:
        _slow(request)
        _begin(said, request.POST.get("password", ""))
    except BadDetails as error:
        return render(
            request, "account/sign_up.html", context | {"wrong": {error.field: str(error)}}, status=400
        )
    return render(request, "account/sign_up_sent.html", {"email": said["email"]})


@require_http_methods(["GET", "POST"])
@anyone
def confirm(request: HttpRequest) -> HttpResponse:
    """The link in the mail. A person opens the account, not a program that looks at mails."""
    token = request.POST.get("token") or request.GET.get("token", "")
    try:
        wanted = signups.wanted(token, clock())
        if request.method == "GET":
            return render(request, "account/sign_up_confirm.html", {"token": token, "wanted": wanted})
        user, _account_id = signups.finish(token, clock())
    except LinkOver as error:
        return render(request, "error.html", {"title": "This link is over", "text": str(error)}, status=400)
    record_authentication(request, user, method="link")
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url="/learn/calls/"))
    return answer


def _may(request: HttpRequest) -> str:
    """The address that the operator asked, or nothing where everybody may. Raises SignUpClosed."""
    how = current().sign_up
    asked = signups.asked_address(request.GET.get("with", ""), clock()) if how == "invited" else None
    if how == "closed" or (how == "invited" and asked is None):
        raise SignUpClosed(
            "Nobody opens an account here by themselves. Ask whoever runs this installation, or an account's owner."
        )
    return asked or ""


def _slow(request: HttpRequest) -> None:
    if count("sign-in", f"sign-up:{seen(request).network}", WITHIN_S) > MOST:
        raise BadDetails("email", "Too many accounts were opened from here. Wait an hour.")


def _begin(said: dict[str, str], password: str) -> None:
    email = normal_email(said["email"])
    try:
        validate_email(email)
    except ValidationError:
        raise BadDetails("email", "That is not an e-mail address.") from None
    name = known_name(said["name"])
    details = checked(
        company=said["company"], phone=said["phone"], country=said["country"], address=said["address"], vat_id=said["vat_id"]
    )  # fmt: skip
    known_zone(said["timezone"])
    check_password(password, None)
    token = signups.begin(
        email=email, name=name, timezone=said["timezone"], details=details, password=password, clock=clock()
    )
    _mail(email, said["company"], token)


def _mail(email: str, company: str, token: str) -> None:
    if User.objects.filter(email=email).exists():
        notices.link(
            email, "You are here already", "Somebody entered your address to open an account. You sign in with it already.",
            "If that was you, sign in; if you forgot the password, set a new one there. If not, do nothing.",
            act="Sign in", path="/sign-in/", clock=clock(),
        )  # fmt: skip
        return
    notices.link(
        email, "Open your account", f"You entered this address to open an account for {company}.",
        "Use this link within a day, and the account is open. If that was not you, do nothing: nothing exists yet.",
        act="Open the account", path=f"/sign-up/confirm/?token={token}", clock=clock(),
    )  # fmt: skip
