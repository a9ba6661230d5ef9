"""Proving anew who one is, before something that a session left open on a desk must not do.

    demand_fresh(request)                                   at the top of a page: raises NotFresh unless proved lately
    demand_fresh(request, within=timedelta(minutes=2))      the same, more strictly

NotFresh is answered with the page that asks (`/step-up/`), which leads back. A session that turned up at a new place is held
there on every page, until its person has proved who they are.
"""

from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from ringfence.core.errors import NotAllowed
from ringfence.web.clock import clock
from ringfence.web.people.factors import factors
from ringfence.web.viewer import FactorWanted, door_of, person_of

WITHIN: Final = timedelta(minutes=10)
PAGE: Final = "/step-up/"
# What a session at a new place may open: the proof, and the way out.
OPEN_TO_HELD: Final = (PAGE, "/sign-out/", "/sign-in/", "/static/")


class NotFresh(NotAllowed):
    """Whoever is signed in has to prove anew that it is they."""

    code = "step_up"


def fresh(request: HttpRequest, within: timedelta = WITHIN) -> bool:
    """Whether this session's person proved who they are so lately, at this place."""
    found = door_of(request)
    return found is not None and found.state.vouched and clock().now() - found.state.proved_at <= within


def demand_fresh(request: HttpRequest, within: timedelta = WITHIN) -> None:
    """Raise NotFresh unless it is."""
    if not fresh(request, within):
        raise NotFresh("Show once more that it is you, then repeat.")


def held(request: HttpRequest) -> bool:
    """Whether this session turned up at a place where its person never proved who they are."""
    found = door_of(request)
    return found is not None and not found.state.vouched and not request.path.startswith(OPEN_TO_HELD)


def ask(request: HttpRequest) -> HttpResponse:
    """To the page that asks, and back to where this request came from or went to."""
    target = f"{PAGE}?{urlencode({'next': _back(request)})}"
    if request.headers.get("HX-Request"):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = target
        return answer
    return HttpResponseRedirect(target)


def lead(request: HttpRequest, error: NotFresh | FactorWanted) -> HttpResponse:
    """To the page that asks; whoever has no second factor, and needs one, to how to set one up."""
    if isinstance(error, NotFresh) or factors(person_of(request)).any:
        return ask(request)
    answer = render(request, "account/second_factor.html", {"why": str(error)}, status=403)
    if request.headers.get("HX-Request"):
        answer["HX-Refresh"] = "true"
    return answer


def _back(request: HttpRequest) -> str:
    """What was sent is not sent again by itself: a form leads back to its page."""
    if request.method == "GET":
        return request.get_full_path()
    page = urlsplit(request.META.get("HTTP_REFERER", ""))
    return page.path if page.netloc == request.get_host() and page.path else "/"
