"""Agents and numbers over the API, and writes that are done once."""

import orjson
import pytest

from ringfence.apps.accounts.models import IdempotentWrite, Role
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Call
from ringfence.apps.numbers.numbers import NumberFacts
from ringfence.core.agent.examples import source
from ringfence.core.call import Direction
from ringfence.core.ids import new_id
from ringfence.vault.seal import open_
from ringfence.web.api import calls, idempotency
from tests.db.api.conftest import Developer, Hire
from tests.db.api.test_calls import problem
from tests.support.accounts import an_account
from tests.support.office import AGENT, CALLER, Office

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


@pytest.fixture
def carrier(office: Office, monkeypatch: pytest.MonkeyPatch) -> NumberFacts:
    """A line on which every call is answered at once, talked through and over."""
    own = NumberFacts(
        id=new_id(office.clock),
        connection_id=new_id(office.clock),
        e164=AGENT,
        label="desk",
        agent_id=office.agent(),
    )
    monkeypatch.setattr(calls, "numbers", lambda _account: (own,))
    monkeypatch.setattr(calls, "call_number", lambda *_a, **_k: office.call(direction=Direction.OUTBOUND))
    return own


def test_a_call_that_is_gone_is_not_told_of_by_the_answer_of_long_ago(
    office: Office, dev: Developer, carrier: NumberFacts
) -> None:
    """No copy of a call outlives it: not in an answer that is sent again, and not in what is kept for that."""
    asked = {"agent": "front-desk", "from": carrier.e164, "to": CALLER}
    first = dev.post("calls", asked, idempotency_key="call-1")
    assert first.status_code == 201, first.content
    made = first.json()
    again = dev.post("calls", asked, idempotency_key="call-1")
    assert (again.status_code, again["Idempotent-Replayed"], again.json()) == (201, "true", made)
    assert dev.get("calls").json()["items"][0]["id"] == made["id"]
    with tenant(office.account_id):
        row = IdempotentWrite.objects.get(account_id=office.account_id)
    assert row.body_sealed is not None
    kept = open_(idempotency._key(row), bytes(row.body_sealed), aad=idempotency._place(row))
    assert kept == orjson.dumps({"id": made["id"]})
    assert dev.delete(f"calls/{made['id']}").status_code == 204
    gone = problem(dev.post("calls", asked, idempotency_key="call-1"), 404)
    assert AGENT not in str(gone)


def test_a_call_past_its_time_is_not_told_of_either(
    office: Office, dev: Developer, carrier: NumberFacts
) -> None:
    asked = {"agent": "front-desk", "from": carrier.e164, "to": CALLER}
    made = dev.post("calls", asked, idempotency_key="call-2").json()
    with tenant(office.account_id):
        Call.objects.filter(account_id=office.account_id, id=made["id"]).update(expires_at=office.clock.now())
    problem(dev.post("calls", asked, idempotency_key="call-2"), 404)


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
