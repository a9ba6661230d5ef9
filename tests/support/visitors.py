"""People at their browsers, without a browser: requests through the whole of Django, from an address of their own."""

import re
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.test import Client

from ringfence.apps.accounts.links import sign_in_token
from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.mails import COLUMN
from ringfence.apps.people.models import Mail
from ringfence.core.clock import ManualClock
from ringfence.egress.letters import Letter
from ringfence.vault.errors import Tampered
from ringfence.vault.people import open_of_person
from tests.support.accounts import an_address

PASSWORD = "correct horse battery staple"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (Macintosh; Intel Mac OS X 14_5) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"


@dataclass
class Visitor:
    """`at` is where they are; they may move, and take their cookies along."""

    at: str = field(default_factory=lambda: f"198.51.{secrets.randbelow(256)}.{secrets.randbelow(256)}")
    agent: str = FIREFOX
    client: Client = field(
        default_factory=lambda: Client(raise_request_exception=False, enforce_csrf_checks=False)
    )

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, **self._here(), headers=headers)

    def post(self, path: str, **data: Any) -> Any:
        return self.client.post(path, data, **self._here())

    def password(self, email: str, password: str = PASSWORD) -> Any:
        return self.post("/sign-in/", email=email, password=password)

    def link(self, user: User) -> Any:
        return self.get(f"/sign-in/link/?token={sign_in_token(user)}")

    def carried_off(self, at: str, agent: str | None = None) -> "Visitor":
        """Somebody else, with this visitor's cookies."""
        other = Visitor(at=at, agent=agent or self.agent)
        other.client.cookies.load({name: each.value for name, each in self.client.cookies.items()})
        return other

    def inside(self) -> bool:
        """Whether this browser opens the call log."""
        return bool(self.get("/learn/calls/").status_code == 200)

    def _here(self) -> dict[str, Any]:
        return {
            "secure": True, "SERVER_NAME": "localhost", "REMOTE_ADDR": self.at, "HTTP_USER_AGENT": self.agent,
        }  # fmt: skip


def a_member(
    account_id: UUID, clock: ManualClock, role: Role = Role.OWNER, password: str | None = PASSWORD
) -> User:
    """Somebody of this account, with a password."""
    user = add_member(account_id, email=an_address(), role=role, clock=clock, name="Ada Okafor")
    if password is not None:
        user.set_password(password)
        user.save()
    return user


def letters(to: str) -> list[Letter]:
    """What waits to be mailed to an address, newest first. Other tests' mails are sealed under other keys."""
    found: list[Letter] = []
    for row in Mail.objects.order_by("-id"):
        with suppress(Tampered):
            found.append(Letter.unpacked(open_of_person(vault().root, row.id, COLUMN, bytes(row.sealed))))
    return [each for each in found if each.to == to]


def path_of(letter: Letter) -> str:
    """Where a mail's link leads, on this site."""
    return re.sub(r"^https://[^/]+", "", letter.link)
