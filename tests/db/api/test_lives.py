"""Plans, cancellation and holds over the API: who may, what is told, and what a cancelled account still opens."""

from datetime import timedelta

import pytest

from ringfence.apps.accounts.models import Account, Role
from ringfence.apps.accounts.tenancy import tenant
from ringfence.policy import Plan
from tests.db.api.conftest import Developer, Hire
from tests.support.office import CALLER, Office

EVERYBODY = set(Role)


def on(office: Office, plan: Plan) -> None:
    with tenant(office.account_id):
        Account.objects.filter(id=office.account_id).update(plan=plan.value)


def test_a_higher_plan_begins_now_and_lengthens_what_is_there(office: Office, dev: Developer) -> None:
    call_id = office.call()
    before = dev.get(f"calls/{call_id}").json()["expires_at"]
    assert dev.get("account/plan").json()["plan"] == "starter"
    answer = dev.ask("PUT", "account/plan", {"plan": "growth"})
    assert (answer.status_code, answer.json()["plan"], answer.json()["next"]) == (200, "growth", None)
    after = dev.get(f"calls/{call_id}").json()
    assert after["expires_at"] > before
    assert after["recording"]["expires_at"] == after["transcript"]["expires_at"] == after["expires_at"]


def test_a_lower_plan_wants_the_count_that_was_shown(office: Office, dev: Developer) -> None:
    on(office, Plan.ENTERPRISE)
    call_id = office.call()
    office.clock.advance(timedelta(days=31).total_seconds())
    seen = dev.get("account/plan/preview?plan=starter").json()
    assert (seen["destroys_calls"], seen["shortens_calls"]) == (1, 1)
    assert dev.ask("PUT", "account/plan", {"plan": "starter"}).status_code == 400
    same = dev.ask("PUT", "account/plan", {"plan": "enterprise"})
    assert (same.status_code, same.json()["code"]) == (409, "not_this_plan")
    refused = dev.ask("PUT", "account/plan", {"plan": "starter", "confirmed_calls": 0})
    assert (refused.status_code, refused.json()["code"]) == (409, "not_shown")
    answer = dev.ask("PUT", "account/plan", {"plan": "starter", "confirmed_calls": 1})
    assert answer.json()["plan"] == "enterprise"
    assert answer.json()["next"] == {"plan": "starter", "begins_at": seen["begins_at"], "calls_shown": 1}
    assert dev.get(f"calls/{call_id}").json()["recording"]["available"]
    assert dev.delete("account/plan/next").json()["next"] is None
    assert dev.get(f"calls/{call_id}").json()["expires_at"] is None


def test_a_cancelled_account_opens_its_plan_and_nothing_else(office: Office, dev: Developer) -> None:
    call_id = office.call()
    told = dev.post("account/cancellation").json()
    assert told["cancelled_at"]
    assert told["erased_after"]
    for path in (
        "calls",
        f"calls/{call_id}",
        f"calls/{call_id}/recording",
        "agents",
        "holds",
        "audit",
        "receipts",
    ):
        answer = dev.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "account_closed"), path
    assert dev.get("account/plan").status_code == 200
    assert dev.ask("PUT", "account/plan", {"plan": "growth"}).status_code == 409
    office.clock.advance(timedelta(days=29).total_seconds())
    assert dev.delete("account/cancellation").json()["cancelled_at"] is None
    assert dev.get(f"calls/{call_id}").json()["recording"]["available"]
    dev.post("account/cancellation")
    office.clock.advance(timedelta(days=30).total_seconds())
    gone = dev.delete("account/cancellation")
    assert (gone.status_code, gone.json()["code"]) == (410, "grace_is_over")


@pytest.mark.parametrize(
    ("method", "path", "body", "who"),
    [
        ("GET", "account/plan", None, {Role.OWNER, Role.ADMIN, Role.BILLING, Role.PRIVACY_OFFICER}),
        ("PUT", "account/plan", {"plan": "growth"}, {Role.OWNER}),
        ("POST", "account/cancellation", None, {Role.OWNER}),
        ("GET", "holds", None, {Role.OWNER, Role.ADMIN, Role.PRIVACY_OFFICER}),
        ("POST", "holds", {"reason": "r", "everything": True}, {Role.OWNER, Role.PRIVACY_OFFICER}),
    ],
)  # fmt: skip
@pytest.mark.parametrize("role", list(Role))
def test_who_may(
    hire: Hire, role: Role, method: str, path: str, body: dict[str, object] | None, who: set[Role]
) -> None:
    answer = hire(role).ask(method, path, body)
    assert (answer.status_code < 300) is (role in who), answer.content


def test_a_hold_is_set_seen_and_released(office: Office, dev: Developer) -> None:
    call_id = office.call()
    made = dev.post("holds", {"reason": "Case 4", "number": CALLER})
    assert made.status_code == 201
    told = made.json()
    assert (told["names"], told["calls"], told["number"], told["ended_at"]) == ("number", 1, CALLER, None)
    assert dev.get(f"calls/{call_id}").json()["expires_at"] is None
    refused = dev.delete(f"calls/{call_id}")
    assert (refused.status_code, refused.json()["code"]) == (409, "under_hold")
    assert dev.get("holds").json()["items"][0]["id"] == told["id"]
    assert dev.delete(f"holds/{told['id']}").json()["ended_at"]
    assert dev.get(f"calls/{call_id}").json()["expires_at"]
    assert dev.delete(f"calls/{call_id}").status_code == 204


def test_anothers_hold_answers_as_none(office: Office, hire: Hire, dev: Developer) -> None:
    from tests.support.accounts import an_account

    made = dev.post("holds", {"reason": "Case 4", "everything": True}).json()
    other = hire(Role.OWNER, an_account(office.clock))
    assert other.get(f"holds/{made['id']}").status_code == 404
    assert other.delete(f"holds/{made['id']}").status_code == 404


def test_an_agent_keeps_for_a_day_up_to_the_plans_limit_and_no_longer(office: Office, dev: Developer) -> None:
    path = f"agents/{office.agent()}/periods"
    assert dev.get(path).json() == {"recording": None, "transcript": None, "log": None}
    for days in (1, 30):
        assert dev.ask("PUT", path, {"recording": days, "transcript": days, "log": days}).status_code == 200
    for bad in (
        {"recording": 31},
        {"log": 0},
        {"recording": -1},
        {"recording": 9, "transcript": 9, "log": 8},
    ):
        assert dev.ask("PUT", path, bad).status_code in {400, 422}
    told = dev.ask("PUT", path, {"recording": 0, "transcript": 0}).json()
    assert told == {"recording": 0, "transcript": 0, "log": None}
    call = dev.get(f"calls/{office.call()}").json()
    assert call["recording"] == {"available": False, "reason": "never_kept"}
    assert call["transcript"]["reason"] == "never_kept"
