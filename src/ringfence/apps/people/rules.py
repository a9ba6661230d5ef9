"""What an account asks of those who come in: idle minutes, and whether only its own identity provider opens it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.people.errors import BadDetails
from ringfence.apps.people.models import Rules
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

# Half an hour: long enough to hear a call through and be called away, short enough for a desk that was left
# (45 CFR 164.312(a)(2)(iii) asks for automatic logoff and leaves the time to those who know the place).
IDLE_MINUTES: Final = 30
SHORTEST_IDLE: Final = 5
LONGEST_IDLE: Final = 240
_OF_USER: Final = "SELECT account_id, idle_minutes, sign_on, enforced FROM lookup.rules_of_user(%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one account asks. `sign_on` is its identity provider; `enforced`, that nothing else opens it."""

    idle: timedelta
    sign_on: UUID | None
    enforced: bool

    def lets_in(self, through: UUID | None) -> bool:
        """Whether a session that came in `through` an identity provider, or through none, reaches the account."""
        if through is not None:
            return through == self.sign_on
        return not self.enforced


DEFAULT: Final = Asked(idle=timedelta(minutes=IDLE_MINUTES), sign_on=None, enforced=False)


def rules_of(user_id: UUID) -> dict[UUID, Asked]:
    """What each account of a person asks, by account."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_USER, [user_id])
        rows = cursor.fetchall()
    return {
        account_id: Asked(
            idle=timedelta(minutes=minutes or IDLE_MINUTES), sign_on=sign_on, enforced=bool(enforced)
        )
        for account_id, minutes, sign_on, enforced in rows
    }


def idle_minutes(account_id: UUID) -> int:
    with tenant(account_id):
        row = Rules.objects.filter(account_id=account_id).first()
    return row.idle_minutes if row else IDLE_MINUTES


def set_idle(account_id: UUID, minutes: int, clock: Clock) -> None:
    """After how many idle minutes members are signed out. Raises `BadDetails`."""
    if not SHORTEST_IDLE <= minutes <= LONGEST_IDLE:
        raise BadDetails("idle", f"Choose from {SHORTEST_IDLE} to {LONGEST_IDLE} minutes.")
    with tenant(account_id):
        changed = Rules.objects.filter(account_id=account_id).update(idle_minutes=minutes)
        if not changed:
            Rules.objects.create(id=new_id(clock), account_id=account_id, idle_minutes=minutes)
        record(account_id, Act.RULES_CHANGED, Thing("account", str(account_id)))
