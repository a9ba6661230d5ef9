"""What every request passes: headers, errors as pages, and the viewer."""

import secrets
from collections.abc import Callable
from http import HTTPStatus
from typing import Final
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse, UnreadablePostError

from ringfence.apps.audit.acting import PLATFORM, Actor, ActorKind, acting
from ringfence.apps.rows.purpose import entered
from ringfence.core.config import current
from ringfence.core.errors import NotAllowed, RingfenceError
from ringfence.web import errors, headers, stepup
from ringfence.web.entries import purposes_of
from ringfence.web.figures import whole
from ringfence.web.problem import method_not_allowed, of_database
from ringfence.web.viewer import FactorWanted, find

Next = Callable[[HttpRequest], HttpResponseBase]
NOBODY: Final = ("/static/", "/api/", "/webhooks/", "/.well-known/")
FOR_EVERYBODY: Final = ("/privacy", "/privacy/", "/privacy.json", "/privacy/changes")


class Headers:
    """What browsers may do with our pages: nothing that they need not, and keep nothing that is personal."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response
        self._host = current().public_host

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._next(request)
        may_be_kept = headers.may_be_kept(request.path) and getattr(request, "viewer", None) is None
        for name, value in headers.of(request.path, self._host).items():
            if name not in response or name not in headers.NOT_KEPT or not may_be_kept:
                response[name] = value
        return response


class Bounds:
    """What is larger than anything that we take is refused before a byte of it is read."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        files = request.META.get("CONTENT_TYPE", "").casefold().startswith("multipart/form-data")
        most = settings.FILE_UPLOAD_MAX_MEMORY_SIZE if files else settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        said = whole(length)
        if said is None or said > most:
            return errors.too_large(request, most)
        return self._next(request)


class Heads:
    """HEAD of the API is GET without its body (RFC 9110, section 9.3.2): a player asks so how long a recording is."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method != "HEAD" or not request.path.startswith("/api/"):
            return self._next(request)
        request.method = "GET"
        response = self._next(request)
        request.method = "HEAD"
        if isinstance(response, StreamingHttpResponse):
            response.streaming_content = iter(())
        return response


class Errors:
    """Errors of ours as pages: what happened, what to do, and a reference where it is our fault."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self._next(request)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED and request.path.startswith("/api/"):
            return method_not_allowed(response["Allow"])
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponseBase | None:
        if request.path.startswith("/api/"):
            return None
        if isinstance(error, stepup.NotFresh | FactorWanted):
            return stepup.lead(request, error)
        if isinstance(error, RingfenceError):
            return led_away(request, errors.of_error(request, error), error)
        if isinstance(error, OperationalError | DataError):
            return errors.of_error(request, of_database(error))
        if isinstance(error, UnreadablePostError | SuspiciousOperation):
            return errors.unread(request, error)
        reference = secrets.token_hex(4)
        structlog.get_logger().error("a page failed", reference=reference, exc_info=error)
        return errors.broken(request, reference)


def led_away(request: HttpRequest, answer: HttpResponseBase, error: RingfenceError) -> HttpResponseBase:
    """Where a page asked by itself, again and again, and may not any more: it loads anew, and says so instead of what it showed."""
    if isinstance(error, NotAllowed) and request.headers.get("HX-Request"):
        answer["HX-Refresh"] = "true"
    return answer


class Purposes:
    """Says what a request is for, before anything is read for it."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with entered(purposes_of(request.path_info)):
            return self._next(request)


class Viewers:
    """Puts the viewer on the request, or None, and says who is acting."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        signed_in = not request.path.startswith(NOBODY) and request.path not in FOR_EVERYBODY
        viewer = find(request) if signed_in else None
        request.viewer = viewer  # type: ignore[attr-defined]
        if stepup.held(request):
            return stepup.ask(request)
        staff = getattr(request, "staff", None)
        who = member(viewer.user_id, request) if viewer else PLATFORM
        if staff is not None:
            who = Actor(ActorKind.STAFF, staff.id, request.META.get("REMOTE_ADDR") or None)
        with acting(who):
            return self._next(request)


def member(user_id: UUID, request: HttpRequest) -> Actor:
    """A person who signed in, at the address the request came from."""
    return Actor(ActorKind.MEMBER, user_id, request.META.get("REMOTE_ADDR") or None)
