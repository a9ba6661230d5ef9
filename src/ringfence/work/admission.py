"""The beginning of a call: a row in the call log and a ticket that works once; later, what the ticket stands for."""

import secrets
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import sha256
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
from ringfence.apps.calls.models import Call, Ticket
from ringfence.apps.keys.wiring import vault
from ringfence.core.call import Channel, Direction, Holder, Status
from ringfence.core.clock import Clock
from ringfence.core.ids import id_at, new_id
from ringfence.policy import version

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
    """Enter a call in the log as ringing. The agent's version and periods and the policy are fixed here for its life, and the plan
    it was born under is noted. `holder` is the member who talks from a browser: it ends when they may not any more. Raises AccountClosed for an account that was cancelled.
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
        Call.objects.create(
            id=call_id, account_id=account_id, agent_id=agent.agent_id, agent_slug=agent.slug,
            agent_version=agent.version, direction=direction.value, channel=channel.value,
            status=Status.RINGING.value, started_at=now, seen_at=now, connection_id=connection_id,
            carrier_call_id=carrier_call_id, policy_version=version(), periods=asdict(agent.periods),
            live_keys=keys.blob,
            plan=account.term.on(now).value,
            numbers_sealed=seal_json(live_numbers_key(keys.words), numbers, place, LOG, "numbers_sealed"),
        )  # fmt: skip
        Ticket.objects.create(
            id=new_id(clock), account_id=account_id, call_id=call_id, sha256=sha256(ticket.encode()).digest(),
            held_by=holder.member_id if holder else None, session=holder.session_id if holder else None,
            expires_at=now + TICKET_LIFE,
        )  # fmt: skip
        record(account_id, Act.CALL_BEGUN, Thing("call", str(call_id)))
    return NewCall(call_id, ticket)
