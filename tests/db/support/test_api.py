"""Support over the API: opening, writing, and taking an approval back. Approving is for people, on the page."""

from typing import Any

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.models import Role
from ringfence.apps.support.models import Message
from ringfence.core.clock import ManualClock
from tests.db.support.conftest import Case
from tests.support.visitors import Visitor


def ask(case: Case, clock: ManualClock, method: str, path: str, role: Role = Role.OWNER, **body: Any) -> Any:
    key = issue(case.account_id, name="test", role=role, clock=clock).token
    client = Visitor().client
    return client.generic(
        method, f"/api/v1/support{path}", _json(body) if body else "", "application/json", secure=True,
        SERVER_NAME="localhost", headers={"Authorization": f"Bearer {key}"},
    )  # fmt: skip


def _json(body: dict[str, Any]) -> str:
    import json

    return json.dumps(body)


def test_a_request_is_opened_written_to_and_read(case: Case, clock: ManualClock) -> None:
    made = ask(case, clock, "POST", "", subject="call", text="It hung up.", calls=[str(case.call_id)])
    assert made.status_code == 201, made.content
    request_id = made.json()["id"]
    more = ask(case, clock, "POST", f"/{request_id}/messages", text="Again today.")
    assert {each["text"] for each in more.json()["messages"]} == {"It hung up.", "Again today."}
    assert ask(case, clock, "GET", f"/{request_id}").json()["calls"] == [str(case.call_id)]
    assert {each["id"] for each in ask(case, clock, "GET", "").json()["items"]} >= {request_id}


def test_what_cannot_be_used_is_said(case: Case, clock: ManualClock) -> None:
    assert ask(case, clock, "POST", "", subject="weather", text="x").status_code in {400, 422}
    stranger = "019b76da-cf10-7bf6-ac4b-0092de7540d2"
    assert ask(case, clock, "POST", "", subject="call", text="x", calls=[stranger]).status_code in {400, 422}
    assert ask(case, clock, "GET", f"/{stranger}").status_code == 404


def test_an_approval_is_taken_back_by_a_key_and_given_by_none(case: Case, clock: ManualClock) -> None:
    ask_id = case.approved()
    assert ask(case, clock, "DELETE", f"/approvals/{ask_id}", Role.MANAGER).status_code == 403
    assert ask(case, clock, "POST", f"/approvals/{ask_id}").status_code in {404, 405}
    assert ask(case, clock, "DELETE", f"/approvals/{ask_id}", Role.PRIVACY_OFFICER).status_code == 204
    assert case.staff.get(case.page(ask_id)).status_code == 403


def test_roles_that_have_nothing_to_do_with_it(case: Case, clock: ManualClock) -> None:
    for role in (Role.ANALYST, Role.BILLING):
        assert ask(case, clock, "GET", "", role).status_code == 403


def test_what_is_written_rests_sealed(case: Case) -> None:
    from ringfence.apps.accounts.tenancy import tenant

    with tenant(case.account_id):
        rows = [bytes(each.text_sealed) for each in Message.objects.filter(account_id=case.account_id)]
    assert rows
    assert not [each for each in rows if b"Friday" in each]
