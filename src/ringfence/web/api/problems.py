"""Errors as `application/problem+json` (RFC 9457), one shape for every route."""

import secrets
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from ringfence.core.errors import (
    BadInput,
    Conflict,
    Gone,
    NotAllowed,
    NotFound,
    RingfenceError,
    Unavailable,
)

STATUS: Final[tuple[tuple[type[RingfenceError], HTTPStatus], ...]] = (
    (BadInput, HTTPStatus.BAD_REQUEST),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotFound, HTTPStatus.NOT_FOUND),
    (Gone, HTTPStatus.GONE),
    (Conflict, HTTPStatus.CONFLICT),
    (Unavailable, HTTPStatus.SERVICE_UNAVAILABLE),
)
# What is no error of ours: code, status, and what it means.
PLAIN: Final = (
    ("unauthenticated", HTTPStatus.UNAUTHORIZED, "No API key, or one that is unknown, expired or revoked: which of these it was is not said."),
    ("invalid", HTTPStatus.UNPROCESSABLE_ENTITY, "Values are not as the API describes them; each is listed with its path and reason."),
    ("bad_request", HTTPStatus.BAD_REQUEST, "The request cannot be read: its body is no JSON, say."),
    ("no_such_address", HTTPStatus.NOT_FOUND, "There is nothing at this address; openapi.json lists what there is."),
    ("method_not_allowed", HTTPStatus.METHOD_NOT_ALLOWED, "The address does not have this method; the header Allow names those it has."),
    ("too_large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is larger than anything the API takes."),
    ("out_of_range", HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, "The range that was asked for begins after the end of what there is."),
    ("internal", HTTPStatus.INTERNAL_SERVER_ERROR, "Our fault. The detail has a reference to quote; the log has the rest, without a word of what was sent."),
)  # fmt: skip
RETRY_AFTER_S = 5
MEDIA_TYPE: Final = "application/problem+json"
SCHEMA: Final = {
    "type": "object",
    "description": "RFC 9457. `code` is stable; `detail` says what to do next.",
    "required": ["type", "title", "status", "code", "detail"],
    "properties": {
        **{name: {"type": "string"} for name in ("type", "title", "code", "detail")},
        "status": {"type": "integer"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "reason"],
                "properties": {"path": {"type": "string"}, "reason": {"type": "string"}},
            },
        },
    },
}
AWAY = Unavailable("The database is away for a moment. Nothing was changed; try again in a few seconds.")


def problem(
    status: HTTPStatus, *, code: str, detail: str, errors: Sequence[dict[str, Any]] = ()
) -> HttpResponse:
    """A problem document: `type` is a stable relative URI, `detail` tells the reader what to do next."""
    body: dict[str, Any] = {
        "type": f"/docs/problems#{code}",
        "title": status.phrase,
        "status": status.value,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    response = HttpResponse(orjson.dumps(body), status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        response["Retry-After"] = str(RETRY_AFTER_S)
    if status is HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = 'Bearer realm="ringfence"'
    return response


def status_of(kind: type[RingfenceError]) -> HTTPStatus:
    """The status that errors of this kind are answered with."""
    return next((s for root, s in STATUS if issubclass(kind, root)), HTTPStatus.INTERNAL_SERVER_ERROR)


def of_error(error: RingfenceError) -> HttpResponse:
    """The problem document of an error of ours."""
    status = status_of(type(error))
    detail = (
        str(error) if status is not HTTPStatus.INTERNAL_SERVER_ERROR else "Something went wrong on our side."
    )
    return problem(status, code=error.code, detail=detail)


def unauthenticated() -> HttpResponse:
    """401, for a missing, unknown, expired or revoked key: which of these it was is not said."""
    return problem(
        HTTPStatus.UNAUTHORIZED,
        code="unauthenticated",
        detail="Send a valid API key as `Authorization: Bearer rf_…`. Keys are made under Settings → API keys.",
    )


def method_not_allowed(allowed: str) -> HttpResponse:
    """405, for a method that the address does not have."""
    response = problem(
        HTTPStatus.METHOD_NOT_ALLOWED, code="method_not_allowed", detail=f"This address answers to {allowed}."
    )
    response["Allow"] = allowed
    return response


def _invalid(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {"path": ".".join(str(step) for step in each["loc"][1:]), "reason": each["msg"]}
        for each in error.errors
    ]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        code="invalid",
        detail="Some values are not as the API expects them; each is listed in `errors`.",
        errors=errors,
    )


def _refused(_request: HttpRequest, error: Any) -> HttpResponse:
    return problem(HTTPStatus(error.status_code), code="bad_request", detail=str(error))


def _broken(_request: HttpRequest, error: Any) -> HttpResponse:
    """500, with a reference that leads to the log line and to nothing else."""
    reference = secrets.token_hex(4)
    structlog.get_logger().error("a request failed", reference=reference, exc_info=error)
    detail = f"Something went wrong on our side. Quote {reference} when you ask about it."
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, code="internal", detail=detail)


def install(api: NinjaAPI) -> None:
    """Answer every error of `api` with a problem document."""
    api.add_exception_handler(RingfenceError, lambda _request, error: of_error(error))  # type: ignore[arg-type]
    api.add_exception_handler(ValidationError, _invalid)  # type: ignore[arg-type]
    api.add_exception_handler(AuthenticationError, lambda _request, _error: unauthenticated())
    api.add_exception_handler(
        AuthorizationError, lambda _request, _error: of_error(NotAllowed("This key's role may not do that."))
    )
    api.add_exception_handler(HttpError, _refused)
    api.add_exception_handler(OperationalError, lambda _request, _error: of_error(AWAY))
    api.add_exception_handler(Exception, _broken)
