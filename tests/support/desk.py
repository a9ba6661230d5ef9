"""People of the operator's at their console, and a customer's account that asks them for help."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ringfence.apps.accounts.models import User
from ringfence.apps.staff.people import Person, add
from ringfence.core.clock import ManualClock
from ringfence.web.people import factors
from tests.support.accounts import an_address
from tests.support.visitors import Visitor

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@dataclass
class Employee:
    """Somebody of the operator's, with a browser."""

    person: Person
    user: User
    visitor: Visitor = field(default_factory=Visitor)
    codes: list[str] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> Any:
        return self.visitor.get(path, **headers)

    def post(self, path: str, **data: Any) -> Any:
        return self.visitor.post(path, **data)

    def sign_in(self) -> None:
        """By link and a code."""
        assert self.visitor.link(self.user).status_code == 302
        answer = self.visitor.post("/sign-in/second/", code=self.codes.pop())
        assert answer.status_code == 302, answer.content

    def ask(self, account_id: UUID, request_id: UUID, **said: Any) -> UUID:
        """Ask for access on the page; the id of what was asked."""
        from ringfence.apps.support.requests import asks

        before = {each.id for each in asks(account_id)}
        answer = self.post(f"/operator/requests/{account_id}/{request_id}/ask/", **{"hours": "2", **said})
        assert answer.status_code == 302, answer.content
        return next(each.id for each in asks(account_id) if each.id not in before)


def an_employee(clock: ManualClock, name: str = "Noor Haddad") -> Employee:
    """Somebody of the operator's, signed in with a second factor."""
    person, user = add(an_address(), name, clock)
    assert factors.add_app(user, SECRET, current_code())
    employee = Employee(person, user, codes=factors.new_codes(user))
    employee.sign_in()
    return employee


def current_code(secret: str = SECRET) -> str:
    """What an app with this secret shows now."""
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    from ringfence.boot.clock import SystemClock

    shown: str = format_hotp_value(hotp_value(secret, int(SystemClock().now().timestamp()) // 30))
    return shown
