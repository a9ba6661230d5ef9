"""Errors as `application/problem+json` (RFC 9457): one shape, for the API and for all that is not a page."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

import orjson
import structlog
from django.db import DataError, OperationalError
from django.http import HttpResponse

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
UNKEEPABLE = BadInput(
    "Something that was sent cannot be kept: it holds a character that is no text, or is beyond its limits. Check it and try again."
)
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


def of_database(error: OperationalError | DataError) -> RingfenceError:
    """The database is away; or a column does not take what no check of ours knew, which is the sender's to mend, and a line in
    the log for us.
    """
    if isinstance(error, OperationalError):
        return AWAY
    structlog.get_logger().warning("what was sent cannot be kept", exc_info=error)
    return UNKEEPABLE


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
