"""The facts behind `may_dial`, gathered at the moment of dialling."""

from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.keys.wiring import vault
from ringfence.apps.numbers.confirmed import is_confirmed
from ringfence.apps.numbers.may_dial import Decision, may_dial
from ringfence.apps.numbers.suppressions import is_suppressed


def may_dial_now(account_id: UUID, number: str) -> Decision:
    """Whether this account may call `number` (E.164) now. Asked again each time, right before the call is placed."""
    with tenant(account_id), connection.cursor() as cursor:
        suppressed = is_suppressed(cursor, vault(), account_id, number)
        confirmed = is_confirmed(account_id, number)
    return may_dial(number, confirmed=confirmed, suppressed=suppressed)
