"""What the API says when something is wrong on our side."""

from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import OperationalError
from django.test import Client

from ringfence.core.agent.examples import source
from ringfence.web.api import calls
from tests.db.api.conftest import Developer
from tests.db.api.test_calls import problem

SECRET = "the caller's own words"


def test_our_own_fault_has_a_reference_and_says_nothing_else(
    dev: Developer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr(calls, "list_calls", breaks)
    body = problem(dev.get("calls"), 500)
    assert "Quote" in body["detail"]
    assert SECRET not in str(body)


def test_a_database_that_is_away_is_worth_another_try(
    dev: Developer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("connection to server at 127.0.0.1 failed")

    monkeypatch.setattr(calls, "list_calls", away)
    response = dev.get("calls")
    assert "try again" in problem(response, 503)["detail"]
    assert response["Retry-After"]


def test_the_type_of_a_problem_leads_to_what_it_means(dev: Developer) -> None:
    wrong = (
        dev.get("calls?cursor=zzz"),
        dev.get("nothing"),
        dev.get("calls?limit=0"),
        dev.get(f"calls/{UUID(int=0)}"),
    )
    page = Client().get("/docs/problems", secure=True, SERVER_NAME="localhost").content.decode()
    for response in wrong:
        address, _, code = orjson.loads(response.content)["type"].partition("#")
        assert address == "/docs/problems"
        assert page.count(f'id="{code}"') == 1
    assert page.count('id="no_way_out"') == 1, "of two statuses an error has the first"


def test_every_moment_is_in_utc_and_says_so_in_one_way(dev: Developer) -> None:
    made = dev.post("agents", {"slug": "moments", "definition": source("front-desk")})
    listed = orjson.loads(dev.get("agents").content)["items"][0]
    assert orjson.loads(made.content)["updated_at"].endswith("Z")
    assert listed["updated_at"].endswith("Z")
