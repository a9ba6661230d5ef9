"""Agents and numbers over the API, and writes that are done once."""

import pytest

from ringfence.apps.accounts.models import Role
from ringfence.core.agent.examples import source
from tests.db.api.conftest import Developer, Hire
from tests.db.api.test_calls import problem
from tests.support.accounts import an_account
from tests.support.office import Office

NEW = {"slug": "desk", "definition": source("front-desk")}


def test_an_agent_from_draft_to_published_version(dev: Developer) -> None:
    made = dev.post("agents", NEW)
    assert made.status_code == 201
    agent = made.json()
    assert (agent["slug"], agent["problems"], agent["live_version"]) == ("desk", [], None)
    assert dev.post(f"agents/{agent['id']}/versions").json() == {"number": 1}
    changed = NEW["definition"].replace("Welcome to", "Good day from")
    assert dev.ask("PUT", f"agents/{agent['id']}/draft", {"definition": changed}).status_code == 200
    assert dev.post(f"agents/{agent['id']}/versions").json() == {"number": 2}
    first = dev.get(f"agents/{agent['id']}/versions/1").json()["definition"]
    assert "Welcome to" in first
    assert [each["number"] for each in dev.get(f"agents/{agent['id']}/versions").json()["items"]] == [2, 1]


def test_a_definition_with_errors_says_line_and_reason_and_is_not_published(dev: Developer) -> None:
    broken = "name: X\nkind: guided\nsteps:\n  - id: a\n    say: Hi\n    next: nowhere\n"
    agent = dev.post("agents", {"slug": "broken", "definition": broken}).json()
    assert agent["problems"][0]["line"] == 6
    assert "nowhere" in agent["problems"][0]["reason"]
    assert dev.post(f"agents/{agent['id']}/versions").status_code == 400


def test_the_same_write_twice_is_done_once(dev: Developer) -> None:
    first = dev.post("agents", NEW, idempotency_key="k-1")
    again = dev.post("agents", NEW, idempotency_key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert again["Idempotent-Replayed"] == "true"
    assert len([a for a in dev.get("agents").json()["items"] if a["slug"] == "desk"]) == 1


def test_a_key_used_for_another_write_is_a_conflict(dev: Developer) -> None:
    dev.post("agents", NEW, idempotency_key="k-2")
    problem(dev.post("agents", {**NEW, "slug": "other"}, idempotency_key="k-2"), 409)


def test_a_write_that_failed_may_be_sent_again(dev: Developer) -> None:
    refused = dev.post("agents", {**NEW, "slug": "no spaces"}, idempotency_key="k-3")
    assert refused.status_code in {400, 422}
    assert dev.post("agents", NEW, idempotency_key="k-3").status_code == 201


def test_a_key_of_one_account_means_nothing_in_another(office: Office, hire: Hire, dev: Developer) -> None:
    stranger = hire(Role.OWNER, an_account(office.clock))
    mine, theirs = (each.post("agents", NEW, idempotency_key="same").json()["id"] for each in (dev, stranger))
    assert mine != theirs


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'{"slug": 5}', b"\xff\xfe", b'{"slug": "a", "definition": null}']
)
def test_a_body_that_is_none_is_refused_with_a_reason(dev: Developer, body: bytes) -> None:
    from django.test import Client

    response = Client(raise_request_exception=False).post(
        "/api/v1/agents",
        body,
        "application/json",
        secure=True,
        SERVER_NAME="localhost",
        headers={"authorization": f"Bearer {dev.token}"},
    )
    assert problem(response, response.status_code)["detail"]
    assert response.status_code in {400, 422}


@pytest.mark.parametrize("role", [Role.ANALYST, Role.BILLING, Role.PRIVACY_OFFICER])
def test_who_may_not_edit_does_not(hire: Hire, role: Role) -> None:
    problem(hire(role).post("agents", NEW), 403)


def test_an_unknown_address_is_a_problem_document(dev: Developer) -> None:
    problem(dev.get("nothing-here"), 404)
