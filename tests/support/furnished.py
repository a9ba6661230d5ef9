"""An account in which there is one of everything that an address can name, and people and keys of every role who look at it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.test import Client

from ringfence.apps.accounts.apikeys import issue
from ringfence.apps.accounts.members import remove_member
from ringfence.apps.accounts.models import Role, Scope, User
from ringfence.apps.agents.engines import add_engine
from ringfence.apps.agents.models import EngineKind
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.billing.invoices import invoices
from ringfence.apps.numbers.confirmed import request_code
from ringfence.apps.numbers.connections import connect
from ringfence.apps.numbers.numbers import add_number
from ringfence.apps.people.invitations import invitations, invite
from ringfence.apps.people.models import Session
from ringfence.apps.recipients.register import recipients
from ringfence.apps.support import desk
from ringfence.apps.support.requests import Wanted as Help
from ringfence.apps.support.requests import open_request
from ringfence.core.config import current
from ringfence.lifecycle.audit.ledger import open_ledger
from ringfence.lifecycle.audit.sealing import Sealer
from ringfence.lifecycle.audit.trail import TrailFilters, read_trail
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.lifecycle.holds.holds import Wanted
from ringfence.lifecycle.plans.billing import bill
from ringfence.lifecycle.receipts.receipts import list_receipts
from ringfence.web.lives import holds
from ringfence.web.operator.rows import rows
from tests.support.accounts import an_address
from tests.support.office import Office
from tests.support.visitors import Visitor, a_member

_GAP = re.compile(r"<(?:\w+:)?(\w+)>|\{(?:\w+:)?(\w+)\}")
_FIRST_MONTH = datetime(2026, 2, 1, 3, tzinfo=UTC)


@dataclass
class Furnished:
    """`things` are ids of this account by the name that a gap in an address has."""

    office: Office
    things: Mapping[str, object] = field(default_factory=dict)
    people: dict[Role, User] = field(default_factory=dict)
    _visitors: dict[Role, Visitor] = field(default_factory=dict)
    _keys: dict[tuple[Role, Scope], str] = field(default_factory=dict)

    @property
    def account_id(self) -> UUID:
        return self.office.account_id

    def visitor(self, role: Role) -> Visitor:
        """A member with this role, signed in."""
        if role not in self._visitors:
            if role not in self.people:
                self.people[role] = a_member(self.account_id, self.office.clock, role, password=None)
            self._visitors[role] = Visitor()
            User.objects.filter(id=self.people[role].id).update(last_login=None)
            self.people[role].refresh_from_db()
            assert self._visitors[role].link(self.people[role]).status_code == 302
        return self._visitors[role]

    def signed_out(self) -> None:
        """Whoever comes next signs in anew."""
        self._visitors.clear()

    def key(self, role: Role, scope: Scope = Scope.EVERYTHING) -> str:
        if (role, scope) not in self._keys:
            made = issue(self.account_id, name="k", role=role, scope=scope, clock=self.office.clock)
            self._keys[role, scope] = made.token
        return self._keys[role, scope]

    def sent_away(self, role: Role) -> tuple[Visitor, str]:
        """A browser and a key of somebody who was a member with this role until a moment ago."""
        self.visitor(Role.OWNER)
        person = a_member(self.account_id, self.office.clock, role, password=None)
        made = issue(
            self.account_id, name="theirs", role=role, clock=self.office.clock, created_by=person.id
        ).token
        visitor = Visitor()
        visitor.link(person)
        remove_member(self.account_id, person.id, self.office.clock)
        return visitor, made

    def path(self, route: str, *, own: bool = True) -> str:
        """An address with ids of this account, or with such as nothing has."""
        unknown = {"number": 7_777, "passkey_id": 7_777_777, "plan": "starter", "provider_id": "sso-x"}

        def fill(gap: re.Match[str]) -> str:
            name = gap[1] or gap[2]
            return str(self.things[name] if own else unknown.get(name, uuid4()))

        return _GAP.sub(fill, route)


def furnish(office: Office) -> Furnished:
    """One of everything. The clock goes on to the second month, so that there is an invoice."""
    account, clock = office.account_id, office.clock
    found = Furnished(office)
    call_id, gone = office.call(), office.call()
    delete_parts(account, [gone], Part.CALL, actor="me", clock=clock)
    if clock.now() < _FIRST_MONTH:
        clock.advance((_FIRST_MONTH - clock.now()).total_seconds())
    bill(office.worker, clock, account)
    connection = connect(
        account, vendor="twilio", label="Twilio", settings={"account_sid": "AC1"}, secret="s", clock=clock
    )
    number = f"+1202555{uuid4().int % 10_000:04d}"
    invite(account, email=an_address(), role=Role.ANALYST, clock=clock, mailed=False)
    engine = add_engine(
        account,
        name="mine",
        kind=EngineKind.LLM,
        base_url="https://llm.example.org/v1",
        model="m",
        clock=clock,
    )
    found.visitor(Role.OWNER)
    with acting(Actor(ActorKind.MEMBER, found.people[Role.OWNER].id)):
        hold = holds().set(account, Wanted(reason="A claim", calls=[call_id]))
    request, ask = asked_of_support(found, call_id)
    Sealer(office.worker, office.vault, open_ledger(current().ledger_url)).run()
    found.things = {
        "call_id": call_id, "gone_id": gone, "agent_id": office.agent(), "number": 1, "plan": "starter",
        "receipt_id": list_receipts(account, clock=clock).items[0]["id"], "connection_id": connection,
        "event_id": read_trail(account, TrailFilters(), clock=clock, before=None, limit=1).events[0].id,
        "invoice_id": invoices(account)[0].id, "number_id": add_number(account, connection, number, clock=clock),
        "confirmed_id": request_code(account, uuid4(), "+12125550100", clock=clock).id, "engine_id": engine,
        "recipient_id": recipients(account)[0].id, "hold_id": hold.id, "user_id": found.people[Role.OWNER].id,
        "invitation_id": invitations(account, clock)[0].id, "account_id": account, "passkey_id": 1,
        "key_id": issue(account, name="one", role=Role.ANALYST, clock=clock).id, "sign_on_id": uuid4(),
        "session_id": Session.objects.filter(user_id=found.people[Role.OWNER].id).values_list("id", flat=True)[0],
        "provider_id": "sso-x", "request_id": request, "ask_id": ask, "glass_id": uuid4(),
    }  # fmt: skip
    return found


def asked_of_support(found: Furnished, call_id: UUID) -> tuple[UUID, UUID]:
    """A support request that names a call, and what somebody of staff asks for because of it."""
    office = found.office
    with acting(Actor(ActorKind.MEMBER, found.people[Role.OWNER].id)):
        wanted = Help(subject="call", text="It misheard the day.", calls=[call_id])
        request = open_request(office.account_id, wanted, office.clock)
    with rows().transaction(office.account_id) as cursor:
        access = desk.Wanted(reason="To hear the day", hours=1, call_id=call_id)
        ask = desk.put(cursor, office.vault, uuid4(), office.account_id, request, access, office.clock)
    return request, ask


def ask(
    method: str, path: str, token: str | None = None, body: Any = None, client: Client | None = None
) -> Any:
    """A request of a program to the API."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return (client or Client(raise_request_exception=False)).generic(
        method, path, b"" if body is None else orjson.dumps(body), "application/json", secure=True,
        SERVER_NAME="localhost", headers=headers,
    )  # fmt: skip
