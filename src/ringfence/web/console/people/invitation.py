"""Answering an invitation: as somebody who is here already, or as somebody new."""

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from ringfence.apps.accounts.members import make_user
from ringfence.apps.accounts.models import User
from ringfence.apps.people.addresses import prove
from ringfence.apps.people.errors import BadDetails, LinkOver
from ringfence.apps.people.invitations import Invited, accept, invited
from ringfence.apps.people.profiles import known_name
from ringfence.web.clock import clock
from ringfence.web.console.people.security import check_password
from ringfence.web.people.entering import acting_as
from ringfence.web.viewer import SESSION_ACCOUNT, anyone


@require_http_methods(["GET", "POST"])
@anyone
def show(request: HttpRequest) -> HttpResponse:
    """Who asks, and what for. Whoever signs in with this address already has to be signed in as themselves to join."""
    token = request.POST.get("token") or request.GET.get("token", "")
    try:
        asked = invited(token, clock())
        if request.method == "POST":
            return _join(request, asked, token)
    except LinkOver as error:
        return render(request, "error.html", {"title": "This link is over", "text": str(error)}, status=400)
    return _page(request, asked, token)


def _join(request: HttpRequest, asked: Invited, token: str) -> HttpResponse:
    if isinstance(request.user, User):
        with acting_as(request.user.id, request):
            accept(asked, request.user, clock())
        if asked.mailed:
            prove(request.user)
        request.session[SESSION_ACCOUNT] = str(asked.account_id)
        return redirect("/learn/calls/")
    if User.objects.filter(email=asked.email).exists():
        return _page(request, asked, token)
    return _join_anew(request, asked, token)


def _join_anew(request: HttpRequest, asked: Invited, token: str) -> HttpResponse:
    name, password = request.POST.get("name", ""), request.POST.get("password", "")
    try:
        known_name(name)
        check_password(password, None)
    except BadDetails as error:
        return _page(request, asked, token, wrong={error.field: str(error)}, name=name)
    user = make_user(email=asked.email, clock=clock(), name=known_name(name), password=password)
    with acting_as(user.id, request):
        accept(asked, user, clock())
    if asked.mailed:
        prove(user)
    record_authentication(request, user, method="password")
    answer: HttpResponse = perform_login(request, Login(user=user, redirect_url="/learn/calls/"))
    return answer


def _page(request: HttpRequest, asked: Invited, token: str, **context: object) -> HttpResponse:
    here = request.user if isinstance(request.user, User) else None
    context |= {
        "asked": asked, "token": token, "known": User.objects.filter(email=asked.email).exists(),
        "as_them": here is not None and here.email == asked.email, "here": here,
    }  # fmt: skip
    return render(request, "account/invitation.html", context, status=400 if "wrong" in context else 200)
