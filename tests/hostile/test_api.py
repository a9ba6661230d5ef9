"""Whatever the API's own description allows, and what it does not, sent by keys of every role and by nobody."""

import re
from typing import Any, Final
from uuid import UUID

import pytest
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as openapi

from ringfence.apps.accounts.models import Role
from ringfence.apps.agents.agents import create_agent
from ringfence.core.agent.examples import source
from ringfence.web.api.shapes import SHAPES
from ringfence.web.problem import MEDIA_TYPE
from tests.hostile.conftest import Hire
from tests.support.accounts import an_account
from tests.support.office import Office

CANARY: Final = "kingfisher"
NOBODYS: Final = UUID("01890000-0000-7000-8000-000000000000")
FEW: Final = 5
MANY: Final = 60
CHECKS: Final = [
    not_a_server_error,
    openapi.status_code_conformance,
    openapi.content_type_conformance,
    openapi.response_schema_conformance,
    openapi.response_headers_conformance,
]
ORDER: Final = ("get", "put", "post", "delete")  # what is deleted, or left, can be asked for no more
WHO: Final = [None, *Role]


@pytest.fixture
def described(office: Office) -> Any:
    """The API as it describes itself, asked in this process."""
    from ringfence.web.wsgi import application

    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application, base_url="https://localhost")


def operations(described: Any) -> list[Any]:
    found = [each.ok() for each in described.get_all_operations()]
    return sorted(found, key=lambda each: ("cancellation" in each.path, ORDER.index(each.method)))


def ids(office: Office) -> list[str]:
    """What there is in one's own account, in another's, and nowhere."""
    theirs = an_account(office.clock)
    agent = create_agent(theirs, slug=CANARY, name=CANARY, draft=source("front-desk"), clock=office.clock)
    return [str(each) for each in (office.agent(), office.call(), agent, NOBODYS)]


def attack(operation: Any, token: str | None, known: list[str], mode: GenerationMode, examples: int) -> None:
    """Send so many requests of one kind; the first answer that is not as it was described fails."""

    def send(case: Case[Any], place: str | None) -> None:
        if place is not None:
            case.path_parameters |= {
                name: place for name, value in case.path_parameters.items() if isinstance(value, str)
            }
        case.headers.pop("Authorization", None)
        if token:
            case.headers["Authorization"] = f"Bearer {token}"
        answer = case.call(base_url="https://localhost")
        assert CANARY.encode() not in answer.content
        sent = answer.request.headers.get("Authorization")  # a case may be that it is missing
        early = {404, 413}  # before anybody looks at who asks
        assert (answer.status_code == 401) == (sent is None) or answer.status_code in early
        case.validate_response(answer, checks=CHECKS)

    cases = operation.as_strategy(generation_mode=mode)
    quiet = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    quiet(given(cases, st.sampled_from([*known, None]))(send))()


def attack_all(described: Any, office: Office, token: str | None, examples: int) -> None:
    known = ids(office)
    for operation in operations(described):
        for mode in GenerationMode:
            attack(operation, token, known, mode, examples)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", WHO, ids=str)
def test_whatever_is_sent_the_answer_is_one_that_was_described(
    described: Any, office: Office, hire: Hire, role: Role | None
) -> None:
    attack_all(described, office, hire(role).token if role else None, FEW)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("role", WHO, ids=str)
def test_however_much_is_sent(described: Any, office: Office, hire: Hire, role: Role | None) -> None:
    attack_all(described, office, hire(role).token if role else None, MANY)


def test_every_operation_is_attacked(described: Any) -> None:
    from ringfence.web.api.v1 import api

    paths = api.get_openapi_schema()["paths"]
    assert {(each.path, each.method) for each in operations(described)} == {
        (path, method) for path, methods in paths.items() for method in methods
    }


def test_every_success_that_has_a_body_has_a_shape(described: Any) -> None:
    bare = {
        (method, path)
        for path, operations_ in described.raw_schema["paths"].items()
        for method, operation in operations_.items()
        for code, answer in operation["responses"].items()
        if str(code).startswith("2") and str(code) != "204" and not answer.get("content")
    }
    assert bare == set(), "say in web/api/shapes.py what it answers"
    assert {f"/api/v1/{path}" for _, path in SHAPES} <= set(described.raw_schema["paths"])


@pytest.mark.parametrize("method", ["PATCH", "TRACE", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"])
def test_what_an_address_does_not_do_is_a_problem_too(office: Office, hire: Hire, method: str) -> None:
    answer = hire().ask(method, "account/plan/preview")
    assert answer.status_code == 405
    assert answer["Content-Type"] == MEDIA_TYPE
    assert answer["Allow"] == "GET"
    assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"[" * 100_000, "application/json"),
        (b'{"a":' * 50_000, "application/json"),
        (b'{"slug": ' + b"9" * 1_000_000 + b', "definition": ""}', "application/json"),
        (b'{"slug": "\xff\xfe", "definition": "x"}', "application/json"),
        (b'{"slug": "\\u0000", "definition": "x"}', "application/json"),
        (b'{"slug": "\\ud800", "definition": "x"}', "application/json"),
        (b'{"slug": "ab", "definition": "\\u0000"}', "application/json"),
        (b'{"slug": "ab", "definition": "\\ud800"}', "application/json"),
        (b'{"slug": "ab", "definition": "a: \\ud83d"}', "application/json"),
        (b"NaN", "application/json"),
        (b"", "application/json"),
        (b"slug=ab&definition=x", "application/x-www-form-urlencoded"),
        (b"<!DOCTYPE x [<!ENTITY y SYSTEM 'file:///etc/passwd'>]><x>&y;</x>", "application/xml"),
        (b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n", "multipart/form-data; boundary=b"),
        (b"x", "multipart/form-data"),
        (b"{}", "application/json; charset=utf-7"),
        (b"{}", "application/json; charset=nonsense"),
    ],
    ids=[*map(str, range(17))],
)  # fmt: skip
def test_a_body_that_is_none_is_refused_and_breaks_nothing(
    office: Office, hire: Hire, body: bytes, kind: str
) -> None:
    client = Client(raise_request_exception=False)
    answer = client.generic(
        "POST", "/api/v1/agents", body, kind, secure=True, SERVER_NAME="localhost",
        headers={"authorization": f"Bearer {hire().token}"},
    )  # fmt: skip
    assert answer.status_code in {400, 422}, answer.content[:300]
    assert answer["Content-Type"] == MEDIA_TYPE
    assert not re.search(rb"Traceback|/site-packages/|ringfence\.", answer.content)
