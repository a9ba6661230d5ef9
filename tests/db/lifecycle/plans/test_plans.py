"""A plan changes: what rests follows it to the second, in rows and in keys, with the sweeper stopped, and whoever dies on the way."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from ringfence import policy
from ringfence.apps.accounts.models import Account
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.accounts.terms import Standing
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.lifecycle.plans.changing import Plans
from ringfence.lifecycle.plans.errors import NothingToCome, NotShown, NotThisPlan
from ringfence.lifecycle.plans.moving import follow
from ringfence.policy import AgentPeriods, Part, Plan, load
from ringfence.policy.load import source
from ringfence.vault.errors import EpochGone
from ringfence.vault.stores import KeyringStore
from ringfence.vault.wrap import open_bucket_key
from ringfence.work.database import Database as Pool
from tests.support.database import Database
from tests.support.dying import DyingPool, DyingStore, Fate, Killed
from tests.support.office import Office
from tests.support.sweeping import Broom, rows

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def days_of(plan: Plan) -> int | None:
    return load().retention[Part.RECORDING].days[plan]


@dataclass
class Firm:
    """An account on a plan, its owner's hand on the lever, and a broom."""

    office: Office
    broom: Broom
    database: Database
    plans: Plans

    @property
    def account_id(self) -> UUID:
        return self.office.account_id

    def on(self, plan: Plan) -> "Firm":
        with tenant(self.account_id):
            Account.objects.filter(id=self.account_id).update(plan=plan.value)
        self.office.plan = plan
        return self

    def ended(self, call_id: UUID) -> datetime:
        with self.database.superuser() as look:
            row = look.execute("SELECT ended_at FROM calls_call WHERE id = %s", [call_id]).fetchone()
        assert row is not None
        return cast("datetime", row[0])

    def opens(self, call_id: UUID) -> bool:
        """Whether page, list and search have the call, its audio and its words: all of them or none."""
        account_id, clock = self.account_id, self.office.clock
        listed = {row.id for row in list_calls(account_id, CallFilters(), clock=clock).rows}
        found = {row.id for row in list_calls(account_id, CallFilters(words="ferry"), clock=clock).rows}
        try:
            told = call_document(account_id, call_id, purpose=PROVIDING, clock=clock)
        except NoSuchCall:
            assert call_id not in listed | found
            return False
        assert told["recording"]["available"]
        assert told["transcript"]["available"]
        assert told["from"]
        assert call_id in listed & found
        return True

    def sweep(self) -> None:
        """However long the broom stood still: somebody looked at the clock."""
        self.broom.sweeper.confirm_clock()
        assert self.broom.sweep().outcome == "done"

    def lower(self, plan: Plan) -> Standing:
        shown = self.plans.look(self.account_id, plan).destroys
        return self.plans.confirm_lower(self.account_id, plan, shown=shown, by="member:1")

    def keys(self) -> list[tuple[Any, ...]]:
        """Every wrapped bucket key, as a copy of the database would have it."""
        with self.database.superuser() as look:
            return look.execute(
                "SELECT id, epoch, wrapped, shelf FROM keys_bucket WHERE account_id = %s", [self.account_id]
            ).fetchall()

    def still_open(self, copies: list[tuple[Any, ...]]) -> int:
        """How many of a copy's keys open with today's keyring."""
        count = 0
        for bucket_id, epoch, wrapped, shelf in copies:
            try:
                open_bucket_key(
                    self.office.vault.keyring,
                    self.account_id,
                    bucket_id,
                    epoch or None,
                    bytes(wrapped),
                    shelf,
                )
            except EpochGone:
                continue
            count += 1
        return count


@pytest.fixture
def firm(office: Office, broom: Broom, database: Database) -> Firm:
    return Firm(office, broom, database, Plans(office.worker, office.vault))


RAISES = [(Plan.STARTER, Plan.GROWTH), (Plan.STARTER, Plan.ENTERPRISE), (Plan.GROWTH, Plan.ENTERPRISE)]
LOWERS = [(higher, lower) for lower, higher in RAISES]


