"""The customer's side of support: opening a request, writing to it, closing it. Each runs within the account, as rf_web."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.agents import agents
from ringfence.apps.audit.acting import actor
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.wiring import vault
from ringfence.apps.support import asked, thread
from ringfence.apps.support.errors import BadRequest, RequestClosed
from ringfence.apps.support.models import Request as Row
from ringfence.apps.support.values import LONGEST_TEXT, Asked, Author, Message, Request, Subject
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

MOST_NAMED: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody wants help with. `calls` and `agent_id` may be named; only what is named can be asked for."""

    subject: str
    text: str
    calls: Sequence[UUID] = ()
    agent_id: UUID | None = None


def open_request(account_id: UUID, wanted: Wanted, clock: Clock) -> UUID:
    """Open one. Raises BadRequest, which says at which field."""
    subject = _subject(wanted.subject)
    calls = tuple(dict.fromkeys(wanted.calls))
    if len(calls) > MOST_NAMED:
        raise BadRequest("calls", f"Name at most {MOST_NAMED} calls.")
    if wanted.agent_id is not None and wanted.agent_id not in {each.id for each in agents(account_id)}:
        raise BadRequest("agent", "Choose one of the account's agents.")
    request_id, now = new_id(clock), clock.now()
    with tenant(account_id):
        _demand_known(account_id, calls)
        Row.objects.create(
            id=request_id, account_id=account_id, subject=subject.value, agent_id=wanted.agent_id, calls=list(calls),
            opened_by=_me(), opened_at=now, said_at=now,
        )  # fmt: skip
        _say(account_id, request_id, wanted.text, clock)
        record(account_id, Act.SUPPORT_REQUESTED, Thing("support_request", str(request_id)))
    return request_id


def say(account_id: UUID, request_id: UUID, text: str, clock: Clock) -> None:
    """Write to an open request. Raises NoSuchRequest, RequestClosed, BadRequest."""
    with tenant(account_id), connection.cursor() as cursor:
        if thread.one(cursor, account_id, request_id).closed_at is not None:
            raise RequestClosed("This request was closed. Open another one.")
        _say(account_id, request_id, text, clock)
        record(account_id, Act.SUPPORT_WRITTEN, Thing("support_request", str(request_id)))


def close(account_id: UUID, request_id: UUID, clock: Clock) -> None:
    """Close it: nothing more can be asked for. What was approved goes on to its end, or until it is withdrawn."""
    with tenant(account_id), connection.cursor() as cursor:
        thread.one(cursor, account_id, request_id)
        if Row.objects.filter(account_id=account_id, id=request_id, closed_at=None).update(
            closed_at=clock.now()
        ):
            record(account_id, Act.SUPPORT_CLOSED, Thing("support_request", str(request_id)))


def requests(account_id: UUID) -> tuple[Request, ...]:
    """The account's, newest first."""
    with tenant(account_id), connection.cursor() as cursor:
        return thread.of_account(cursor, account_id)


def conversation(
    account_id: UUID, request_id: UUID
) -> tuple[Request, tuple[Message, ...], tuple[Asked, ...]]:
    """A request, what was said, and what was asked for. Raises NoSuchRequest."""
    with tenant(account_id), connection.cursor() as cursor:
        return (
            thread.one(cursor, account_id, request_id),
            thread.messages(cursor, vault(), account_id, request_id),
            asked.of_request(cursor, vault(), account_id, request_id),
        )


def asks(account_id: UUID) -> tuple[Asked, ...]:
    """Everything that staff asked for in this account, newest first."""
    with tenant(account_id), connection.cursor() as cursor:
        return asked.of_account(cursor, vault(), account_id)


_MET: Final = """
SELECT person_id FROM support_ask WHERE account_id = %(account)s
UNION SELECT author_id FROM support_message WHERE account_id = %(account)s AND author = 'staff'
UNION SELECT asked_by FROM support_glass WHERE account_id = %(account)s
UNION SELECT confirmed_by FROM support_glass WHERE account_id = %(account)s AND confirmed_by IS NOT NULL
"""


def met(account_id: UUID) -> frozenset[UUID]:
    """Those of the operator's people who had to do with this account."""
    with tenant(account_id), connection.cursor() as cursor:
        cursor.execute(_MET, {"account": account_id})
        return frozenset(row[0] for row in cursor.fetchall())


def _say(account_id: UUID, request_id: UUID, text: str, clock: Clock) -> None:
    who = actor()
    author = Author(who.kind.value)
    with connection.cursor() as cursor:
        thread.add(cursor, vault(), account_id, request_id, author, who.id, checked(text), clock)


def checked(text: str) -> str:
    """Raises BadRequest."""
    said = text.strip()
    if not said:
        raise BadRequest("text", "Write what this is about.")
    if len(said) > LONGEST_TEXT:
        raise BadRequest("text", f"Write at most {LONGEST_TEXT} characters.")
    return said


def _subject(text: str) -> Subject:
    try:
        return Subject(text)
    except ValueError:
        raise BadRequest("subject", "Choose a subject of the list.") from None


def _me() -> str:
    who = actor()
    return f"{who.kind.value}:{who.id}"


_KNOWN: Final = "SELECT count(*) FROM calls_call WHERE account_id = %s AND id = ANY(%s)"


def _demand_known(account_id: UUID, calls: Sequence[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [account_id, list(calls)])
        row: Any = cursor.fetchone()
    if row[0] != len(calls):
        raise BadRequest(
            "calls", "One of these is none of the account's calls. Copy the ids from their pages."
        )
