"""Settings → Plan, Privacy → Retention & holds and an agent's periods, as an owner's browser is shown them."""

from datetime import timedelta
from uuid import UUID

import pytest

from ringfence.apps.accounts.models import Role
from ringfence.policy import Plan
from tests.db.lifecycle.plans.test_plans import Firm, firm
from tests.support.office import CALLER
from tests.support.visitors import Visitor, a_member

__all__ = ["firm"]


def enter(firm: Firm, role: Role = Role.OWNER) -> Visitor:
    visitor = Visitor()
    visitor.password(a_member(firm.account_id, firm.office.clock, role).email)
    return visitor


def test_a_downgrade_is_shown_confirmed_and_withdrawn(firm: Firm) -> None:
    firm.on(Plan.ENTERPRISE)
    call_id = firm.office.call()
    firm.broom.later(days=40)
    owner = enter(firm)
    assert "See what Starter would destroy" in owner.get("/settings/plan/").content.decode()
    shown = owner.get("/settings/plan/lower/starter/").content.decode()
    assert "and destroy 1 call then" in shown
    assert owner.post("/settings/plan/lower/starter/", shown="0").status_code == 409
    assert owner.post("/settings/plan/lower/starter/", shown="1").status_code == 302
    told = owner.get("/settings/plan/").content.decode()
    assert "Starter begins" in told
    assert "It destroys 1 call then" in told
    assert firm.opens(call_id)
    assert owner.post("/settings/plan/change/", do="withdraw").status_code == 302
    assert "Starter begins" not in owner.get("/settings/plan/").content.decode()
    assert firm.plans.standing(firm.account_id).term.changes() is None


def test_leaving_closes_every_page_but_the_one_to_come_back(firm: Firm) -> None:
    firm.office.call()
    owner = enter(firm)
    assert owner.post("/settings/plan/change/", do="cancel").status_code == 302
    for page in ("/learn/calls/", "/agents/", "/retention/", "/receipts/", "/audit/"):
        assert owner.get(page).status_code == 403, page
    assert "This account is cancelled" in owner.get("/settings/plan/").content.decode()
    assert owner.post("/settings/plan/change/", do="return").status_code == 302
    assert owner.get("/learn/calls/").status_code == 200


def test_a_session_left_open_changes_no_plan(firm: Firm) -> None:
    owner = enter(firm)
    firm.broom.later(minutes=11)
    answer = owner.post("/settings/plan/change/", do="cancel")
    assert "/step-up/" in answer["Location"]
    assert firm.plans.standing(firm.account_id).cancelled_at is None


@pytest.mark.parametrize("role", [Role.OWNER, Role.PRIVACY_OFFICER])
def test_a_hold_is_set_shown_and_released(firm: Firm, role: Role) -> None:
    firm.office.call()
    officer = enter(firm, role)
    assert officer.post("/retention/", names="number", number="nothing", reason="Case 4").status_code == 400
    assert officer.post("/retention/", names="number", number=CALLER, reason="Case 4").status_code == 302
    page = officer.get("/retention/").content.decode()
    assert "Case 4" in page
    hold = page.split("/retention/holds/")[1].split("/release/")[0]
    assert str(UUID(hold)) == hold
    assert officer.post(f"/retention/holds/{hold}/release/").status_code == 302
    assert "Released" in officer.get("/retention/").content.decode()


@pytest.mark.parametrize("role", [Role.ADMIN, Role.MANAGER, Role.ANALYST, Role.BILLING])
def test_nobody_else_sets_one(firm: Firm, role: Role) -> None:
    assert enter(firm, role).post("/retention/", names="account", reason="Case 4").status_code == 403


def test_an_agent_keeps_for_as_long_as_its_page_says(firm: Firm) -> None:
    agent_id = firm.office.agent()
    owner = enter(firm)
    assert owner.post(f"/agents/{agent_id}/periods/", recording="31").status_code == 400
    assert owner.post(f"/agents/{agent_id}/periods/", recording="x").status_code == 400
    assert owner.post(f"/agents/{agent_id}/periods/", recording="7", transcript="", log="").status_code == 302
    assert (
        'name="recording" inputmode="numeric" pattern="[0-9]*" value="7"'
        in owner.get(f"/agents/{agent_id}/").content.decode()
    )
    assert '<span class="numbers">7</span> days' in owner.get("/retention/").content.decode()
    call_id = firm.office.call()
    firm.broom.until(firm.ended(call_id) + timedelta(days=7))
    from ringfence.apps.calls.document import call_document
    from ringfence.apps.calls.reveal import PROVIDING

    told = call_document(firm.account_id, call_id, purpose=PROVIDING, clock=firm.office.clock)
    assert told["recording"] == {"available": False, "reason": "expired"}
    assert told["transcript"]["available"]
