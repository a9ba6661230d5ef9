"""What an owner does with the plan: look, raise it at once, confirm a lower one, think again.

A lower plan begins at the end of the month that is paid, a day after it was confirmed at the earliest, and only what was shown is
destroyed: whoever confirms says how many calls they were told of.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.terms import Standing, standing
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.core.clock import Clock
from ringfence.lifecycle.doors import Transactions
from ringfence.lifecycle.plans.ending import NOTICE, paid_until
from ringfence.lifecycle.plans.errors import IsCancelled, NothingToCome, NotShown, NotThisPlan
from ringfence.lifecycle.plans.moving import follow, follow_soon, rewrap
from ringfence.policy import AgentPeriods, Part, Plan, Term
from ringfence.vault.vault import Vault
from ringfence.work.rows import kept_days

ORDER: Final = (Plan.STARTER, Plan.GROWTH, Plan.ENTERPRISE)
AT_MOST_S: Final = 20.0  # of a request; a worker goes on where it ends
_RAISE: Final = """
UPDATE accounts_account SET plan = %s, then_plan = NULL, then_at = NULL, then_by = NULL, then_shown = NULL,
  changed_at = %s, follow_at = %s WHERE id = %s
"""
_CONFIRM: Final = """
UPDATE accounts_account SET then_plan = %s, then_at = %s, then_by = %s, then_shown = %s, changed_at = %s, follow_at = %s
WHERE id = %s
"""
_BEGIN: Final = """
UPDATE accounts_account SET plan = then_plan, shelf = shelf + 1, changed_at = then_at, follow_at = %s,
  then_plan = NULL, then_at = NULL, then_by = NULL, then_shown = NULL WHERE id = %s
"""
_DAYS: Final = "LEAST((c.periods ->> 'log')::integer, %(days)s::integer)"
_COUNT: Final = f"""
SELECT count(*) FILTER (WHERE (c.expires_at IS NULL OR c.expires_at > %(at)s)
                          AND c.ended_at + make_interval(hours => 24 * {_DAYS}) <= %(at)s),
       count(*) FILTER (WHERE c.expires_at IS NULL
                          OR c.expires_at > GREATEST(%(at)s, c.ended_at + make_interval(hours => 24 * {_DAYS}))),
       min(c.ended_at) FILTER (WHERE (c.expires_at IS NULL OR c.expires_at > %(at)s)
                          AND c.ended_at + make_interval(hours => 24 * {_DAYS}) <= %(at)s)
FROM calls_call c
WHERE c.account_id = %(account)s AND c.ended_at IS NOT NULL AND c.being_erased_at IS NULL
  AND (c.expires_at IS NULL OR c.expires_at > %(now)s) AND c.id NOT IN (SELECT lookup.held_calls(%(account)s))
