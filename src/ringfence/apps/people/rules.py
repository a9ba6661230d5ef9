"""What an account asks of those who come in: idle minutes, a second factor, and whether only its own identity provider opens it."""

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
FACTORS: Final = frozenset(
    {"passkey", "totp", "recovery"}
)  # ways of `Session` that a second factor is part of
_COLUMNS: Final = (
    "account_id", "idle_minutes", "sign_on", "enforced", "issuer", "client_id", "secret_sealed", "domains", "mark",
    "second_factor", "has_factor",
)  # fmt: skip
_OF_USER: Final = f"SELECT {', '.join(_COLUMNS)} FROM lookup.rules_of_user(%s)"  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one account asks of one person. `sign_on` is its identity provider; `enforced`, that nothing else opens it;
    `second_factor`, that it asks for one, and `has_factor`, that this person has one.
    """

    idle: timedelta
    sign_on: UUID | None
    enforced: bool
    second_factor: bool = False
    has_factor: bool = False

    def lets_in(self, through: UUID | None) -> bool:
        """Whether a session that came in `through` an identity provider, or through none, reaches the account."""
        if through is not None:
            return through == self.sign_on
        return not self.enforced

    def wants_factor(self, through: UUID | None, method: str) -> bool:
        """Whether a second factor is missing in a session where the strongest that was shown is `method`. What is asked of those
        who come in through the account's own identity provider is that provider's.
        """
        return self.second_factor and through is None and not (self.has_factor and method in FACTORS)


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
    sign_on, enforced = said["sign_on"], bool(said["enforced"])
    if sign_on is not None:
        values = {**said, "id": sign_on, "domains": json.loads(said["domains"])}
        if not genuine(SignOn, {name: values[name] for name in SignOn.COVERED}, said["mark"]):
            sign_on, enforced = None, True
    return Asked(
        idle=timedelta(minutes=said["idle_minutes"] or IDLE_MINUTES), sign_on=sign_on, enforced=enforced,
        second_factor=said["second_factor"], has_factor=said["has_factor"],
    )  # fmt: skip


def idle_minutes(account_id: UUID) -> int:
    with tenant(account_id):
        row = Rules.objects.filter(account_id=account_id).first()
    return row.idle_minutes if row else IDLE_MINUTES


def asks_second_factor(account_id: UUID) -> bool:
    with tenant(account_id):
        row = Rules.objects.filter(account_id=account_id).first()
    return bool(row and row.second_factor)


def set_idle(account_id: UUID, minutes: int, clock: Clock) -> None:
    """After how many idle minutes members are signed out. Raises `BadDetails`."""
    if not SHORTEST_IDLE <= minutes <= LONGEST_IDLE:
        raise BadDetails("idle", f"Choose from {SHORTEST_IDLE} to {LONGEST_IDLE} minutes.")
    _set(account_id, Act.RULES_CHANGED, clock, idle_minutes=minutes)


def ask_second_factor(account_id: UUID, *, wanted: bool, clock: Clock) -> None:
    """Whether all members are asked for one; felt at the next click, and within a second by what is being sent."""
    act = Act.SECOND_FACTOR_ASKED if wanted else Act.SECOND_FACTOR_NOT_ASKED
    _set(account_id, act, clock, second_factor=wanted)


def _set(account_id: UUID, act: Act, clock: Clock, **rule: Any) -> None:
    with tenant(account_id):
        if not Rules.objects.filter(account_id=account_id).update(**rule):
            said = {"idle_minutes": IDLE_MINUTES, "second_factor": False, **rule}
            Rules.objects.create(id=new_id(clock), account_id=account_id, **said)
        record(account_id, act, Thing("account", str(account_id)))
