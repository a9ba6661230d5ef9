"""Any order of {write, late write, read, delete, expire, hold, release, upgrade, downgrade, cancel, return, restore}: what the policy lets be
read is there, and nothing else is, whoever has or has not swept.
"""

import calendar
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import CallsError, NoSuchCall
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.reveal import PROVIDING, open_recording, open_transcript
from ringfence.core.clock import ManualClock
from ringfence.lifecycle import replay
from ringfence.lifecycle.accounts.erasure import Eraser
from ringfence.lifecycle.backup.run import BackupEnded, Made
from ringfence.lifecycle.deletion import CallInProgress, NoSuchCalls, UnderHold, delete_parts
from ringfence.lifecycle.deletion import Part as Deletable
from ringfence.lifecycle.holds.holds import Holds, Wanted
from ringfence.lifecycle.ledger import gate
from ringfence.lifecycle.plans.cancellation import cancel, come_back
from ringfence.lifecycle.plans.changing import ORDER, Plans
from ringfence.lifecycle.plans.errors import GraceIsOver, StillHeld
from ringfence.policy import AgentPeriods, Part, Plan
from ringfence.vault.errors import VaultError
from tests.db.lifecycle.lives.oracle import DAY, PARTS, Life, Oracle, load_grace
from tests.db.lifecycle.test_accounts import KEPT, left
from tests.support.accounts import an_account
from tests.support.backups import Backups
from tests.support.database import Database, as_login
from tests.support.office import Office, Talk
from tests.support.sweeping import Broom, rows, sealed

AGENTS: Final[dict[str, dict[Part, int]]] = {
    "front-desk": {},
    "week": {Part.RECORDING: 7, Part.TRANSCRIPT: 7, Part.LOG: 7},
    "short": {Part.RECORDING: 2, Part.TRANSCRIPT: 5},
    "silent": {Part.RECORDING: 0},
    "long": {Part.RECORDING: 40, Part.TRANSCRIPT: 60, Part.LOG: 60},
}
DELETES: Final = {
    Deletable.CALL: set(PARTS), Deletable.RECORDING: {Part.RECORDING}, Deletable.TRANSCRIPT: {Part.TRANSCRIPT},
}  # fmt: skip
FEW: Final = settings(
    max_examples=12, stateful_step_count=30, deadline=None, database=None, derandomize=True,
    suppress_health_check=list(HealthCheck), phases=(Phase.generate,), print_blob=False,
)  # fmt: skip
MANY: Final = settings(FEW, max_examples=250, stateful_step_count=50, derandomize=False)
any_number = st.integers(min_value=0, max_value=10**6)


def next_cycle(after: datetime) -> datetime:
    """Where a machine begins: four years whose months are those of every other such cycle, so that a run can be had again."""
    year = after.year + 1
    while year % 4 != 1 or not calendar.isleap(year + 3):
        year += 1
    return datetime(year, 1, 1, 9, tzinfo=UTC)


@dataclass
class Kept:
    """A backup, and what was true when it was made."""

    made: Made
    oracle: Oracle
    at: datetime
    changes: int
    shelf: int | None


@dataclass
class Ground:
    """What all machines stand on."""

    office: Office
    database: Database
    folder: Path


