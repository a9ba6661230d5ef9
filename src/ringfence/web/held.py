"""A restored installation says on every page and to every program that it serves nothing yet."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from ringfence.lifecycle.ledger import gate
from ringfence.web.problem import problem

Next = Callable[[HttpRequest], HttpResponseBase]
CODE: Final = gate.NotReplayed.code
MACHINES: Final = ("/api/", "/webhooks/", "/.well-known/")
OPEN: Final = ("/static/",)


class Held:
    """Answers 503 until the erasure ledger was replayed. Nothing behind it reads a row before."""

    def __init__(self, get_response: Next) -> None:
        self._next = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path.startswith(OPEN) or not (said := gate.held()):
            return self._next(request)
        if request.path.startswith(MACHINES) or request.path.endswith(".json"):
            return problem(HTTPStatus.SERVICE_UNAVAILABLE, code=CODE, detail=said)
        context = {"title": "Not yet", "text": said, "reference": ""}
        response = render(request, "error.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
        response["Retry-After"] = "5"
        return response
