"""What the API says when something is wrong on our side."""

from typing import Any

import pytest
from django.db import OperationalError

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