class Lives(RuleBasedStateMachine):
    """One account, from its first call to its end. `ground` is set by the test."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        before = self.ground.office
        before.clock.advance((next_cycle(before.clock.now()) - before.clock.now()).total_seconds())
        self.office = Office(
            an_account(before.clock, Plan.GROWTH), before.clock, before.vault, before.media, before.worker, before.objects,
            before.folder, Plan.GROWTH,
        )  # fmt: skip
        self.broom = Broom(self.office)
        self.broom.sweeper.confirm_clock()
        self.plans = Plans(self.office.worker, self.office.vault)
        self.holds = Holds(self.office.worker, self.office.vault)
        self.oracle = Oracle(Plan.GROWTH)
        self.talks: list[tuple[Talk, str]] = []
        self.in_force: dict[UUID, Wanted] = {}
        self.kept: Kept | None = None
        self.changes = 0
        self.over = False
        for slug, days in AGENTS.items():
            chosen = AgentPeriods(**{part.value: count for part, count in days.items()}) if days else None
            self.office.agent(slug, chosen)
        self.hands = ExitStack()
        self.hands.enter_context(acting(Actor(ActorKind.MEMBER, uuid4())))

    def teardown(self) -> None:
        """The next machine has an account of its own, and time goes on."""
        self.hands.close()

    # ── calls ────────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.open)
    @rule(agent=st.sampled_from(sorted(AGENTS)))
    def write(self, agent: str) -> None:
        self._born(self.office.call(agent=agent, seconds=2.0), agent, self.office.clock.now())

    @precondition(lambda self: self.open and len(self.talks) < 3)
    @rule(agent=st.sampled_from(sorted(AGENTS)))
    def begin(self, agent: str) -> None:
        """A call that is taken in later: perhaps much later, when its own time is over."""
        talk = self.office.answer(self.office.ring(agent=agent))
        talk.talk(seconds=2.0)
        self.oracle.pass_to(self.now)
        with pytest.raises(CallInProgress):
            delete_parts(self.account, [talk.id], Deletable.CALL, actor="me", clock=self.office.clock)
        self.talks.append((talk, agent))

    @precondition(lambda self: self.open and self.talks)
    @rule(which=any_number)
    def write_late(self, which: int) -> None:
        talk, agent = self.talks.pop(which % len(self.talks))
        ended = talk.result().ended_at
        known = rows(self.ground.database, talk.id)
        with suppress(VaultError):  # the day of its beginning is over and nobody waited for it
            talk.hang_up()
        if known:
            self._born(talk.id, agent, ended)
        assert known or not sealed(self.ground.database, self.office, talk.id)

    @precondition(lambda self: self.open and self.oracle.lives)
    @rule(which=any_number, part=st.sampled_from(sorted(DELETES)))
    def delete(self, which: int, part: Deletable) -> None:
        life = self._some(which)
        held, there = bool(life.holds), Part.LOG not in life.gone
        try:
            delete_parts(self.account, [life.id], part, actor="me", clock=self.office.clock)
        except UnderHold:
            assert held
            return
        except NoSuchCalls:
            assert not there
            return
        assert not held or not there
        life.gone |= DELETES[part]
        left_of = sealed(self.ground.database, self.office, life.id)
        if part is Deletable.CALL:
            assert left_of == set()
        elif part is Deletable.RECORDING:
            assert not left_of & {"calls_recording", "object"}
        else:
            assert not left_of & {"calls_transcript", "calls_searchtokens"}

    # ── time ─────────────────────────────────────────────────────────────────────────────────────────────────────

    @rule(which=any_number)
    def wait_for_what_comes(self, which: int) -> None:
        """To a second before, at, or after something ends."""
        coming = sorted(each for each in self.oracle.moments(self.now) if each - self.now < 100 * DAY)
        if coming:
            self._until(coming[which % len(coming)])

    @rule(days=st.integers(min_value=0, max_value=20), seconds=st.integers(min_value=1, max_value=86_399))
    def wait(self, days: int, seconds: int) -> None:
        self._until(self.now + timedelta(days=days, seconds=seconds))

    @rule()
    def sweep(self) -> None:
        self.broom.restart()
        self.broom.sweeper.confirm_clock()
        assert self.broom.sweep().outcome == "done"
        for life in self.oracle.lives.values():
            if life.holds:
                continue
            if Part.LOG in life.gone:
                assert rows(self.ground.database, life.id) == set()
            found = sealed(self.ground.database, self.office, life.id)
            assert Part.RECORDING not in life.gone or not found & {"calls_recording", "object"}
            assert Part.TRANSCRIPT not in life.gone or not found & {"calls_transcript", "calls_searchtokens"}

    @rule()
    def work(self) -> None:
        """What a worker carries on with."""
        if not self.over:
            self.plans.carry_on(self.account)
            self.holds.carry_on(self.account)
            self._name()

    # ── holds ────────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.open and len(self.in_force) < 2)
    @rule(which=any_number, names=st.sampled_from(["call", "agent", "everything"]))
    def hold(self, which: int, names: str) -> None:
        readable = [life for life in self.oracle.lives.values() if Part.LOG not in life.gone]
        if names != "everything" and not readable:
            return
        life = readable[which % len(readable)] if readable else None
        match names:
            case "call":
                wanted = Wanted(reason="a case", calls=[life.id] if life else [])
            case "agent":
                wanted = Wanted(reason="a case", agent_id=self.office.agents[life.agent] if life else None)
            case _:
                wanted = Wanted(reason="a case", everything=True)
        self.in_force[self.holds.set(self.account, wanted).id] = wanted
        self.changes += 1
        self._name()

    @precondition(lambda self: not self.over and self.in_force)
    @rule(which=any_number)
    def release(self, which: int) -> None:
        hold_id = list(self.in_force)[which % len(self.in_force)]
        self.holds.release(self.account, hold_id)
        del self.in_force[hold_id]
        for life in self.oracle.lives.values():
            life.holds.discard(hold_id)
        self.changes += 1
        self._name()  # whoever lets go of one hold sees to the others, too
        self.oracle.pass_to(self.now)

    # ── plans ────────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.open and self.oracle.plan is not Plan.ENTERPRISE)
    @rule(which=any_number)
    def upgrade(self, which: int) -> None:
        higher = ORDER[ORDER.index(self.oracle.plan) + 1 :]
        plan = higher[which % len(higher)]
        self.plans.raise_to(self.account, plan)
        self.oracle.plan, self.oracle.lower = plan, None
        self._changed(plan)

    @precondition(
        lambda self: self.open and self.oracle.lower is None and self.oracle.plan is not Plan.STARTER
    )
    @rule(which=any_number)
    def downgrade(self, which: int) -> None:
        lower = ORDER[: ORDER.index(self.oracle.plan)]
        plan = lower[which % len(lower)]
        shown = self.plans.look(self.account, plan)
        expected = sum(self._destroyed(life, plan, shown.at) for life in self.oracle.lives.values())
        assert shown.destroys == expected, "the owner is told how many calls it destroys"
        self.plans.confirm_lower(self.account, plan, shown=shown.destroys, by="member:1")
        self.oracle.lower = (plan, shown.at)
        self._changed(plan)

    @precondition(lambda self: self.open and self.oracle.lower is not None)
    @rule()
    def think_again(self) -> None:
        self.plans.withdraw(self.account)
        self.oracle.lower = None
        self._changed(self.oracle.plan)

    # ── the account's life ───────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: self.open)
    @rule()
    def cancel(self) -> None:
        try:
            cancel(self.account, by="member:1", clock=self.office.clock)
        except StillHeld:
            assert self.in_force
            return
        assert not self.in_force
        self.oracle.cancelled = self.now

    @precondition(lambda self: self.oracle.cancelled is not None and not self.over)
    @rule()
    def come_back(self) -> None:
        assert self.oracle.cancelled is not None
        late = self.now >= self.oracle.cancelled + load_grace()
        try:
            come_back(self.account, clock=self.office.clock)
        except GraceIsOver:
            assert late
            return
        assert not late
        self.oracle.cancelled = None

    @precondition(lambda self: self.oracle.cancelled is not None and not self.over)
    @rule()
    def erase(self) -> None:
        assert self.oracle.cancelled is not None
        if self.now < self.oracle.cancelled + load_grace():
            return
        assert Eraser.here(self.office.worker, self.office.vault).erase(self.account)
        assert left(self.ground.database, self.account) <= KEPT
        for life in self.oracle.lives.values():
            assert not sealed(self.ground.database, self.office, life.id)
        self.over = True

    # ── backups ──────────────────────────────────────────────────────────────────────────────────────────────────

    @precondition(lambda self: not self.over and self.oracle.lives)
    @rule()
    def back_up(self) -> None:
        made = self._backups().make()
        self.kept = Kept(made, self.oracle.copy(), self.now, self.changes, self._shelf())

    @precondition(lambda self: self.kept is not None)
    @rule()
    def restore(self) -> None:
        """Beside the installation, under today's keyring and ledger: nothing opens there that may not be read here.

        A lower plan takes keys out of old copies when a worker puts it into force, which is seconds after its moment: what was
        copied in these seconds, too.
        """
        assert self.kept is not None
        kept, self.kept = self.kept, None
        if not self.over:
            self.plans.carry_on(self.account)
        shelf = self._shelf()
        beside = self.ground.folder / f"b{uuid4().hex[:10]}"
        try:
            with self._backups().restored(kept.made.name, beside) as _other:
                with as_login("worker"):
                    replay.replay(self.office.clock)
                assert gate.standing() == ""
                for old in kept.oracle.lives.values():
                    now = self.oracle.lives[old.id]
                    found = set() if self._is_erased() else self._contents(old.id)
                    assert found <= now.readable(), "a backup brings nothing back"
                    if (
                        not self.over
                        and (self.changes, shelf) == (kept.changes, kept.shelf)
                        and not old.holds
                    ):
                        assert found >= now.readable(), "what may be read is there again"
        except BackupEnded:
            assert self.now - kept.at >= 7 * DAY

    def _shelf(self) -> int | None:
        """Which keys of the account's own its calls hang from."""
        with self.ground.database.superuser() as look:
            row = look.execute("SELECT shelf FROM accounts_account WHERE id = %s", [self.account]).fetchone()
        return row[0] if row else None

    # ── what must hold after each of them ────────────────────────────────────────────────────────────────────────

    @invariant()
    def what_may_be_read_is_there_and_nothing_else(self) -> None:
        if self.over:
            return
        self.oracle.pass_to(self.now)
        found = {life.id: self._contents(life.id) for life in self.oracle.lives.values()}
        may = {life.id: life.readable() for life in self.oracle.lives.values()}
        assert found == may
        listed = {
            row.id for row in list_calls(self.account, CallFilters(), clock=self.office.clock, limit=200).rows
        }
        assert listed & set(may) == {call_id for call_id, parts in may.items() if Part.LOG in parts}
        words = CallFilters(words="ferry")
        found_by_word = {
            row.id for row in list_calls(self.account, words, clock=self.office.clock, limit=200).rows
        }
        heard = {call_id for call_id, parts in may.items() if Part.TRANSCRIPT in parts}
        assert found_by_word & set(may) == heard, "by its words, as long as they may be read"

    # ── hands ────────────────────────────────────────────────────────────────────────────────────────────────────

    @property
    def account(self) -> UUID:
        return self.office.account_id

    @property
    def now(self) -> datetime:
        return self.office.clock.now()

    @property
    def open(self) -> bool:
        return self.oracle.cancelled is None and not self.over

    def _born(self, call_id: UUID, agent: str, ended: datetime) -> None:
        life = Life(call_id, agent, ended, AGENTS[agent])
        life.never = {part for part, days in AGENTS[agent].items() if days == 0}
        self.oracle.lives[call_id] = life
        self.oracle.pass_to(self.now)

    def _until(self, moment: datetime) -> None:
        self.office.clock.advance((moment - self.now).total_seconds())
        self.oracle.pass_to(self.now)

    def _some(self, which: int) -> Life:
        lives = list(self.oracle.lives.values())
        return lives[which % len(lives)]

    def _name(self) -> None:
        """Which calls the holds in force name by now."""
        for hold_id, wanted in self.in_force.items():
            for life in self.oracle.lives.values():
                named = (
                    wanted.everything
                    or life.id in wanted.calls
                    or self.office.agents[life.agent] == wanted.agent_id
                )
                if named and Part.LOG not in life.gone:
                    life.holds.add(hold_id)

    def _changed(self, plan: Plan) -> None:
        self.office.plan = plan
        self.changes += 1

    def _destroyed(self, life: Life, plan: Plan, at: datetime) -> bool:
        """Whether a call that would be there at that moment would not be there under this plan."""
        if life.holds or Part.LOG in life.gone:
            return False
        now, days = self.oracle.end(life, Part.LOG), life.days(Part.LOG, plan)
        return (now is None or now > at) and days is not None and life.ended + days * DAY <= at

    def _contents(self, call_id: UUID) -> set[Part]:
        """Of which parts something really opens: the numbers, a piece of the audio, the words."""
        clock, found = self.office.clock, set()
        with suppress(NoSuchCall, VaultError):
            told = call_document(self.account, call_id, purpose=PROVIDING, clock=clock)
            if told["from"]:
                found.add(Part.LOG)
            with suppress(CallsError, VaultError):
                audio = open_recording(self.account, call_id, purpose=PROVIDING, clock=clock)
                assert len(audio.read(0, 200)) == 200
                found.add(Part.RECORDING)
            with suppress(CallsError, VaultError):
                words: Any = open_transcript(self.account, call_id, purpose=PROVIDING, clock=clock)
                assert words.turns
                found.add(Part.TRANSCRIPT)
            assert told["recording"]["available"] == (Part.RECORDING in found)
        return found

    def _is_erased(self) -> bool:
        from ringfence.apps.accounts.models import Account
        from ringfence.apps.accounts.tenancy import tenant

        with tenant(self.account):
            return not Account.objects.filter(id=self.account).exists()

    def _backups(self) -> Backups:
        return Backups(self.office, self.ground.database, self.ground.folder / "backups")


@pytest.fixture
def lives(office: Office, database: Database, tmp_path: Path, clock: ManualClock) -> type[Lives]:
    class Here(Lives):
        ground = Ground(office, database, tmp_path)

    return Here


def test_the_policy_says_what_can_be_read_whatever_happens_in_whichever_order(lives: type[Lives]) -> None:
    run_state_machine_as_test(lives, settings=FEW)


@pytest.mark.long
def test_the_same_a_thousand_steps_on(lives: type[Lives]) -> None:
    run_state_machine_as_test(lives, settings=MANY)
