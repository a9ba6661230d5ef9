"""Who came, in counts: pages, features, and the analytics cookie of those who opted in (cookies.analytics, collect.usage).

A visitor is counted without a cookie, as one more view of a page. Somebody who is signed in is counted only after opting in, with a
random id that their browser keeps for the UTC day. A browser that sends Sec-GPC or DNT is not counted at all, and its cookie is
taken away. An account's features are its own usage data, and are counted whatever is chosen here. A count that fails fails no page.
"""

import re
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import structlog
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from ringfence.apps.accounts.apikeys import KeyHolder
from ringfence.apps.accounts.models import User
from ringfence.apps.analytics.choices import opted_in
from ringfence.apps.analytics.counting import count_feature, count_page
from ringfence.apps.analytics.features import API, feature_of
from ringfence.apps.analytics.models import PERSON, VISITOR
from ringfence.policy import load
from ringfence.web.clock import clock
from ringfence.web.middleware import FOR_EVERYBODY, NOBODY
from ringfence.web.viewer import Viewer

COOKIE: Final = next(each for each in load().cookies if each.promise == "cookies.analytics")
_ID: Final = re.compile(r"(\d{8})\.[\w-]{22}")
_SESSION: Final = next(each.name for each in load().cookies if each.promise == "cookies.session")

Next = Callable[[HttpRequest], HttpResponseBase]


class Counted:
    """Counts what was answered, after it was made."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._next(request)
        try:
            _count(request, response)
        except DatabaseError as error:
            structlog.get_logger().warning("a page was not counted", exception=type(error).__name__)
        return response


def asks_not_to_be(request: HttpRequest) -> bool:
    """Whether this browser asks not to be followed: by Global Privacy Control, or by Do Not Track (W3C)."""
    return request.headers.get("Sec-GPC", "").strip() == "1" or request.headers.get("DNT", "").strip() == "1"


def _count(request: HttpRequest, response: HttpResponseBase) -> None:
    match = request.resolver_match
    if match is None or match.url_name is None:
        return
    if request.path.startswith("/api/"):
        holder = getattr(request, "auth", None)
        if isinstance(holder, KeyHolder):
            count_feature(holder.account_id, API, clock())
        return
    name = match.url_name if _shown(request, response) else None
    if request.path in FOR_EVERYBODY or request.path.startswith(NOBODY):
        if name and _SESSION not in request.COOKIES and not asks_not_to_be(request):
            count_page(name, VISITOR, clock())
    elif name is not None or COOKIE.name in request.COOKIES:
        _count_of_somebody(request, response, name, feature_of(match.route))


def _count_of_somebody(
    request: HttpRequest, response: HttpResponseBase, name: str | None, feature: str | None
) -> None:
    """Where it is known who looks. `name` is the page that was shown, if one was."""
    person = request.user if isinstance(request.user, User) else None
    todays = _todays_id(request, response, person, shown=name is not None)
    viewer: Viewer | None = getattr(request, "viewer", None)
    if name is None:
        return
    if person is None:
        if not asks_not_to_be(request):
            count_page(name, VISITOR, clock())
    elif viewer is not None and feature is not None:
        page = name if todays else None
        count_feature(viewer.account_id, feature, clock(), page=page, kind=PERSON, todays_id=todays)
    elif todays is not None:
        count_page(name, PERSON, clock(), todays_id=todays)


def _shown(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a whole page was shown: not a part of one, a file, a form that was sent, or an error."""
    return (
        request.method == "GET"
        and response.status_code == 200  # noqa: PLR2004 (OK)
        and response.headers.get("Content-Type", "").startswith("text/html")
        and "HX-Request" not in request.headers
    )


def _todays_id(
    request: HttpRequest, response: HttpResponseBase, person: User | None, *, shown: bool
) -> str | None:
    """The random id of the day of a browser whose person opted in; everybody else's cookie is taken away."""
    brought = request.COOKIES.get(COOKIE.name)
    if person is None or asks_not_to_be(request) or not opted_in(person.id):
        if brought is not None:
            response.delete_cookie(COOKIE.name, samesite=COOKIE.same_site.value)
        return None
    today = f"{clock().now():%Y%m%d}"
    said = _ID.fullmatch(brought or "")
    if brought is not None and said is not None and said[1] == today:
        return brought
    fresh = f"{today}.{secrets.token_urlsafe(16)}"
    if shown:
        response.set_cookie(
            COOKIE.name, fresh, max_age=timedelta(days=COOKIE.days), secure=True, httponly=COOKIE.http_only,
            samesite=COOKIE.same_site.value,
        )  # fmt: skip
    return fresh
