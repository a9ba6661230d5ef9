"""Leaving and coming back. A cancelled account is closed at once; what it has goes on ending by its own periods; after the days of
grace that the policy gives, everything goes (`lifecycle.accounts`).
"""

from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.accounts.terms import Standing, standing
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.core.clock import Clock
from ringfence.lifecycle.plans.ending import grace_ends
from ringfence.lifecycle.plans.errors import GraceIsOver, IsCancelled, NotCancelled, StillHeld

_CANCEL: Final = (
    "UPDATE accounts_account SET cancelled_at = %s, cancelled_by = %s, erase_after = %s WHERE id = %s"
)
_COME_BACK: Final = """
UPDATE accounts_account SET cancelled_at = NULL, cancelled_by = NULL, erase_after = NULL WHERE id = %s
"""
_HELD: Final = "SELECT EXISTS (SELECT 1 FROM holds_hold WHERE account_id = %s AND released_at IS NULL)"


def cancel(account_id: UUID, *, by: str, clock: Clock) -> Standing:
    """Close an account. Raises IsCancelled, StillHeld: what the law keeps has to be let go of by whoever held it."""
    with tenant(account_id), connection.cursor() as cursor:
        known = standing(cursor, account_id, alone=True)
        if known.cancelled_at is not None:
            raise IsCancelled("This account is cancelled already.")
        cursor.execute(_HELD, [account_id])
        if cursor.fetchone()[0]:
            raise StillHeld(
                "A legal hold is in force. Release it first: nothing of a cancelled account is kept."
            )
        now = clock.now()
        cursor.execute(_CANCEL, [now, by, grace_ends(now, known.term.on(now)), account_id])
        record(account_id, Act.ACCOUNT_CANCELLED, Thing("account", str(account_id)))
        return standing(cursor, account_id)


def come_back(account_id: UUID, *, clock: Clock) -> Standing:
    """Open it again: everything is there whose own period has not passed. Raises NotCancelled, GraceIsOver."""
    with tenant(account_id), connection.cursor() as cursor:
        known = standing(cursor, account_id, alone=True)
        if known.cancelled_at is None or known.erase_after is None:
            raise NotCancelled("This account is open.")
        if known.erasing_at is not None or clock.now() >= known.erase_after:
            raise GraceIsOver(
                "The days in which this account could come back have passed. It is being erased."
            )
        cursor.execute(_COME_BACK, [account_id])
        record(account_id, Act.ACCOUNT_RETURNED, Thing("account", str(account_id)))
        return standing(cursor, account_id)