@pytest.mark.parametrize(("lower", "higher"), RAISES)
def test_an_upgrade_lengthens_what_is_there_and_brings_nothing_back(
    firm: Firm, lower: Plan, higher: Plan
) -> None:
    firm.on(lower)
    before, after = days_of(lower), days_of(higher)
    assert before is not None
    gone = firm.office.call()
    firm.broom.later(seconds=60)
    kept = firm.office.call()
    firm.broom.until(firm.ended(kept) + before * DAY - SECOND)
    assert (firm.opens(gone), firm.opens(kept)) == (False, True)
    firm.plans.raise_to(firm.account_id, higher)
    assert (firm.opens(gone), firm.opens(kept)) == (False, True)
    firm.broom.later(seconds=2)
    assert (firm.opens(gone), firm.opens(kept)) == (False, True)
    firm.sweep()
    assert rows(firm.database, gone) == set()
    for _ in range(10):
        firm.broom.later(days=5)
        firm.sweep()
    assert firm.opens(kept)
    if after is None:
        return
    firm.broom.until(firm.ended(kept) + after * DAY - SECOND)
    assert firm.opens(kept)
    firm.broom.later(seconds=1)
    assert not firm.opens(kept)
    firm.broom.later(hours=25)
    firm.sweep()
    assert rows(firm.database, kept) == set()


@pytest.mark.parametrize(("higher", "lower"), LOWERS)
def test_a_downgrade_begins_when_it_was_said_and_then_to_the_second(
    firm: Firm, higher: Plan, lower: Plan
) -> None:
    firm.on(higher)
    days = days_of(lower)
    assert days is not None
    old = firm.office.call()
    for _ in range(7):
        firm.broom.later(days=5)
        firm.sweep()
    young = firm.office.call()
    firm.broom.later(days=1)
    seen = firm.plans.look(firm.account_id, lower)
    over = firm.ended(old) + days * DAY <= seen.at
    assert (seen.destroys, seen.sooner) == (1 if over else 0, 2)
    assert seen.at - firm.office.clock.now() >= DAY
    firm.lower(lower)
    latecomer = firm.office.call()
    assert firm.opens(old)
    firm.sweep()
    assert firm.opens(old)
    end = max(seen.at, firm.ended(old) + days * DAY)
    firm.broom.until(end - SECOND)
    assert firm.opens(old)
    firm.broom.later(seconds=1)
    assert not firm.opens(old), "no worker has done anything yet"
    if over:
        assert firm.opens(young)
        assert firm.opens(latecomer)
    firm.plans.carry_on(firm.account_id)
    assert firm.plans.standing(firm.account_id).plan is lower
    assert not firm.opens(old)
    firm.sweep()
    assert rows(firm.database, old) == set()
    for call_id in (young, latecomer):
        firm.broom.until(max(firm.office.clock.now(), firm.ended(call_id) + days * DAY - SECOND))
        if firm.office.clock.now() < firm.ended(call_id) + days * DAY:
            assert firm.opens(call_id)
            firm.broom.later(seconds=1)
        assert not firm.opens(call_id)


def test_yesterdays_copy_opens_nothing_that_a_downgrade_destroyed(firm: Firm) -> None:
    """Undated keys and keys of later days alike: the shelf they were wrapped under is gone."""
    for higher in (Plan.ENTERPRISE, Plan.GROWTH):
        firm.on(higher)
        firm.office.call()
        copies = firm.keys()
        assert firm.still_open(copies) == len(copies) >= 3
        known = firm.lower(Plan.STARTER)
        assert firm.still_open(copies) == len(copies)
        assert known.term.at is not None
        firm.broom.until(known.term.at)
        firm.sweep()
        firm.plans.carry_on(firm.account_id)
        assert firm.still_open(copies) == 0
        fresh = firm.keys()
        firm.broom.later(hours=26)
        firm.sweep()
        assert (
            firm.still_open([row for row in fresh if row[1] < f"day/{firm.office.clock.now().date()}"]) == 0
        )


def test_a_shorter_period_that_an_agent_has_stays_its_own(firm: Firm) -> None:
    firm.on(Plan.STARTER)
    month = days_of(Plan.STARTER)
    firm.office.agent("same", periods=AgentPeriods(recording=month, transcript=month, log=month))
    firm.office.agent("week", periods=AgentPeriods(recording=7, transcript=7, log=7))
    chosen, short, free = firm.office.call(agent="same"), firm.office.call(agent="week"), firm.office.call()
    firm.broom.later(days=2)
    firm.plans.raise_to(firm.account_id, Plan.GROWTH)
    firm.broom.until(firm.ended(short) + 7 * DAY - SECOND)
    assert firm.opens(short)
    firm.broom.later(seconds=1)
    assert not firm.opens(short)
    firm.broom.until(firm.ended(chosen) + 30 * DAY)
    assert (firm.opens(chosen), firm.opens(free)) == (False, True)
    firm.broom.later(hours=30)
    firm.sweep()
    assert rows(firm.database, chosen) == set()
    with firm.database.superuser() as look:
        ends = {
            row[0]: row[1]
            for row in look.execute(
                "SELECT chosen_days, max(period_days) FROM keys_bucket WHERE account_id = %s GROUP BY 1",
                [firm.account_id],
            )
        }
    assert ends == {None: days_of(Plan.GROWTH)}, "the other buckets ended with their own days"


