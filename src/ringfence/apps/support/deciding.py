"""The customer decides: approving what staff asked for, refusing it, taking it back. Runs within the account, as rf_web.

An approval is not a row but a key. In the customer's own request, the keys of the parts that are named are unwrapped as the customer
may unwrap them, and wrapped again under an epoch that is made for this approval and bound to its terms. Staff's way in has these
wraps and nothing else; taking the approval back destroys the epoch.
"""

from datetime import timedelta
from hmac import compare_digest
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import actor
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.calls.released import PartKey, keys_of
from ringfence.apps.keys.wiring import vault
from ringfence.apps.support import asked as asking
from ringfence.apps.support.errors import BadRequest, ChangedSince, NotPending, TooMany
from ringfence.apps.support.models import Ask, ReleasedPart
from ringfence.apps.support.values import MOST_CALLS, PURPOSE, Asked, Resource, State
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.support import begin_release, end_release, release

_OF_AGENT: Final = """
SELECT id FROM calls_call WHERE account_id = %s AND agent_id = %s AND started_at >= %s AND started_at < %s
  AND ended_at IS NOT NULL AND being_erased_at IS NULL ORDER BY started_at DESC, id DESC LIMIT %s
"""


def named(account_id: UUID, ask_id: UUID) -> tuple[UUID, ...]:
    """The calls that an approval would open now. Raises TooMany."""
    with tenant(account_id), connection.cursor() as cursor:
        return _calls(asking.read(cursor, vault(), account_id, ask_id))


def approve(account_id: UUID, ask_id: UUID, by: UUID, *, seen: bytes, clock: Clock) -> Asked:
    """Release what was asked for, to whom it was asked for, until its end. `seen` is the mark of what the approver was shown.

    Raises NoSuchAsk, NotPending, ChangedSince, TooMany. Whether `by` may, and proved lately who they are, was asked before.
    """
    this = Thing("support_ask", str(ask_id))
    with tenant(account_id), connection.cursor() as cursor:
        ask = asking.read(cursor, vault(), account_id, ask_id, alone=True)
        _demand_pending(ask, clock)
        if not compare_digest(seen, ask.mark):
            raise ChangedSince("What is asked is not what you were shown. Look again.")
        calls = _calls(ask)
        ends_at = clock.now() + timedelta(hours=ask.hours)
        begin_release(vault().keyring, ask_id)
        Ask.objects.filter(account_id=account_id, id=ask_id).update(
            approved=True, decided_by=by, decided_at=clock.now(), ends_at=ends_at
        )
        rows = [
            _released(ask, each, by, ends_at, clock)
            for call in calls
            for each in keys_of(account_id, call, clock)
        ]
        if not rows:
            raise BadRequest("ask", "Nothing of what was asked for is kept any longer. Refuse it instead.")
        ReleasedPart.objects.bulk_create(rows)
        record(account_id, Act.ACCESS_APPROVED, this, purpose=PURPOSE, calls=calls)
        return asking.read(cursor, vault(), account_id, ask_id)


def refuse(account_id: UUID, ask_id: UUID, by: UUID, clock: Clock) -> None:
    """Raises NoSuchAsk, NotPending."""
    with tenant(account_id), connection.cursor() as cursor:
        _demand_pending(asking.read(cursor, vault(), account_id, ask_id, alone=True), clock)
        Ask.objects.filter(account_id=account_id, id=ask_id).update(
            approved=False, decided_by=by, decided_at=clock.now()
        )
        record(account_id, Act.ACCESS_REFUSED, Thing("support_ask", str(ask_id)), purpose=PURPOSE)


def withdraw(account_id: UUID, ask_id: UUID, clock: Clock) -> None:
    """Take an approval back: its key is destroyed first, then the rows say so. Raises NoSuchAsk, NotPending."""
    who = actor()
    with tenant(account_id), connection.cursor() as cursor:
        ask = asking.read(cursor, vault(), account_id, ask_id, alone=True)
        if ask.state(clock.now()) is not State.IN_FORCE:
            raise NotPending("This is not in force, so there is nothing to take back.")
        end_release(vault().keyring, ask_id)
        ReleasedPart.objects.filter(account_id=account_id, ask_id=ask_id).delete()
        Ask.objects.filter(account_id=account_id, id=ask_id).update(
            withdrawn_at=clock.now(), withdrawn_by=f"{who.kind.value}:{who.id}", ended_at=clock.now()
        )
        record(account_id, Act.ACCESS_WITHDRAWN, Thing("support_ask", str(ask_id)), purpose=PURPOSE)


def _demand_pending(ask: Asked, clock: Clock) -> None:
    if ask.state(clock.now()) is not State.PENDING:
        raise NotPending("This was decided already, or nobody decided in time. Staff can ask again.")


def _calls(ask: Asked) -> tuple[UUID, ...]:
    if ask.resource is Resource.CALL:
        return (ask.call_id,) if ask.call_id else ()
    with connection.cursor() as cursor:
        cursor.execute(_OF_AGENT, [ask.account_id, ask.agent_id, ask.since, ask.until, MOST_CALLS + 1])
        found = tuple(row[0] for row in cursor.fetchall())
    if len(found) > MOST_CALLS:
        raise TooMany(
            f"This names more than {MOST_CALLS} calls, which is the most that is opened at once. Refuse it."
        )
    return found


def _released(ask: Asked, key: PartKey, by: UUID, ends_at: Any, clock: Clock) -> ReleasedPart:
    bound = asking.bound(ask, by, ends_at, key.call_id, key.part)
    wrapped = release(vault().keyring, ask.account_id, ask.id, key.epoch, key.key, bound=bound)
    return ReleasedPart(
        id=new_id(clock), account_id=ask.account_id, ask_id=ask.id, call_id=key.call_id, part=key.part,
        epoch=key.epoch or "", wrapped=wrapped,
    )  # fmt: skip
