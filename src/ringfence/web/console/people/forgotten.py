"""A new password for somebody who forgot theirs, or never had one."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from ringfence.apps.accounts.models import User, normal_email
from ringfence.apps.audit.acts import Act
from ringfence.apps.people import sessions
from ringfence.apps.people.addresses import is_proven, prove
from ringfence.apps.people.errands import meant, new_errand, use
from ringfence.apps.people.errors import BadDetails, LinkOver
from ringfence.web.clock import clock
from ringfence.web.console.people.security import check_password
from ringfence.web.people import factors, notices
from ringfence.web.people.seen import seen
from ringfence.web.people.told import tell_accounts
from ringfence.web.remembered import count
from ringfence.web.viewer import anyone

MOST: Final = 4
WITHIN_S: Final = 60 * 60
TOLD: Final = (
    "If somebody signs in with this address, a link is on its way there. It works once, for an hour."
)


@require_http_methods(["GET", "POST"])
@anyone
def ask(request: HttpRequest) -> HttpResponse:
    """Says the same to everybody, whether there is such a person or not."""
    if request.method == "GET":
        return render(request, "account/forgotten.html", {"email": request.GET.get("email", "")})
    email = normal_email(request.POST.get("email", ""))
    often = count("sign-in", f"forgotten:{email}", WITHIN_S) > MOST
    if count("sign-in", f"forgotten-by:{seen(request).network}", WITHIN_S) > MOST * 10:
        message = "Too many requests. Wait an hour."
        return render(request, "account/forgotten.html", {"error": message}, status=429)
    user = User.objects.filter(email=email, is_active=True).first()
    if user is not None and not often:
        notices.link(
            user.email, "A new password for Ringfence", "Somebody asked to set a new password for your sign-in.",
            "If that was you, use this link within an hour. If not, do nothing: nothing was changed.",
            act="Set a new password", path=f"/sign-in/new-password/?token={new_errand(user, 'password', clock())}",
            clock=clock(),
        )  # fmt: skip
    return render(request, "account/forgotten.html", {"told": TOLD})


@require_http_methods(["GET", "POST"])
@anyone
def answer(request: HttpRequest) -> HttpResponse:
    """The link that was mailed. Whatever was set up before the address was ever shown to be this person's goes with the old
    password: it may have been somebody else's doing.
    """
    token = request.POST.get("token") or request.GET.get("token", "")
    try:
        errand = meant(token, "password", clock())
        if request.method == "GET":
            return _form(request, token, errand.user)
        wanted = request.POST.get("password", "")
        check_password(wanted, errand.user)
        use(errand, clock())
    except LinkOver as error:
        return render(request, "error.html", {"title": "This link is over", "text": str(error)}, status=400)
    except BadDetails as error:
        return _form(request, token, errand.user, wrong=str(error))
    user = errand.user
    if not is_proven(user):
        factors.remove_all(user)
        prove(user)
    user.set_password(wanted)
    user.save(update_fields=["password"])
    sessions.end_all(user.id, clock())
    tell_accounts(request, user, Act.SIGN_IN_CHANGED)
    notices.changed(
        user, "A new password was set by a mailed link, and every session was signed out.", clock()
    )
    context = {
        "told": "Your new password is set. Sign in with it.",
        "email": user.email,
        "next": "/learn/calls/",
    }
    return render(request, "sign_in.html", context)


def _form(request: HttpRequest, token: str, user: User, wrong: str = "") -> HttpResponse:
    context = {"token": token, "email": user.email, "wrong": wrong}
    return render(request, "account/new_password.html", context, status=400 if wrong else 200)
