"""Staff's side of support: what waits, answering, asking for access, giving it back. Runs as rf_staff, over its cursors."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.staff.deeds import Deed, write
from ringfence.apps.staff.people import Person
from ringfence.apps.support import asked, thread
from ringfence.apps.support.errors import BadRequest, NotPending, RequestClosed
from ringfence.apps.support.values import (
    LAPSES_AFTER,
    LONGEST_HOURS,
    LONGEST_RANGE,
    LONGEST_REASON,
    PURPOSE,
    Asked,
    Author,
    Message,
    Request,
    Resource,
    State,
    Subject,
)
from ringfence.apps.support.words import seal_words
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.support import end_release
from ringfence.vault.vault import Vault

_WAITING: Final = "SELECT account_id, account_name, id, subject, opened_at, said_at, closed_at FROM lookup.support_requests(%s)"
MOST_WAITING: Final = 200
_ASK: Final = """
INSERT INTO support_ask (id, account_id, request_id, person_id, resource, call_id, agent_id, since, until, hours, reason_sealed,
                         mark, asked_at, lapses_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""
_GIVEN_BACK: Final = """
UPDATE support_ask SET withdrawn_at = %s, withdrawn_by = %s, ended_at = %s WHERE account_id = %s AND id = %s
"""
_DROP: Final = "DELETE FROM support_releasedpart WHERE account_id = %s AND ask_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A request in the list of all accounts'."""

    account_id: UUID
    account: str
    id: UUID
    subject: Subject
    opened_at: datetime
    said_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person of the operator's asks for: a call that the request names, or a range of the calls of the agent it names."""

    reason: str
    hours: int
    call_id: UUID | None = None
    since: datetime | None = None
    until: datetime | None = None


def waiting(cursor: Cursor) -> tuple[Waiting, ...]:
    """Requests of every account, those that are open first, then by who waits longest."""
    cursor.execute(_WAITING, (MOST_WAITING,))
    return tuple(
        Waiting(
            account_id=account_id, account=account, id=request_id, subject=Subject(subject), opened_at=opened_at,
            said_at=said_at, closed_at=closed_at,
        )
        for account_id, account, request_id, subject, opened_at, said_at, closed_at in cursor.fetchall()
    )  # fmt: skip


def read(
    cursor: Cursor, vault: Vault, account_id: UUID, request_id: UUID, clock: Clock
) -> tuple[Request, tuple[Message, ...], tuple[Asked, ...]]:
    """A request with what was said and asked; that it was read is written down. Raises NoSuchRequest."""
    found = thread.one(cursor, account_id, request_id)
    write(cursor, Deed.REQUEST_READ, clock, customer_id=account_id, thing=str(request_id))
    return (
        found,
        thread.messages(cursor, vault, account_id, request_id),
        asked.of_request(cursor, vault, account_id, request_id),
    )


def answer(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, request_id: UUID, text: str, clock: Clock
) -> None:  # fmt: skip
    """Raises NoSuchRequest, RequestClosed."""
    _demand_open(cursor, account_id, request_id)
    thread.add(cursor, vault, account_id, request_id, Author.STAFF, me.id, text, clock)
    note(
        cursor,
        vault,
        account_id,
        Act.SUPPORT_ANSWERED,
        Thing("support_request", str(request_id)),
        purpose=PURPOSE,
    )
    write(cursor, Deed.REQUEST_ANSWERED, clock, customer_id=account_id, thing=str(request_id))


def ask(
    cursor: Cursor, vault: Vault, me: Person, account_id: UUID, request_id: UUID, wanted: Wanted, clock: Clock
) -> UUID:  # fmt: skip
    """Ask the customer for access, for oneself. Raises NoSuchRequest, RequestClosed, BadRequest."""
    ask_id = put(cursor, vault, me.id, account_id, request_id, wanted, clock)
    note(cursor, vault, account_id, Act.ACCESS_ASKED, Thing("support_ask", str(ask_id)), purpose=PURPOSE)
    write(cursor, Deed.ACCESS_ASKED, clock, customer_id=account_id, thing=str(ask_id))
    return ask_id


def put(
    cursor: Cursor, vault: Vault, person_id: UUID, account_id: UUID, request_id: UUID, wanted: Wanted, clock: Clock
) -> UUID:  # fmt: skip
    """The question itself, checked and marked; for `ask`, which writes it down, and for trials."""
    request = _demand_open(cursor, account_id, request_id)
    reason = _checked(request, wanted)
    ask_id, now = new_id(clock), clock.now()
    resource = Resource.CALL if wanted.call_id else Resource.AGENT
    agent_id = request.agent_id if resource is Resource.AGENT else None
    sealed = seal_words(vault, account_id, asked.TABLE, ask_id, reason)
    terms = asked.question(
        account_id, ask_id, request_id, person_id, resource.value, wanted.call_id, agent_id, wanted.since, wanted.until,
        wanted.hours, sealed,
    )  # fmt: skip
    cursor.execute(
        _ASK,
        (
            ask_id, account_id, request_id, person_id, resource.value, wanted.call_id, agent_id, wanted.since, wanted.until,
            wanted.hours, sealed, asked.mark(vault, terms), now, now + LAPSES_AFTER,
        ),
    )  # fmt: skip
    return ask_id


def give_back(cursor: Cursor, vault: Vault, me: Person, account_id: UUID, ask_id: UUID, clock: Clock) -> None:
    """End one's own access before its time. Raises NoSuchAsk, NotPending."""
    found = asked.read(cursor, vault, account_id, ask_id, alone=True)
    now = clock.now()
    if found.person_id != me.id or found.state(now) is not State.IN_FORCE:
        raise NotPending("This is not in force, or not yours.")
    end_release(vault.keyring, ask_id)
    cursor.execute(_DROP, (account_id, ask_id))
    cursor.execute(_GIVEN_BACK, (now, f"staff:{me.id}", now, account_id, ask_id))
    note(cursor, vault, account_id, Act.ACCESS_WITHDRAWN, Thing("support_ask", str(ask_id)), purpose=PURPOSE)
    write(cursor, Deed.ACCESS_GIVEN_BACK, clock, customer_id=account_id, thing=str(ask_id))


def _demand_open(cursor: Cursor, account_id: UUID, request_id: UUID) -> Request:
    request = thread.one(cursor, account_id, request_id)
    if request.closed_at is not None:
        raise RequestClosed("The customer closed this request. Only a new one of theirs opens anything.")
    return request


def _checked(request: Request, wanted: Wanted) -> str:
    reason = wanted.reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise BadRequest(
            "reason", f"Say what for, in at most {LONGEST_REASON} characters. The customer decides by it."
        )
    if not 1 <= wanted.hours <= LONGEST_HOURS:
        raise BadRequest("hours", f"Choose from 1 to {LONGEST_HOURS} hours.")
    if wanted.call_id is not None:
        if wanted.call_id not in request.calls:
            raise BadRequest("call", "Only a call that the customer's request names can be asked for.")
    elif request.agent_id is None:
        raise BadRequest(
            "call", "The customer's request names no agent. Choose one of the calls that it names."
        )
    else:
        _check_range(wanted)
    return reason


def _check_range(wanted: Wanted) -> None:
    since, until = wanted.since, wanted.until
    if since is None or until is None or not timedelta() < until - since <= LONGEST_RANGE:
        raise BadRequest("since", f"Choose first and last day, at most {LONGEST_RANGE.days} days apart.")
