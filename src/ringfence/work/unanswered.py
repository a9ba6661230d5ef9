"""Calls that never came to speech: entered with how they ended, and with the ends of their log."""

from datetime import datetime
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.models import Agent
from ringfence.apps.agents.agents import periods_of
from ringfence.apps.calls.content import LOG, Place, live_numbers_key, open_json, seal_json, wrap
from ringfence.apps.calls.models import Call
from ringfence.apps.keys.buckets import bucket_for
from ringfence.apps.keys.wiring import vault
from ringfence.core.call import Outcome, Status
from ringfence.core.clock import Clock
from ringfence.policy import Part, Plan, days, due
from ringfence.vault.blind import number_index
from ringfence.vault.seal import new_key


def never_answered(account_id: UUID, call_id: UUID, clock: Clock) -> None:
    """Close a call that is still ringing. One that was answered, or is unknown, is left as it is."""
    with tenant(account_id):
        row = Call.objects.select_for_update().filter(
            account_id=account_id, id=call_id, status=Status.RINGING.value
        ).first()
        if row is not None:
            _close(row, clock.now())


def _close(row: Call, now: datetime) -> None:
    place, plan = Place(row.account_id, row.id), Plan(row.plan)
    keys = vault().recover_live_keys(row.account_id, row.id, row.started_at, bytes(row.live_keys or b""))
    numbers = open_json(live_numbers_key(keys.words), row.numbers_sealed or b"", place, LOG, "numbers_sealed")
    periods = periods_of(Agent.objects.get(account_id=row.account_id, id=row.agent_id))
    with connection.cursor() as cursor:
        period = days(Part.LOG, plan, periods) 
        bucket = bucket_for(cursor, vault(), row.account_id, Part.LOG, now.date(), 1 if period == 0 else period)
    key = new_key()
    row.status, row.outcome, row.ended_at, row.duration_ms = Status.COMPLETED.value, Outcome.NO_ANSWER.value, now, 0
    row.expires_at = due(Part.LOG, plan, periods, now)
    row.live_keys, row.wrapped_key = None, wrap(bucket.key, key, place, LOG)
    row.log_bucket_id = bucket.id  # type: ignore[attr-defined]
    row.numbers_sealed = seal_json(key, numbers, place, LOG, "numbers_sealed")
    row.from_index = number_index(bucket.key, numbers["from"]) if numbers["from"] else None
    row.to_index = number_index(bucket.key, numbers["to"]) if numbers["to"] else None
    row.save()
