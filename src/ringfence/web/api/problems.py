"""Every error of the API as a problem document."""

import secrets
from http import HTTPStatus
from typing import Any

import structlog
from django.db import DataError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, AuthorizationError, HttpError, ValidationError

from ringfence.core.errors import NotAllowed, RingfenceError
from ringfence.web.problem import of_database, of_error, problem, unauthenticated


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
    for kind in (OperationalError, DataError):
        api.add_exception_handler(kind, lambda _request, error: of_error(of_database(error)))  # type: ignore[arg-type]
    api.add_exception_handler(Exception, _broken)
