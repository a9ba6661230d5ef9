"""One account with a call, somebody who asks for help with it, and somebody of the operator's who may help."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from ringfence.apps.accounts.models import User
from ringfence.apps.support.requests import asks
from ringfence.boot import web as _web  # noqa: F401 - as the process is wired
from ringfence.core.clock import ManualClock
from tests.support.desk import Employee, an_employee
from tests.support.office import Office
from tests.support.visitors import Visitor, a_member

REASON = "The caller says the agent misheard the day"


@dataclass
class Case:
    """A request that names one call."""

    office: Office
    account_id: UUID
    owner: User
    visitor: Visitor
    staff: Employee
    call_id: UUID
    request_id: UUID

    def ask(self, hours: int = 2) -> UUID:
        return self.staff.ask(
            self.account_id, self.request_id, call=str(self.call_id), reason=REASON, hours=str(hours)
        )

    def approve(self, ask_id: UUID) -> None:
        seen = next(each for each in asks(self.account_id) if each.id == ask_id).mark.hex()
        answer = self.visitor.post(f"/support/approvals/{ask_id}/approve/", seen=seen)
        assert answer.status_code == 302, answer.content
        assert not answer["Location"].startswith("/step-up/")

    def approved(self, hours: int = 2) -> UUID:
        ask_id = self.ask(hours)
        self.approve(ask_id)
        return ask_id

    def page(self, ask_id: UUID) -> str:
        return f"/operator/access/{self.account_id}/{ask_id}/{self.call_id}/"


@pytest.fixture
def case(office: Office, clock: ManualClock) -> Case:
    call_id = office.call()
    owner, visitor = a_member(office.account_id, clock), Visitor()
    visitor.password(owner.email)
    answer = visitor.post(
        "/support/", subject="call", calls=str(call_id), text="It heard Friday for Thursday."
    )
    assert answer.status_code == 302, answer.content
    request_id = UUID(answer["Location"].strip("/").split("/")[-1])
    return Case(office, office.account_id, owner, visitor, an_employee(clock), call_id, request_id)
