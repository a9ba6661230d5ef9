"""Every answer says what it is, nothing of the installation's own files is served, and nothing that is sent is unpacked."""

import gzip
import json
import re
import zlib
from typing import Any, Final

import pytest
from django.test import Client
from django.urls import get_resolver

from ringfence.apps.accounts.models import User
from tests.db.pages.test_headers import addresses
from tests.hostile.conftest import Hire
from tests.support.office import Office
from tests.support.visitors import Visitor

PATHS: Final = sorted(set(addresses(get_resolver())))
NAMED: Final = re.compile(r"(text/[a-z]+|application/(xml|[a-z.+-]+\+xml)); charset=utf-8")
UNNAMED: Final = re.compile(
    r"application/(json(; charset=utf-8)?|problem\+json|pdf|x-ndjson|jsonl|vcon\+json|vcon)|audio/wav"
)
INSIDE: Final = [
    "/.git/config", "/.git/HEAD", "/.svn/entries", "/.env", "/static/../settings.py", "/static/%2e%2e/settings.py",
    "/static/..%2fsettings.py", "/static/....//settings.py", "/static//etc/passwd", "/static/ringfence/../../settings.py",
    "/static/..\\settings.py", "/static/%00", "/static/ringfence/page.js/../../../urls.py", "/pyproject.toml", "/lock/run.txt",
    "/admin/", "/debug/", "/metrics", "/server-status", "/console", "/.well-known/../settings.py",
]  # fmt: skip


def says_what_it_is(answer: Any, path: str) -> None:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if not body:
        return
    kind = answer.headers["Content-Type"]
    assert NAMED.fullmatch(kind) or UNNAMED.fullmatch(kind), (path, kind)
    if "json" in kind and "jsonl" not in kind and "ndjson" not in kind:
        json.loads(body)
    assert body.lstrip().startswith(b"<") == kind.startswith(("text/html", "application/xml")), (path, kind)


def test_every_answer_says_what_it_is(office: Office, owner: User, hire: Hire) -> None:
    call, visitor, developer = office.call(), Visitor(), hire()
    visitor.password(owner.email)
    more = [f"/learn/calls/{call}/{each}" for each in ("", "recording", "vcon")] + [
        "/audit/export",
        "/settings/usage/file?as=json",
    ]
    for path in [*PATHS, *more]:
        for method in ("GET", "POST"):
            if path.startswith("/api/v1/"):
                answer = developer.ask(method, path.removeprefix("/api/v1/"))
            elif "sign-out" in path:
                continue
            else:
                answer = visitor.client.generic(method, path, **visitor._here())
            says_what_it_is(answer, path)


@pytest.mark.parametrize("path", INSIDE)
def test_nothing_of_the_installation_itself_is_served(account_id: object, path: str) -> None:
    answer = Client(raise_request_exception=False).generic("GET", path, secure=True, SERVER_NAME="localhost")
    assert answer.status_code in {400, 404}


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
def test_nothing_that_is_sent_is_unpacked(office: Office, hire: Hire, coding: str) -> None:
    """So that no bomb goes off: a packed body is no JSON and no form."""
    said = json.dumps({"slug": "packed", "definition": " " * 100_000}).encode()
    packed = zlib.compress(said) if coding == "deflate" else gzip.compress(said)
    answer = Client(raise_request_exception=False).generic(
        "POST", "/api/v1/agents", packed, "application/json", secure=True, SERVER_NAME="localhost",
        headers={"authorization": f"Bearer {hire().token}", "content-encoding": coding},
    )  # fmt: skip
    assert answer.status_code in {400, 415}
    form = Visitor().client.post(
        "/sign-in/", gzip.compress(b"email=a&password=b"), content_type="application/x-www-form-urlencoded", secure=True,
        SERVER_NAME="localhost", headers={"content-encoding": coding},
    )  # fmt: skip
    assert form.status_code == 400


def test_a_form_of_very_many_fields_is_refused(account_id: object) -> None:
    body = "&".join(f"a{n}=1" for n in range(5000))
    answer = Client(raise_request_exception=False).post(
        "/sign-in/",
        body,
        content_type="application/x-www-form-urlencoded",
        secure=True,
        SERVER_NAME="localhost",
    )
    assert answer.status_code == 400
