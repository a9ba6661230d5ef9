"""Counting what was used: a number for each account and UTC day, in the transaction that takes a call in."""

from datetime import date
from typing import Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.rows.purpose import reading_for
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

BILLING: Final = "billing"
_COUNT: Final = """
INSERT INTO billing_usage AS u (id, account_id, day, calls, seconds) VALUES (%s, %s, %s, 1, %s)
ON CONFLICT (account_id, day) DO UPDATE SET calls = u.calls + 1, seconds = u.seconds + excluded.seconds
"""


def count_call(cursor: Cursor, clock: Clock, account_id: UUID, day: date, seconds: int) -> None:
    """One more call, that ended on this day and lasted so long."""
    with reading_for(BILLING):
        cursor.execute(_COUNT, (new_id(clock), account_id, day, seconds))
