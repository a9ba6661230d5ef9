"""Name, time zone, and e-mail address."""

from typing import Any
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from ringfence.apps.accounts.errors import AlreadyMember
from ringfence.apps.accounts.models import normal_email
from ringfence.apps.analytics.choices import choose, opted_in
from ringfence.apps.audit.acts import Act
from ringfence.apps.people.addresses import move
from ringfence.apps.people.errands import meant, new_errand, use
from ringfence.apps.people.errors import BadDetails, LinkOver
from ringfence.apps.people.profiles import set_profile, zone_of
from ringfence.web.clock import clock
from ringfence.web.counted import asks_not_to_be
from ringfence.web.people import notices
from ringfence.web.people.told import tell_accounts
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import anyone, needs_person, person_of


@require_http_methods(["GET", "POST"])
@needs_person
def show(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        return _page(request)
    user, said = person_of(request), request.POST
    try:
        set_profile(user.id, name=said.get("name", ""), timezone=said.get("timezone", ""))
    except BadDetails as error:
        entered = {"name": said.get("name", ""), "zone": said.get("timezone", "")}
        return _page(request, status=400, wrong={error.field: str(error)}, **entered)
    tell_accounts(request, user, Act.PROFILE_CHANGED)
    return redirect("profile")


@require_POST
@needs_person
def counting(request: HttpRequest) -> HttpResponse:
    """Opt in to being counted, or out of it. The cookie goes with the answer, or comes with the next page."""
    user = person_of(request)
    choose(user.id, counted=request.POST.get("counted") == "yes", clock=clock())
    tell_accounts(request, user, Act.COUNTING_CHOSEN)
    return redirect("profile")


@require_POST
@needs_person
def address(request: HttpRequest) -> HttpResponse:
    """Ask for another address: a link goes there, and until it is used nothing changes."""
    demand_fresh(request)
    user, wanted = person_of(request), normal_email(request.POST.get("email", ""))
    try:
        validate_email(wanted)
    except ValidationError:
        return _page(request, status=400, wrong={"email": "That is not an e-mail address."}, wanted=wanted)
    token = new_errand(user, "address", clock(), wanted)
    notices.link(
        wanted, "Your new address for Ringfence", "Somebody who is signed in as you asked to sign in with this address from now on.",
        "If that is you, use this link within an hour. If not, do nothing.", act="Use this address",
        path=f"/profile/address/confirm/?token={token}", clock=clock(),
    )  # fmt: skip
    return _page(request, mailed=wanted)


@require_http_methods(["GET", "POST"])
@anyone
def confirm(request: HttpRequest) -> HttpResponse:
    """The link that went to the new address. The old one is told."""
    token = request.POST.get("token") or request.GET.get("token", "")
    try:
        errand = meant(token, "address", clock())
        if request.method == "GET":
            return render(request, "people/confirm_address.html", {"token": token, "address": errand.said})
        before = errand.user.email
        use(errand, clock())
        move(errand.user, errand.said)
    except (LinkOver, AlreadyMember) as error:
        return render(request, "error.html", {"title": "That did not work", "text": str(error)}, status=400)
    tell_accounts(request, errand.user, Act.SIGN_IN_CHANGED)
    what = f"You sign in with {errand.said} from now on, and with this address no more."
    notices.changed(errand.user, what, clock(), to=before)
    told = f"You sign in with {errand.said} from now on."
    return render(request, "sign_in.html", {"told": told, "next": "/learn/calls/", "email": errand.said})


def _page(request: HttpRequest, status: int = 200, **context: Any) -> HttpResponse:
    user = person_of(request)
    page = {
        "name": user.name,
        "zone": zone_of(user.id).key,
        "address": user.email,
        "zones": sorted(available_timezones()),
        "counted": opted_in(user.id),
        "signalled": asks_not_to_be(request),
    }
    return render(request, "people/profile.html", page | context, status=status)