def test_a_downgrade_that_is_withdrawn_destroys_nothing(firm: Firm) -> None:
    firm.on(Plan.GROWTH)
    call_id = firm.office.call()
    for _ in range(7):
        firm.broom.later(days=5)
        firm.sweep()
    known = firm.lower(Plan.STARTER)
    assert known.term.at is not None
    firm.broom.until(known.term.at - SECOND)
    firm.plans.withdraw(firm.account_id)
    firm.broom.later(seconds=2)
    firm.plans.carry_on(firm.account_id)
    firm.sweep()
    assert firm.opens(call_id)
    assert firm.plans.standing(firm.account_id).plan is Plan.GROWTH
    firm.broom.until(firm.ended(call_id) + 90 * DAY)
    assert not firm.opens(call_id)
    with pytest.raises(NothingToCome):
        firm.plans.withdraw(firm.account_id)


def test_a_lower_plan_that_is_due_stands_in_nobodys_way(firm: Firm) -> None:
    """Between its moment and the worker that puts it into force, somebody looks at the next lower one."""
    firm.on(Plan.ENTERPRISE)
    known = firm.lower(Plan.GROWTH)
    assert known.term.at is not None
    firm.broom.until(known.term.at)
    seen = firm.plans.look(firm.account_id, Plan.STARTER)
    after = firm.plans.confirm_lower(firm.account_id, Plan.STARTER, shown=seen.destroys, by="member:1")
    assert (after.plan, after.term.changes()) == (Plan.GROWTH, (Plan.STARTER, seen.at))


def test_only_what_was_shown_is_destroyed(firm: Firm) -> None:
    firm.on(Plan.GROWTH)
    firm.office.call()
    for _ in range(5):
        firm.broom.later(days=5)
        firm.sweep()
    seen = firm.plans.look(firm.account_id, Plan.STARTER)
    assert seen.destroys == 1
    with pytest.raises(NotShown):
        firm.plans.confirm_lower(firm.account_id, Plan.STARTER, shown=0, by="member:1")
    assert firm.plans.standing(firm.account_id).term.changes() is None
    known = firm.plans.confirm_lower(firm.account_id, Plan.STARTER, shown=1, by="member:1")
    assert (known.shown, known.by) == (1, "member:1")
    with pytest.raises(NotThisPlan):
        firm.plans.look(firm.account_id, Plan.STARTER)


@pytest.mark.parametrize("plan", [Plan.STARTER, Plan.GROWTH])
def test_neither_up_nor_down_is_no_change(firm: Firm, plan: Plan) -> None:
    firm.on(plan)
    with pytest.raises(NotThisPlan):
        firm.plans.raise_to(firm.account_id, plan)
    with pytest.raises(NotThisPlan):
        firm.plans.look(firm.account_id, plan)


def test_a_call_that_goes_on_over_the_change_has_the_lower_period(firm: Firm) -> None:
    firm.on(Plan.ENTERPRISE)
    known = firm.lower(Plan.STARTER)
    assert known.term.at is not None
    firm.broom.until(known.term.at - 5 * SECOND)
    talk = firm.office.answer(firm.office.ring())
    talk.talk(seconds=10)
    talk.hang_up()
    firm.plans.carry_on(firm.account_id)
    firm.broom.until(firm.ended(talk.id) + 30 * DAY - SECOND)
    assert firm.opens(talk.id)
    firm.broom.later(seconds=1)
    assert not firm.opens(talk.id)


