"""An account's own numbers, and the agents that answer them."""

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.numbers.e164 import e164
from ringfence.apps.numbers.errors import NoSuchConnection, NoSuchNumber, NumberTaken
from ringfence.apps.numbers.models import Connection, Number
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFacts:
    """A number; `agent_id` of None: nobody answers it."""

    id: UUID
    connection_id: UUID
    e164: str
    label: str
    agent_id: UUID | None


def add_number(account_id: UUID, connection_id: UUID, number: str, *, clock: Clock, label: str = "") -> UUID:
    """Add a number that a connection's carrier holds. Raises `BadNumber`, `NoSuchConnection`, `NumberTaken`."""
    number_id, written = new_id(clock), e164(number)
    try:
        with tenant(account_id):
            if not Connection.objects.filter(account_id=account_id, id=connection_id).exists():
                raise NoSuchConnection("There is no such connection.")
            Number.objects.create(
                id=number_id,
                account_id=account_id,
                connection_id=connection_id,
                e164=written,
                label=label,
                created_at=clock.now(),
            )
            record(account_id, Act.NUMBER_ADDED, Thing("number", str(number_id)))
    except IntegrityError:
        raise NumberTaken("This connection has that number already.") from None
    return number_id


def numbers(account_id: UUID) -> tuple[NumberFacts, ...]:
    """The account's numbers, in order."""
    fields = ("id", "connection_id", "e164", "label", "agent_id")
    with tenant(account_id):
        rows = list(Number.objects.filter(account_id=account_id).order_by("e164", "id").values(*fields))
    return tuple(NumberFacts(**row) for row in rows)


def number_called(account_id: UUID, connection_id: UUID, number: str) -> NumberFacts:
    """The number that a caller dialled on this connection. Raises `NoSuchNumber`."""
    with tenant(account_id):
        row = (
            Number.objects.filter(account_id=account_id, connection_id=connection_id, e164=number)
            .values("id", "connection_id", "e164", "label", "agent_id")
            .first()
        )
    if row is None:
        raise NoSuchNumber("There is no such number.")
    return NumberFacts(**row)


def assign(account_id: UUID, number_id: UUID, agent_id: UUID | None) -> None:
    """Let an agent answer a number, or nobody. The caller made sure the agent is the account's. Raises `NoSuchNumber`."""
    with tenant(account_id):
        changed = Number.objects.filter(account_id=account_id, id=number_id).update(agent_id=agent_id)
        if changed:
            record(account_id, Act.NUMBER_ASSIGNED, Thing("number", str(number_id)))
    if not changed:
        raise NoSuchNumber("There is no such number.")


def remove_number(account_id: UUID, number_id: UUID) -> None:
    """Forget a number; its calls stay. Raises `NoSuchNumber`."""
    with tenant(account_id):
        gone, _ = Number.objects.filter(account_id=account_id, id=number_id).delete()
        if gone:
            record(account_id, Act.NUMBER_REMOVED, Thing("number", str(number_id)))
    if not gone:
        raise NoSuchNumber("There is no such number.")
