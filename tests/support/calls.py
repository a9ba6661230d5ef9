"""Rows of calls for tests that need some, without the road that makes them in service."""

from datetime import datetime
from uuid import UUID, uuid4

from ringfence.core.clock import Clock
from ringfence.core.ids import new_id


def a_call(account_id: UUID, clock: Clock, *, call_id: UUID | None = None, **values: object) -> UUID:
    """A call in progress that began now, inside an open tenant. `values` are columns."""
    from ringfence.apps.calls.models import Call

    made = call_id or new_id(clock)
    started: datetime = clock.now()
    columns: dict[str, object] = {
        "agent_id": uuid4(),
        "agent_slug": "front-desk",
        "agent_version": 1,
        "direction": "inbound",
        "channel": "loopback",
        "status": "in_progress",
        "started_at": started,
        "plan": "starter",
        "policy_version": "test",
        **values,
    }
    Call.objects.create(id=made, account_id=account_id, **columns)
    return made