def test_a_leap_day_counts_as_a_day(firm: Firm) -> None:
    firm.office.clock.moment = datetime(2028, 1, 30, 12, tzinfo=UTC)
    firm.broom.restart()
    firm.broom.sweeper.confirm_clock()
    firm.on(Plan.STARTER)
    call_id = firm.office.call()
    assert (firm.ended(call_id) + 30 * DAY).date().isoformat() == "2028-02-29"
    firm.broom.until(firm.ended(call_id) + 30 * DAY - SECOND)
    assert firm.opens(call_id)
    firm.plans.raise_to(firm.account_id, Plan.GROWTH)
    firm.broom.until(firm.ended(call_id) + 90 * DAY - SECOND)
    assert firm.opens(call_id)
    firm.broom.later(seconds=1)
    assert not firm.opens(call_id)


@contextmanager
def fated(firm: Firm, left: int) -> Iterator[tuple[Plans, Fate]]:
    fate, vault = Fate(left), firm.office.vault
    real = vault.keyring.store
    vault.keyring.store = cast("KeyringStore", DyingStore(real, fate))
    try:
        yield Plans(cast("Pool", DyingPool(firm.office.worker, fate)), vault), fate
    finally:
        vault.keyring.store = real


def up_and_down(firm: Firm, left: int) -> int:
    """From Starter to Enterprise and down again, dying once at a step and carried on by somebody else; how many steps."""
    firm.on(Plan.STARTER)
    call_id = firm.office.call()
    firm.broom.later(days=3)
    firm.sweep()
    with fated(firm, left) as (plans, fate):
        _survive(lambda: plans.raise_to(firm.account_id, Plan.ENTERPRISE))
    if firm.plans.standing(firm.account_id).plan is Plan.STARTER:
        firm.plans.raise_to(firm.account_id, Plan.ENTERPRISE)
    firm.plans.carry_on(firm.account_id)
    steps = fate.steps
    for _ in range(6):
        firm.broom.later(days=6)
        firm.sweep()
    assert firm.opens(call_id)
    copies = firm.keys()
    known = firm.lower(Plan.STARTER)
    assert known.term.at is not None
    firm.broom.until(known.term.at)
    firm.sweep()
    with fated(firm, left - steps if left >= steps else -1) as (plans, fate):
        _survive(lambda: plans.carry_on(firm.account_id))
    steps += fate.steps
    assert not firm.opens(call_id)
    firm.plans.carry_on(firm.account_id)
    assert firm.still_open(copies) == 0
    assert firm.plans.standing(firm.account_id).follow_at is None
    firm.sweep()
    assert rows(firm.database, call_id) == set()
    return steps


def _survive(act: Any) -> None:
    try:
        act()
    except Killed:
        return


def strike_everywhere(firm: Firm, every: int) -> None:
    total = up_and_down(firm, -1)
    assert total > 40
    for left in range(0, total, every):
        up_and_down(firm, left)


def test_killed_between_any_two_steps_of_a_spread(firm: Firm) -> None:
    strike_everywhere(firm, 9)


@pytest.mark.long
def test_killed_between_any_two_steps(firm: Firm) -> None:
    strike_everywhere(firm, 1)


def test_what_a_request_has_no_time_for_a_worker_carries_on(firm: Firm) -> None:
    firm.on(Plan.STARTER)
    call_id = firm.office.call()
    firm.plans.raise_to(firm.account_id, Plan.GROWTH)
    with tenant(firm.account_id):
        Account.objects.filter(id=firm.account_id).update(follow_at=firm.office.clock.now())
    assert not follow(firm.office.worker, firm.office.vault, firm.account_id, until=0.0)
    assert follow(firm.office.worker, firm.office.vault, firm.account_id)
    assert firm.opens(call_id)


def test_a_later_policy_moves_a_calls_end_with_its_plan_alone(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the page of the policy's changes says of calls that are there already."""
    call_id = firm.office.call()
    text = source().replace("starter = 30\ngrowth = 90", "starter = 3\ngrowth = 60", 1)
    later = policy.parse(text)
    monkeypatch.setattr(policy, "load", lambda: later)
    assert policy.days(Part.RECORDING, Plan.STARTER) == 3
    firm.broom.until(firm.ended(call_id) + 4 * DAY)
    firm.plans.carry_on(firm.account_id)
    firm.sweep()
    assert firm.opens(call_id), "born under 30 days"
    firm.plans.raise_to(firm.account_id, Plan.GROWTH)
    firm.broom.until(firm.ended(call_id) + 60 * DAY - SECOND)
    firm.sweep()
    assert firm.opens(call_id)
    firm.broom.later(seconds=1)
    assert not firm.opens(call_id), "60 days are what the plan has now"
