"""Where access ends, to the second, with no worker running; and who may not open it (guard.staff)."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from ringfence.apps.accounts.models import Role
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act
from ringfence.apps.support.ending import end_keyless
from ringfence.apps.support.models import ReleasedPart
from ringfence.apps.support.requests import asks
from ringfence.apps.support.values import LAPSES_AFTER, State
from ringfence.boot.supporting import end_what_is_over
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.audit.trail import TrailFilters, read_trail
from ringfence.vault.errors import EpochGone
from ringfence.vault.support import approval_epoch
from tests.db.support.conftest import REASON, Case
from tests.support.desk import an_employee
from tests.support.dying import Killed
from tests.support.visitors import Visitor, a_member


def test_open_until_its_last_second_and_shut_from_its_end_on(case: Case, clock: ManualClock) -> None:
    ask_id = case.approved(hours=1)
    case.staff.get(case.page(ask_id))
    for _ in range(3):  # whoever works is not signed out
        clock.advance(minutes := 15 * 60)
        case.staff.get("/operator/")
    clock.advance(60 * 60 - 3 * minutes - 1)
    assert case.staff.get(case.page(ask_id)).status_code == 200
    clock.advance(1)
    assert case.staff.get(case.page(ask_id)).status_code == 403


def test_a_playing_recording_is_cut_off_within_a_second_of_being_taken_back(
    case: Case, clock: ManualClock
) -> None:
    ask_id = case.approved()
    pieces = iter(case.staff.get(case.page(ask_id) + "recording").streaming_content)
    assert next(pieces)
    case.visitor.post(f"/support/approvals/{ask_id}/withdraw/")
    clock.advance(0.5)
    assert list(pieces) == []


def test_and_of_its_end(case: Case, clock: ManualClock) -> None:
    ask_id = case.approved(hours=1)
    pieces = iter(case.staff.get(case.page(ask_id) + "recording").streaming_content)
    assert next(pieces)
    clock.advance(60 * 60)
    assert list(pieces) == []


def test_what_nobody_decides_on_lapses(case: Case, clock: ManualClock) -> None:
    ask_id = case.ask()
    clock.advance(LAPSES_AFTER.total_seconds() - 1)
    assert asks(case.account_id)[0].state(clock.now()) is State.PENDING
    clock.advance(1)
    again = Visitor()
    again.password(case.owner.email)
    seen = asks(case.account_id)[0].mark.hex()
    assert again.post(f"/support/approvals/{ask_id}/approve/", seen=seen).status_code == 409
    assert asks(case.account_id)[0].state(clock.now()) is State.LAPSED


def test_an_approval_asks_its_approver_once_more_who_they_are(case: Case, clock: ManualClock) -> None:
    ask_id = case.ask()
    clock.advance(11 * 60)
    seen = asks(case.account_id)[0].mark.hex()
    answer = case.visitor.post(f"/support/approvals/{ask_id}/approve/", seen=seen)
    assert answer["Location"].startswith("/step-up/")
    assert asks(case.account_id)[0].approved is None


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ANALYST, Role.BILLING])
def test_roles_that_do_not_decide(case: Case, clock: ManualClock, role: Role) -> None:
    ask_id, seen = case.ask(), asks(case.account_id)[0].mark.hex()
    visitor = Visitor()
    visitor.password(a_member(case.account_id, clock, role).email)
    assert visitor.post(f"/support/approvals/{ask_id}/approve/", seen=seen).status_code == 403


@pytest.mark.parametrize("role", [Role.ADMIN, Role.PRIVACY_OFFICER])
def test_roles_that_do(case: Case, clock: ManualClock, role: Role) -> None:
    ask_id, seen = case.ask(), asks(case.account_id)[0].mark.hex()
    visitor = Visitor()
    visitor.password(a_member(case.account_id, clock, role).email)
    assert visitor.post(f"/support/approvals/{ask_id}/approve/", seen=seen).status_code == 302
    assert asks(case.account_id)[0].approved


def test_another_account_decides_nothing_here(case: Case, clock: ManualClock) -> None:
    from tests.support.accounts import an_account

    ask_id, seen = case.ask(), asks(case.account_id)[0].mark.hex()
    stranger = Visitor()
    stranger.password(a_member(an_account(clock), clock).email)
    unknown = stranger.get("/support/approvals/019b76da-cf10-7bf6-ac4b-0092de7540d2/")
    assert stranger.get(f"/support/approvals/{ask_id}/").status_code == unknown.status_code == 404
    assert stranger.post(f"/support/approvals/{ask_id}/approve/", seen=seen).status_code == 404


def test_it_is_for_the_one_who_asked_and_no_colleague(case: Case, clock: ManualClock) -> None:
    ask_id, colleague = case.approved(), an_employee(clock, "Kim Lund")
    assert colleague.get(case.page(ask_id)).status_code == 403
    assert colleague.get(case.page(ask_id) + "recording").status_code == 403
    assert case.staff.get(case.page(ask_id)).status_code == 200


def test_only_what_the_request_names_can_be_asked_for(case: Case) -> None:
    other = case.office.call()
    answer = case.staff.post(
        f"/operator/requests/{case.account_id}/{case.request_id}/ask/",
        call=str(other),
        reason=REASON,
        hours="1",
    )
    assert answer.status_code == 400
    assert asks(case.account_id) == ()


def test_an_agents_calls_within_the_days_that_were_asked_for_and_no_other(
    case: Case, clock: ManualClock
) -> None:
    inside = case.office.call()
    clock.advance(timedelta(days=2).total_seconds())
    outside = case.office.call()
    owner = Visitor()
    owner.password(case.owner.email)
    agent = case.office.agent()
    made = owner.post("/support/", subject="agent", agent=str(agent), text="It hears badly.")["Location"]
    staff, day = an_employee(clock, "Kim Lund"), (clock.now() - timedelta(days=2)).date().isoformat()
    request_id = made.strip("/").split("/")[-1]
    ask_id = staff.ask(case.account_id, request_id, call="agent", reason=REASON, since=day, until=day)
    seen = asks(case.account_id)[0].mark.hex()
    assert owner.post(f"/support/approvals/{ask_id}/approve/", seen=seen).status_code == 302
    base = f"/operator/access/{case.account_id}/{ask_id}/"
    assert staff.get(f"{base}{inside}/").status_code == 200
    assert staff.get(f"{base}{outside}/").status_code == 403
    assert str(outside) not in staff.get(base).content.decode()


def test_a_deletion_ends_it_too(case: Case) -> None:
    ask_id = case.approved()
    case.visitor.post("/learn/calls/delete/", id=str(case.call_id), part="transcript")
    page = case.staff.get(case.page(ask_id))
    assert page.status_code == 200
    assert "ferry" not in page.content.decode()
    case.visitor.post("/learn/calls/delete/", id=str(case.call_id), part="call")
    assert case.staff.get(case.page(ask_id)).status_code == 403


def test_the_calls_own_time_ends_it_too(case: Case, clock: ManualClock) -> None:
    clock.advance(timedelta(days=30).total_seconds() - 3600)
    owner, staff = Visitor(), an_employee(clock, "Kim Lund")
    owner.password(case.owner.email)
    ask_id = staff.ask(case.account_id, case.request_id, call=str(case.call_id), reason=REASON, hours="2")
    owner.post(f"/support/approvals/{ask_id}/approve/", seen=asks(case.account_id)[0].mark.hex())
    assert staff.get(case.page(ask_id)).status_code == 200
    clock.advance(1200)
    staff.get("/operator/")
    clock.advance(1200)
    staff.get("/operator/")
    clock.advance(1201)
    assert staff.get(case.page(ask_id)).status_code == 404


def test_the_worker_destroys_the_key_of_what_is_over(case: Case, clock: ManualClock) -> None:
    ask_id = case.approved(hours=1)
    keyring = case.office.vault.keyring
    assert keyring.fresh(approval_epoch(ask_id))
    clock.advance(3601)
    assert end_what_is_over(case.office.worker, case.office.vault) >= 1
    with pytest.raises(EpochGone):
        keyring.fresh(approval_epoch(ask_id))
    from ringfence.apps.accounts.tenancy import tenant

    with tenant(case.account_id):
        assert not ReleasedPart.objects.filter(account_id=case.account_id).exists()


def test_a_person_who_is_removed_sees_nothing_from_the_next_request_on(
    case: Case, clock: ManualClock
) -> None:
    from ringfence.apps.staff.people import remove

    ask_id = case.approved()
    remove(case.staff.person.email, clock)
    assert case.staff.get(case.page(ask_id)).status_code in {302, 404}
    assert case.staff.get("/operator/").status_code in {302, 404}


def killed(*_args: object, **_named: object) -> None:
    raise Killed


def customer_takes_back(case: Case, ask_id: UUID) -> None:
    case.visitor.post(f"/support/approvals/{ask_id}/withdraw/")


def staff_give_back(case: Case, ask_id: UUID) -> None:
    case.staff.post(f"/operator/access/{case.account_id}/{ask_id}/back/")


@pytest.mark.parametrize(
    ("last", "take_back"),
    [
        ("ringfence.apps.support.deciding.record", customer_takes_back),
        ("ringfence.apps.support.desk.note", staff_give_back),
    ],
)
def test_killed_while_it_is_taken_back(
    case: Case,
    clock: ManualClock,
    last: str,
    take_back: Callable[[Case, UUID], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The key is gone and nothing was committed: nothing opens from then on, and a worker lets the row and the trail say so."""
    ask_id, vault, worker = case.approved(), case.office.vault, case.office.worker
    other = case.approved()
    with monkeypatch.context() as patch:
        patch.setattr(last, killed)
        with pytest.raises(Killed):
            take_back(case, ask_id)
    assert state_of(case, ask_id, clock) is State.IN_FORCE
    assert case.staff.get(case.page(ask_id)).status_code == 403
    before = withdrawals(case)
    assert end_what_is_over(worker, vault) >= 1, "other tests left some of keyrings that are gone"
    assert state_of(case, ask_id, clock) is State.ENDED
    assert withdrawals(case) == before + 1
    with tenant(case.account_id):
        assert not ReleasedPart.objects.filter(account_id=case.account_id, ask_id=ask_id).exists()
    assert end_what_is_over(worker, vault) == 0
    assert withdrawals(case) == before + 1
    assert state_of(case, other, clock) is State.IN_FORCE, "what nobody took back goes on"
    assert case.staff.get(case.page(other)).status_code == 200


def test_a_worker_that_looks_while_it_is_taken_back_waits_and_says_it_no_second_time(
    case: Case, clock: ManualClock
) -> None:
    """It saw the key gone and the row as it was; the customer's transaction then ends well."""
    ask_id, vault = case.approved(), case.office.vault
    case.visitor.post(f"/support/approvals/{ask_id}/withdraw/")
    before = withdrawals(case)
    with case.office.worker.transaction(case.account_id) as cursor:
        end_keyless(cursor, vault, case.account_id, ask_id, clock)
    assert state_of(case, ask_id, clock) is State.WITHDRAWN
    assert withdrawals(case) == before


def state_of(case: Case, ask_id: UUID, clock: ManualClock) -> State:
    return next(each for each in asks(case.account_id) if each.id == ask_id).state(clock.now())


def withdrawals(case: Case) -> int:
    return len(
        read_trail(case.account_id, TrailFilters(act=Act.ACCESS_WITHDRAWN), clock=case.office.clock).events
    )
