"""Error pages."""

from http import HTTPStatus
from typing import Final

from django.core.exceptions import DisallowedHost, SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ringfence.core.config import current
from ringfence.core.errors import BadInput, Conflict, Gone, NotAllowed, NotFound, RingfenceError, Unavailable
from ringfence.web.problem import problem

_KINDS: Final[tuple[tuple[type[RingfenceError], HTTPStatus, str], ...]] = (
    (NotFound, HTTPStatus.NOT_FOUND, "Not found"),
    (Gone, HTTPStatus.GONE, "No longer here"),
    (NotAllowed, HTTPStatus.FORBIDDEN, "Not allowed"),
    (Conflict, HTTPStatus.CONFLICT, "That cannot be done now"),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE, "Not available at the moment"),
    (BadInput, HTTPStatus.BAD_REQUEST, "That did not work"),
)


def of_error(request: HttpRequest, error: RingfenceError) -> HttpResponse:
    """The page of an error of ours; for parts of a page, its message alone."""
    for kind, status, title in _KINDS:
        if isinstance(error, kind):
            return _page(request, status, title, str(error))
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong", "Please try again.")


def broken(request: HttpRequest, reference: str) -> HttpResponse:
    """Our own fault: nothing is said of it but a reference to quote."""
    text = "Something went wrong on our side. Try again; if it stays, quote the reference below."
    return _page(request, HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong", text, reference)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001 (Django calls it so)
    if request.path.startswith("/api/"):
        detail = "There is nothing at this address. What there is stands in /api/v1/openapi.json."
        return problem(HTTPStatus.NOT_FOUND, code="no_such_address", detail=detail)
    return _page(request, HTTPStatus.NOT_FOUND, "Not found", "There is nothing at this address.")


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What Django refuses before any page is asked: mostly a name that is none of this installation's. No template is drawn, since
    those ask for the name.
    """
    text = "This is no request that we understand. Go back, and try again."
    if isinstance(exception, DisallowedHost):
        text = f"This installation is not reached under this name. Use {current().public_url}; whoever runs it sets that as RINGFENCE_PUBLIC_URL."
    if request.path.startswith("/api/"):
        return problem(HTTPStatus.BAD_REQUEST, code="bad_request", detail=text)
    return HttpResponse(f"{text}\n", status=HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8")


def too_large(request: HttpRequest, most: int) -> HttpResponse:
    """More than is taken. Nothing of it was read."""
    text = f"This is too large: at most {most // 1024 // 1024} MB are taken here."
    if request.path.startswith("/api/"):
        return problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="too_large", detail=text)
    return HttpResponse(
        text, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, content_type="text/plain; charset=utf-8"
    )


def unread(request: HttpRequest, error: Exception) -> HttpResponse:
    """A form that did not arrive whole, or not in time; or one that no page of ours sends, such as of very many fields."""
    if isinstance(error, SuspiciousOperation):
        text = "This is no request that we understand."
        return _page(request, HTTPStatus.BAD_REQUEST, "That did not work", text)
    text = "What you sent did not arrive in time. Try again."
    return _page(request, HTTPStatus.REQUEST_TIMEOUT, "Too slow", text)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 (Django calls it so)
    """A form that did not come from our page, or whose page was too old."""
    text = "This form is too old, or did not come from this site. Load the page again, then repeat."
    return _page(request, HTTPStatus.FORBIDDEN, "Please try again", text)


def _page(
    request: HttpRequest, status: HTTPStatus, title: str, text: str, reference: str = ""
) -> HttpResponse:
    context = {"title": title, "text": text, "reference": reference}
    return render(request, "error.html", context, status=status)
