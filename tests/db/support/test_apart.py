"""The operator's console and the customers': nobody is in both, and no way leads from one into the other (guard.staff)."""

import ast
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.urls import URLPattern, get_resolver

import ringfence
from ringfence.apps.accounts.errors import IsStaff
from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.staff.errors import AlreadyStaff, IsMember
from ringfence.apps.staff.people import add, remove
from ringfence.core.clock import ManualClock
from ringfence.web.access import Who
from tests.db.support.conftest import Case
from tests.support.accounts import an_address
from tests.support.database import Database
from tests.support.desk import Employee, an_employee
from tests.support.visitors import PASSWORD, Visitor


def of_members(view: Any) -> bool:
    """Whether a page is for members of an account."""
    return not {view.access.get, view.access.post} & {Who.EVERYBODY, Who.PERSON, Who.CARRIER, Who.STAFF}


SOURCE = Path(ringfence.__file__).parent


def paths(*, operator: bool, case: Case | None = None) -> list[str]:
    """Every address, with ids of this case where it has some."""
    known = {
        "account_id": case.account_id, "request_id": case.request_id, "call_id": case.call_id,
    } if case else {}  # fmt: skip

    def filled(pattern: str) -> str:
        return "/" + re.sub(
            r"<(\w+):(\w+)>",
            lambda m: str(known.get(m[2]) or {"uuid": uuid4(), "int": 1}.get(m[1], "x")),
            pattern,
        )

    found = [str(each.pattern) for each in get_resolver().url_patterns if isinstance(each, URLPattern)]
    return [filled(each) for each in found if each.startswith("operator/") is operator]


@pytest.fixture
def staff(case: Case) -> Employee:
    return case.staff


def test_a_customers_session_finds_nothing_of_the_operators(case: Case) -> None:
    for path in paths(operator=True, case=case):
        for answer in (case.visitor.get(path), case.visitor.post(path)):
            assert answer.status_code in {404, 405}, path
            assert "Noor Haddad" not in answer.content.decode()


def test_a_session_of_the_operators_opens_no_customers_page(case: Case, staff: Employee) -> None:
    """Every address there is, as staff: none answers as a customer's console does, and none makes a customer of them."""
    inside = [
        each
        for each in get_resolver().url_patterns
        if isinstance(each, URLPattern) and of_members(each.callback)
    ]
    assert len(inside) > 40
    known = {"account_id": case.account_id, "call_id": case.call_id, "request_id": case.request_id}
    for each in inside:
        pattern = str(each.pattern)
        path = "/" + re.sub(
            r"<(\w+):(\w+)>",
            lambda m: str(known.get(m[2]) or {"uuid": uuid4(), "int": 1}.get(m[1], "x")),
            pattern,
        )
        for answer in (staff.get(path), staff.post(path)):
            assert answer.status_code in {302, 405}, path
            if answer.status_code == 302:
                assert answer["Location"] == "/operator/", path
    assert staff.get("/operator/").status_code == 200


def test_there_is_no_way_to_act_as_a_customer(case: Case, staff: Employee) -> None:
    """No impersonation: whatever is sent to the operator's console, the session stays its person's own."""
    before = staff.visitor.client.session["_auth_user_id"]
    for path in paths(operator=True, case=case):
        staff.get(path)
        staff.post(
            path, account=str(case.account_id), user=str(case.owner.id), text="x", reason="x", hours="1"
        )
        assert staff.visitor.client.session["_auth_user_id"] == before
        assert "account" not in staff.visitor.client.session
    assert not staff.visitor.inside()


def test_a_session_is_begun_in_one_place_alone() -> None:
    callers = set()
    for file in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "django.contrib.auth":
                callers |= {str(file.relative_to(SOURCE)) for each in node.names if each.name == "login"}
    assert callers == {"web/people/entering.py"}


def test_nothing_opens_before_a_second_factor_is_shown(case: Case, clock: ManualClock) -> None:
    _person, user = add(an_address(), "Kim Lund", clock)
    visitor = Visitor()
    visitor.link(user)
    for path in paths(operator=True, case=case):
        answer = visitor.get(path)
        assert answer.status_code in {403, 405}, path
    page = visitor.get("/operator/").content.decode()
    assert "A second factor first" in page
    assert visitor.get("/security/").status_code == 200
    user.set_password(PASSWORD)
    user.save()
    again = Visitor()
    again.password(user.email)
    assert again.get("/operator/").status_code == 403


def test_a_member_cannot_be_staff_nor_the_other_way_round(case: Case, clock: ManualClock) -> None:
    with pytest.raises(IsMember):
        add(case.owner.email, "", clock)
    with pytest.raises(IsStaff):
        add_member(case.account_id, email=case.staff.person.email, role=Role.OWNER, clock=clock)
    with pytest.raises(AlreadyStaff):
        add(case.staff.person.email, "", clock)


def test_a_membership_that_a_stolen_login_writes_for_staff_opens_nothing(
    case: Case, staff: Employee, database: Database
) -> None:
    row = uuid4()
    with database.connect("web") as stolen, stolen.transaction():
        stolen.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(case.account_id)])
        stolen.execute(
            "INSERT INTO accounts_membership (id, account_id, user_id, role, created_at) VALUES (%s, %s, %s, 'owner', now())",
            [row, case.account_id, staff.user.id],
        )
    try:
        assert not staff.visitor.inside()
        assert staff.get("/operator/").status_code == 200
    finally:
        with database.superuser() as admin:
            admin.execute("DELETE FROM accounts_membership WHERE id = %s", [row])


def test_a_row_that_a_stolen_login_writes_makes_nobody_staff(
    case: Case, clock: ManualClock, database: Database
) -> None:
    someone = User.objects.create(id=uuid4(), email=an_address(), created_at=clock.now())
    row = "INSERT INTO staff_person (id, user_id, mark, added_at) VALUES (%s, %s, %s, now())"
    with database.connect("web") as stolen:
        stolen.execute(row, [uuid4(), someone.id, bytes(32)])
    visitor = Visitor()
    visitor.link(someone)
    assert visitor.get("/operator/").status_code == 404


def test_an_old_row_brings_nobody_back(case: Case, clock: ManualClock, database: Database) -> None:
    former = an_employee(clock, "Kim Lund")
    remove(former.person.email, clock)
    with database.connect("web") as stolen:
        stolen.execute("UPDATE staff_person SET removed_at = NULL WHERE id = %s", [former.person.id])
    visitor = Visitor()
    visitor.link(former.user)
    assert visitor.get("/operator/").status_code != 200
