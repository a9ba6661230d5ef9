"""How often signing in as somebody of an account failed, by day: the operator sees by it where passwords are guessed."""

from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

_ONE_MORE: Final = """
INSERT INTO people_failedday AS f (id, account_id, day, times, last_at) VALUES (%s, %s, %s, 1, %s)
ON CONFLICT (account_id, day) DO UPDATE SET times = f.times + 1, last_at = excluded.last_at
"""


def count_failed(account_id: UUID, clock: Clock) -> None:
    """One more, today in UTC."""
    now = clock.now()
    with tenant(account_id), connection.cursor() as cursor:
        cursor.execute(_ONE_MORE, [new_id(clock), account_id, now.date(), now])
