"""What an API's error means: the page to which the `type` of a problem document leads (RFC 9457, section 3.1.1)."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ringfence.core.errors import RingfenceError
from ringfence.web.problem import PLAIN, STATUS, status_of
from ringfence.web.viewer import anyone

MEANS: Final = {
    HTTPStatus.BAD_REQUEST: "What was sent is wrong. Sending it again unchanged will not help: correct what the detail names.",
    HTTPStatus.FORBIDDEN: "This key may not do this, or the account does not allow it now.",
    HTTPStatus.NOT_FOUND: "There is no such thing for this key. Another account's things answer the same.",
    HTTPStatus.GONE: "It was here, and never will be again.",
    HTTPStatus.CONFLICT: "The thing is not in the state that this needs, or changed meanwhile. Look at it, then decide.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Something that this depends on is away, or taken by others. Nothing was half done; try again after a few seconds.",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """The codes that one status carries."""

    status: HTTPStatus
    means: str
    codes: tuple[str, ...]


@require_safe
@anyone
def show(request: HttpRequest) -> HttpResponse:
    """Every code by its status."""
    codes: dict[HTTPStatus, set[str]] = {status: set() for _, status in STATUS}
    for kind in _kinds(RingfenceError):
        if (status := status_of(kind)) in codes:
            codes[status].add(kind.code)
    groups = [Group(status, MEANS[status], tuple(sorted(found))) for status, found in codes.items()]
    return render(request, "public/problems.html", {"groups": groups, "plain": PLAIN})


def _kinds(root: type[RingfenceError]) -> Iterator[type[RingfenceError]]:
    for each in root.__subclasses__():
        yield each
        yield from _kinds(each)
