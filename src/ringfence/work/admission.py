"""The beginning of a call: a row in the call log and a ticket that works once; later, what the ticket stands for."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.errors import AccountClosed
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.accounts.terms import standing
from ringfence.apps.agents.versions import AgentForCall
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.calls.content import LOG, Place, live_numbers_key, seal_json
from ringfence.apps.calls.errors import CallTaken
from ringfence.apps.calls.models import Call, Ticket
from ringfence.apps.keys.wiring import vault
from ringfence.core.call import Channel, Direction, Holder, Status
from ringfence.core.clock import Clock
from ringfence.core.ids import id_at, new_id
from ringfence.policy import version
from ringfence.vault.access import ticket_mark

TICKET_LIFE: Final = timedelta(seconds=90)


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that may begin. `ticket` admits one media stream, within 90 seconds."""

    id: UUID
    ticket: str = field(repr=False)


def begin_call(
    account_id: UUID, agent: AgentForCall, *, direction: Direction, channel: Channel, clock: Clock,
    from_number: str | None = None, to_number: str | None = None, connection_id: UUID | None = None,
    carrier_call_id: str | None = None, holder: Holder | None = None,
) -> NewCall:  # fmt: skip
    """Enter a call in the log as ringing; one that its carrier tells of again keeps its row, and has another ticket. The agent's
    version and periods and the policy are fixed here for its life, and the plan it was born under is noted. `holder` is the
    member who talks from a browser: it ends when they may not any more. Raises AccountClosed for an account that was
    cancelled, CallTaken for a call that was answered already.
    """
    now, ticket = clock.now(), secrets.token_urlsafe(24)
    call_id = id_at(now, secrets.randbits(74))  # sorted as `started_at` is
    keys = vault().live_keys(account_id, call_id, now)
    numbers = {"from": from_number, "to": to_number}
    place = Place(account_id, call_id)
    with tenant(account_id):
        with connection.cursor() as cursor:
            account = standing(cursor, account_id)
        if account.cancelled_at is not None:
            raise AccountClosed("This account is cancelled: no call begins any more.")
        if again := _told_before(account_id, connection_id, carrier_call_id):
            _admit(account_id, again, ticket, now, clock, holder)
            return NewCall(again, ticket)
        Call.objects.create(
            id=call_id, account_id=account_id, agent_id=agent.agent_id, agent_slug=agent.slug,
            agent_version=agent.version, direction=direction.value, channel=channel.value,
            status=Status.RINGING.value, started_at=now, seen_at=now, connection_id=connection_id,
            carrier_call_id=carrier_call_id, policy_version=version(), periods=asdict(agent.periods),
            live_keys=keys.blob,
            plan=account.term.on(now).value,
            numbers_sealed=seal_json(live_numbers_key(keys.words), numbers, place, LOG, "numbers_sealed"),
        )  # fmt: skip
        _admit(account_id, call_id, ticket, now, clock, holder)
        record(account_id, Act.CALL_BEGUN, Thing("call", str(call_id)))
    return NewCall(call_id, ticket)


def _admit(
    account_id: UUID, call_id: UUID, ticket: str, now: datetime, clock: Clock, holder: Holder | None
) -> None:
    Ticket.objects.create(
        id=new_id(clock), account_id=account_id, call_id=call_id, sha256=ticket_mark(vault().root, ticket),
        held_by=holder.member_id if holder else None, session=holder.session_id if holder else None,
        expires_at=now + TICKET_LIFE,
    )  # fmt: skip


def _told_before(account_id: UUID, connection_id: UUID | None, carrier_call_id: str | None) -> UUID | None:
    """The call of which a carrier tells again: it had no answer in time, or somebody replays what it signed. Its row while it
    rings; None for a call that is new. Raises CallTaken. Two tellings at once wait for each other.
    """
    if connection_id is None or carrier_call_id is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{connection_id}/{carrier_call_id}"]
        )
    told = Call.objects.filter(
        account_id=account_id, connection_id=connection_id, carrier_call_id=carrier_call_id
    )
    found = told.values_list("id", "status").first()
    if found is not None and found[1] != Status.RINGING.value:
        raise CallTaken("This call was answered already.")
    return found[0] if found else None
