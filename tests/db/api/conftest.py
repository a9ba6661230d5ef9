"""A developer against the API: requests through the whole of Django, keys of every role."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from django.http import HttpResponseBase
from django.test import Client

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.models import Role
from tests.support.office import Office
from tests.support.shapes import hold_against_its_shape


@dataclass(frozen=True)
class Developer:
    """Speaks for one key."""

    token: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        client = Client(raise_request_exception=False)
        sent = {
            "authorization": f"Bearer {self.token}",
            **{k.replace("_", "-"): v for k, v in headers.items()},
        }
        answer = client.generic(
            method, f"/api/v1/{path}", b"" if body is None else _json(body), "application/json", secure=True, SERVER_NAME="localhost",
            headers=sent,
        )  # fmt: skip
        hold_against_its_shape(method, path, answer)
        return answer

    def get(self, path: str, **headers: str) -> Any:
        return self.ask("GET", path, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.ask("DELETE", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, body, **headers)


def _json(value: Any) -> bytes:
    import orjson

    return orjson.dumps(value)


def content(response: HttpResponseBase) -> bytes:
    """The body, streamed or not."""
    return b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]


Hire = Callable[..., Developer]


@pytest.fixture
def hire(office: Office) -> Hire:
    def made(role: Role = Role.OWNER, account_id: UUID | None = None) -> Developer:
        key = issue(account_id or office.account_id, name="test", role=role, clock=office.clock)
        return Developer(key.token)

    return made


@pytest.fixture
def dev(hire: Hire) -> Developer:
    return hire()
