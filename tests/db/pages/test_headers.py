"""Every address that there is, asked in every way, answers with the table's headers: pages, refusals and failures."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.models import Role
from ringfence.core.clock import ManualClock
from ringfence.web import headers
from ringfence.web.middleware import Headers
from ringfence.web.public import privacy
from tests.support.visitors import Visitor, a_member

SAMPLES = {
    "uuid": str(UUID(int=7)),
    "int": "7",
    "slug": "starter",
    "str": "sso-x",
    "path": "x",
    "uuidstr": str(UUID(int=7)),
}
_GAP = re.compile(r"<(?:(\w+):)?\w+>")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE")


def addresses(resolver: URLResolver, before: str = "/") -> Iterator[str]:
    """A path for each route, with something of the right shape in its gaps."""
    for each in resolver.url_patterns:
        path = before + str(each.pattern)
        path = _GAP.sub(lambda gap: SAMPLES[gap[1] or "str"], path)
        if isinstance(each, URLPattern):
            yield path
        else:
            yield from addresses(each, path)


PATHS = sorted(set(addresses(get_resolver())))


@pytest.fixture
def signed_in(account_id: UUID, clock: ManualClock) -> Client:
    visitor = Visitor()
    visitor.client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    assert visitor.link(a_member(account_id, clock)).status_code == 302
    return visitor.client


def ask(client: Client, method: str, path: str, **more: Any) -> Any:
    return client.generic(method, path, secure=True, SERVER_NAME="localhost", **more)


def holds(answer: Any, path: str) -> None:
    told = {**answer.headers}
    for name, value in headers.of(path, "localhost").items():
        if name == "Cache-Control" and headers.may_be_kept(path) and "public" in told.get(name, ""):
            continue
        assert told.get(name) == value, (path, answer.status_code, name)
    assert "Strict-Transport-Security" not in told
    assert not set(told) & {"Server", "X-Powered-By", "Access-Control-Allow-Origin"}


def test_there_are_addresses() -> None:
    assert len(PATHS) > 80
    assert not [path for path in PATHS if "<" in path]


@pytest.mark.parametrize("method", METHODS)
def test_every_address_for_a_stranger(account_id: UUID, method: str) -> None:
    client = Client(raise_request_exception=False, enforce_csrf_checks=True)
    for path in PATHS:
        holds(ask(client, method, path), path)


def test_every_address_for_a_member(signed_in: Client) -> None:
    seen = set()
    for path in PATHS:
        if "sign-out" in path:
            continue
        for method in ("GET", "POST", "PUT"):
            answer = ask(signed_in, method, path)
            holds(answer, path)
            seen.add(answer.status_code)
    assert {200, 302, 403, 404, 405} <= seen


def test_every_address_of_the_api_with_a_key(account_id: UUID, clock: ManualClock) -> None:
    token = issue(account_id, name="walk", role=Role.OWNER, clock=clock).token
    client, seen = Client(raise_request_exception=False), set()
    for path in (each for each in PATHS if each.startswith("/api/")):
        for method in METHODS:
            answer = ask(client, method, path, HTTP_AUTHORIZATION=f"Bearer {token}")
            holds(answer, path)
            seen.add(answer.status_code)
    assert {200, 404, 405, 422} <= seen


def test_a_failure_of_ours(account_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(privacy, "render", broken)
    answer = ask(Client(raise_request_exception=False), "GET", "/privacy")
    assert answer.status_code == 500
    holds(answer, "/privacy")


@pytest.mark.parametrize(
    "path", ["/nowhere", "/agents/7/talk/", "/" + "x" * 9000, "/static/nothing.css", "/%00"]
)
def test_what_is_not_there(account_id: UUID, path: str) -> None:
    answer = ask(Client(raise_request_exception=False), "GET", path)
    assert answer.status_code in {400, 404}
    holds(answer, path)


def test_a_host_that_is_not_ours(account_id: UUID) -> None:
    answer = Client(raise_request_exception=False).get("/privacy", secure=True, SERVER_NAME="evil.example")
    assert answer.status_code == 400
    assert b"evil.example" not in answer.content
    holds(answer, "/privacy")


def test_what_is_for_everybody_is_not_kept_where_it_names_who_looks(signed_in: Client) -> None:
    assert "public" in ask(Client(), "GET", "/trust").headers["Cache-Control"]
    assert ask(signed_in, "GET", "/trust").headers["Cache-Control"] == "no-store"


def test_static_files_may_be_kept(account_id: UUID) -> None:
    answer = ask(Client(), "GET", "/static/ringfence/base.css")
    answer.close()
    assert answer.status_code == 200
    assert "max-age=3600" in answer.headers["Cache-Control"]
    holds(answer, "/static/ringfence/base.css")


def test_nothing_answers_before_the_headers_are_there() -> None:
    assert settings.MIDDLEWARE[0] == f"{Headers.__module__}.{Headers.__qualname__}"


@pytest.mark.parametrize("path", ["/sign-in/", "/api/v1/agents", "/webhooks/twilio/x/voice", "/nowhere"])
@pytest.mark.parametrize(
    ("kind", "length", "status"),
    [("application/json", 2 << 20, None), ("application/json", (2 << 20) + 1, 413), ("multipart/form-data; boundary=x", (8 << 20) + 1, 413),
     ("application/json", "-1", 413), ("application/json", "1e3", 413)],
)  # fmt: skip
def test_what_is_too_large_is_refused_before_it_is_read(
    account_id: UUID, path: str, kind: str, length: int | str, status: int | None
) -> None:
    more: dict[str, Any] = {"content_type": kind, "CONTENT_LENGTH": str(length)}
    answer = ask(Client(raise_request_exception=False, enforce_csrf_checks=True), "POST", path, **more)
    assert (answer.status_code == 413) == (status == 413)
    holds(answer, path)


def test_a_file_that_is_uploaded_touches_no_disk() -> None:
    assert settings.FILE_UPLOAD_HANDLERS == ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
