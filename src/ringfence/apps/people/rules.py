"""What an account asks of those who come in: idle minutes, and whether only its own identity provider opens it."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.marks import genuine
from ringfence.apps.people.errors import BadDetails
from ringfence.apps.people.models import Rules, SignOn
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

# Half an hour: long enough to hear a call through and be called away, short enough for a desk that was left
# (45 CFR 164.312(a)(2)(iii) asks for automatic logoff and leaves the time to those who know the place).
IDLE_MINUTES: Final = 30
SHORTEST_IDLE: Final = 5
LONGEST_IDLE: Final = 240
_COLUMNS: Final = (
    "account_id", "idle_minutes", "sign_on", "enforced", "issuer", "client_id", "secret_sealed", "domains", "mark",
)  # fmt: skip
_OF_USER: Final = f"SELECT {', '.join(_COLUMNS)} FROM lookup.rules_of_user(%s)"  # noqa: S608 - constants of ours


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
        each["account_id"]: _asked(each) for each in (dict(zip(_COLUMNS, row, strict=True)) for row in rows)
    }


def _asked(said: dict[str, Any]) -> Asked:
    """An identity provider that we did not write opens nothing, and nothing else does until it was named anew."""
    idle, sign_on = timedelta(minutes=said["idle_minutes"] or IDLE_MINUTES), said["sign_on"]
    if sign_on is None:
        return Asked(idle=idle, sign_on=None, enforced=False)
    values = {**said, "id": sign_on, "domains": json.loads(said["domains"])}
    if not genuine(SignOn, {name: values[name] for name in SignOn.COVERED}, said["mark"]):
        return Asked(idle=idle, sign_on=None, enforced=True)
    return Asked(idle=idle, sign_on=sign_on, enforced=bool(said["enforced"]))


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