"""  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True)
class Preview:
    """What a lower plan would do: `at` its beginning it destroys so many calls, the oldest of which ended then; `sooner` counts
    all that end sooner than they do now, those included.
    """

    plan: Plan
    at: datetime
    destroys: int
    sooner: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Plans:
    """Runs as rf_web for owners, and as rf_worker for what they confirmed."""

    database: Transactions
    vault: Vault

    @property
    def clock(self) -> Clock:
        return self.vault.clock

    def standing(self, account_id: UUID) -> Standing:
        with self.database.transaction(account_id) as cursor:
            return standing(cursor, account_id)

    def look(self, account_id: UUID, plan: Plan) -> Preview:
        """What a lower plan would destroy, and when. Raises NotThisPlan if it is no lower one."""
        self.begin_lower(account_id)  # one that is due stands in nobody's way
        with self.database.transaction(account_id) as cursor:
            return self._preview(cursor, account_id, standing(cursor, account_id), plan)

    def raise_to(self, account_id: UUID, plan: Plan) -> Standing:
        """A higher plan, at once: calls that are still there get its longer periods. Raises NotThisPlan, IsCancelled.

        What has gone stays gone; a lower plan that was to come does not come.
        """
        self.begin_lower(account_id)
        with self.database.transaction(account_id) as cursor:
            now = self.clock.now()
            known = self._open(cursor, account_id)
            if ORDER.index(plan) <= ORDER.index(known.plan):
                raise NotThisPlan("This is no higher plan than the present one.")
            cursor.execute(_RAISE, (plan.value, now, now, account_id))
            self._change(cursor, account_id, plan, now, known.shelf)
            note(cursor, self.vault, account_id, Act.PLAN_RAISED, _itself(account_id))
        return self._after(account_id)

    def confirm_lower(self, account_id: UUID, plan: Plan, *, shown: int, by: str) -> Standing:
        """A lower plan, at the end of the paid month. `shown` is how many calls whoever confirms was told it destroys.

        Raises NotThisPlan, IsCancelled; NotShown if it would be more.
        """
        self.begin_lower(account_id)
        with self.database.transaction(account_id) as cursor:
            now = self.clock.now()
            known = self._open(cursor, account_id)
            found = self._preview(cursor, account_id, known, plan)
            if found.destroys > shown:
                raise NotShown(
                    f"This would destroy {found.destroys} calls, and you confirmed {shown}. Look again, then confirm."
                )
            values = (plan.value, found.at, by, found.destroys, now, now, account_id)
            cursor.execute(_CONFIRM, values)
            note(cursor, self.vault, account_id, Act.PLAN_LOWER_CONFIRMED, _itself(account_id))
        return self._after(account_id)

    def withdraw(self, account_id: UUID) -> Standing:
        """Keep the plan: the lower one does not begin. Raises NothingToCome, also once it has begun."""
        with self.database.transaction(account_id) as cursor:
            now = self.clock.now()
            known = self._open(cursor, account_id)
            if known.term.on(now) is not known.plan or known.term.changes() is None:
                raise NothingToCome("No lower plan is to come. What has begun can be raised again.")
            cursor.execute(_CONFIRM, (None, None, None, None, now, now, account_id))
            follow_soon(cursor, account_id, Term(known.plan), now)
            note(cursor, self.vault, account_id, Act.PLAN_LOWER_WITHDRAWN, _itself(account_id))
        return self._after(account_id)

    def begin_lower(self, account_id: UUID) -> bool:
        """Put the lower plan into force whose time has come; whether there was one. Again changes nothing.

        The rows have its ends already. Bucket keys move to earlier days and to a new shelf, and the old shelf's key is destroyed: what
        copies of the database hold under it opens no more.
        """
        with self.database.transaction(account_id) as cursor:
            now = self.clock.now()
            known = standing(cursor, account_id, alone=True)
            change = known.term.changes()
            if change is None or now < change[1]:
                return False
            cursor.execute(_BEGIN, (now, account_id))
            rewrap(cursor, self.vault, account_id, change[0], now, known.shelf + 1)
            note(cursor, self.vault, account_id, Act.PLAN_LOWERED, _itself(account_id))
        return True

    def carry_on(self, account_id: UUID) -> None:
        """Whatever is due of a change: a worker does this again and again."""
        self.begin_lower(account_id)
        follow(self.database, self.vault, account_id)

    def _change(self, cursor: Any, account_id: UUID, plan: Plan, now: datetime, shelf: int) -> None:
        rewrap(cursor, self.vault, account_id, plan, now, shelf)
        follow_soon(cursor, account_id, Term(plan), now)

    def _open(self, cursor: Any, account_id: UUID) -> Standing:
        known = standing(cursor, account_id, alone=True)
        if known.cancelled_at is not None:
            raise IsCancelled("This account is cancelled. Bring it back first.")
        return known

    def _preview(self, cursor: Any, account_id: UUID, known: Standing, plan: Plan) -> Preview:
        now = self.clock.now()
        if ORDER.index(plan) >= ORDER.index(known.term.on(now)):
            raise NotThisPlan("This is no lower plan than the present one.")
        if known.term.changes() is not None:
            raise NotThisPlan("A lower plan is to come already. Withdraw it first, then choose another.")
        at = paid_until(known.created_at, now, NOTICE)
        days = kept_days(Part.LOG, plan, AgentPeriods())
        asked = {"account": account_id, "now": now, "at": at, "days": days}
        destroys, sooner, oldest = cursor.execute(_COUNT, asked).fetchone()
        return Preview(plan, at, destroys, sooner, oldest)

    def _after(self, account_id: UUID) -> Standing:
        follow(self.database, self.vault, account_id, self.clock.monotonic() + AT_MOST_S)
        return self.standing(account_id)


def _itself(account_id: UUID) -> Thing:
    return Thing("account", str(account_id))
