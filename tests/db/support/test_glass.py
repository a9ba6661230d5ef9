"""Breaking the glass: two people, the customer told at once, settings for an hour, and never a call (guard.staff)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.support.models import Glass
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.audit.trail import TrailFilters, read_trail
from tests.db.support.conftest import Case
from tests.support.database import as_login
from tests.support.desk import Employee, an_employee
from tests.support.visitors import letters

WHY = "Their sign-in fails for everybody"


def asked(case: Case) -> UUID:
    answer = case.staff.post(f"/operator/accounts/{case.account_id}/glass/", reason=WHY)
    assert answer.status_code == 302, answer.content
    with tenant(case.account_id):
        return Glass.objects.filter(account_id=case.account_id).latest("asked_at").id


def confirm(case: Case, glass_id: UUID, by: Employee) -> Any:
    return by.post(f"/operator/accounts/{case.account_id}/glass/{glass_id}/")


def opens(case: Case, by: Employee) -> bool:
    """Whether the settings stand on the account's page."""
    page = by.get(f"/operator/accounts/{case.account_id}/")
    assert page.status_code == 200
    return ">front-desk<" in page.content.decode()


@pytest.fixture
def colleague(clock: ManualClock, case: Case) -> Employee:
    return an_employee(clock, "Kim Lund")


def test_one_person_alone_opens_nothing(case: Case) -> None:
    glass_id = asked(case)
    assert not opens(case, case.staff)
    assert confirm(case, glass_id, case.staff).status_code == 403
    assert not opens(case, case.staff)


def test_two_open_settings_for_an_hour_and_the_customer_is_told_at_once(
    case: Case, colleague: Employee, clock: ManualClock
) -> None:
    before = len(letters(case.owner.email))
    assert confirm(case, asked(case), colleague).status_code == 302
    assert len(letters(case.owner.email)) == before + 1
    assert WHY not in letters(case.owner.email)[0].packed()
    events = read_trail(case.account_id, TrailFilters(staff_only=True), clock=clock).events
    assert {"glass_asked", "glass_broken"} <= {str(each.act) for each in events}
    page = case.visitor.get("/support/").content.decode()
    assert WHY in page
    assert "Noor Haddad" in page
    assert "Kim Lund" in page
    assert opens(case, case.staff)
    assert "settings_seen" in {
        str(each.act)
        for each in read_trail(case.account_id, TrailFilters(staff_only=True), clock=clock).events
    }
    clock.advance(29 * 60)
    assert opens(case, colleague)
    clock.advance(29 * 60)
    assert opens(case, colleague)
    clock.advance(2 * 60)
    assert not opens(case, colleague)


def test_no_call_opens_by_it(case: Case, colleague: Employee) -> None:
    confirm(case, asked(case), colleague)
    page = case.staff.get(f"/operator/accounts/{case.account_id}/").content.decode()
    for hidden in (
        "ferry",
        "+12025550173",
        "202-555-0173",
        case.owner.email,
        "Ada Okafor",
        str(case.call_id),
    ):
        assert hidden not in page
    assert case.staff.get(f"/operator/access/{case.account_id}/{uuid4()}/{case.call_id}/").status_code == 404


def test_what_nobody_confirms_within_an_hour_lapses(
    case: Case, colleague: Employee, clock: ManualClock
) -> None:
    glass_id = asked(case)
    for _ in range(3):
        clock.advance(20 * 60)
        colleague.get("/operator/")
    answer = confirm(case, glass_id, colleague)
    if answer.status_code == 302:
        assert answer["Location"].startswith("/step-up/")
    assert not opens(case, colleague)


def test_both_show_once_more_who_they_are(case: Case, colleague: Employee, clock: ManualClock) -> None:
    glass_id = asked(case)
    clock.advance(11 * 60)
    assert confirm(case, glass_id, colleague)["Location"].startswith("/step-up/")
    later = case.staff.post(f"/operator/accounts/{case.account_id}/glass/", reason=WHY)
    assert later["Location"].startswith("/step-up/")
    assert not opens(case, case.staff)


FORGED: list[Callable[[Case, ManualClock], dict[str, Any]]] = [
    lambda case, clock: {"confirmed_by": uuid4(), "ends_at": clock.now() + timedelta(hours=1)},
    lambda case, clock: {"confirmed_by": case.staff.person.id, "ends_at": clock.now() + timedelta(hours=1)},
]


@pytest.mark.parametrize("change", FORGED)
def test_a_confirmation_that_is_only_a_row_opens_nothing(
    case: Case, clock: ManualClock, change: Callable[[Case, ManualClock], dict[str, Any]]
) -> None:
    glass_id = asked(case)
    with as_login("owner"), tenant(case.account_id):
        mine = Glass.objects.filter(account_id=case.account_id, id=glass_id)
        mine.update(confirmed_at=clock.now(), confirmed_mark=bytes(32), **change(case, clock))
    assert not opens(case, case.staff)
