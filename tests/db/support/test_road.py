"""The road from a customer's request to a look at one call, and its end (guard.staff, use.support)."""

from ringfence.apps.audit.acts import Act
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.audit.trail import TrailFilters, read_trail
from tests.db.support.conftest import REASON, Case
from tests.support.visitors import letters

SAID = "before the ferry leaves the harbour"


def test_nothing_opens_before_an_approval(case: Case) -> None:
    ask_id = case.ask()
    assert case.staff.get(case.page(ask_id)).status_code == 403
    assert case.staff.get(case.page(ask_id) + "recording").status_code == 403
    assert (
        SAID
        not in case.staff.get(f"/operator/requests/{case.account_id}/{case.request_id}/").content.decode()
    )


def test_the_customer_is_told_by_mail_of_what_is_asked_and_not_what_it_is_about(case: Case) -> None:
    ask_id = case.ask()
    letter = letters(case.owner.email)[0]
    assert f"/support/approvals/{ask_id}/" in letter.link
    assert REASON not in letter.packed()
    page = case.visitor.get(f"/support/approvals/{ask_id}/").content.decode()
    assert REASON in page
    assert "Noor Haddad" in page


def test_an_approval_opens_what_it_names_to_whom_it_names(case: Case, clock: ManualClock) -> None:
    ask_id = case.approved()
    page = case.staff.get(case.page(ask_id))
    assert page.status_code == 200
    assert SAID in page.content.decode()
    sound = case.staff.get(case.page(ask_id) + "recording")
    assert sound.status_code == 200
    assert b"".join(sound.streaming_content).startswith(b"RIFF")


def test_each_look_stands_in_the_customers_log_with_who_what_and_why(case: Case, clock: ManualClock) -> None:
    ask_id = case.approved()
    case.staff.get(case.page(ask_id))
    case.staff.get(case.page(ask_id) + "recording")
    seen = read_trail(case.account_id, TrailFilters(staff_only=True), clock=clock).events
    looks = [each for each in seen if each.act in {Act.CALL_OPENED, Act.RECORDING_PLAYED}]
    assert sorted(str(each.act) for each in looks) == ["call_opened", "recording_played"], "one event each"
    for each in looks:
        assert each.actor_kind == "staff"
        assert each.actor_id == case.staff.person.id
        assert each.thing_id == str(case.call_id)
        assert each.purpose == "support"
        assert each.under == ("support_ask", str(ask_id))
    page = case.visitor.get("/audit/").content.decode()
    assert "Noor Haddad, of the operator" in page, "on a plan without an audit log, too"


def test_taking_it_back_shuts_it_at_once(case: Case) -> None:
    ask_id = case.approved()
    assert case.staff.get(case.page(ask_id)).status_code == 200
    assert case.visitor.post(f"/support/approvals/{ask_id}/withdraw/").status_code == 302
    assert case.staff.get(case.page(ask_id)).status_code == 403
    assert case.staff.get(case.page(ask_id) + "recording").status_code == 403
