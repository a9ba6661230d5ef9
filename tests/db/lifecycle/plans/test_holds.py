"""A legal hold: the clock stands still for what it names and for nothing else, and starts again where the periods say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from ringfence.apps.audit.acting import PLATFORM, Actor, ActorKind, acting
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.lifecycle.accounts.erasure import Eraser
from ringfence.lifecycle.deletion import Part, UnderHold, delete_parts
from ringfence.lifecycle.holds.errors import BadHold, NotTheirs
from ringfence.lifecycle.holds.holds import Holds, Wanted
from ringfence.lifecycle.plans.cancellation import cancel
from ringfence.lifecycle.plans.errors import StillHeld
from ringfence.policy import AgentPeriods, Plan
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import hold_epoch
from ringfence.work.database import Database as Pool
from tests.db.lifecycle.plans.test_plans import DAY, SECOND, Firm, firm
from tests.support.dying import DyingPool, DyingStore, Fate, Killed
from tests.support.office import CALLER
from tests.support.sweeping import rows, sealed

__all__ = ["firm"]
REASON = "Case 4 O 17/26"


@pytest.fixture
def holds(firm: Firm) -> Iterator[Holds]:
    with acting(Actor(ActorKind.MEMBER, uuid4())):
        yield Holds(firm.office.worker, firm.office.vault)


def wait(firm: Firm, days: int) -> None:
    """Days pass, and the sweep with them."""
    for _ in range(days // 5):
        firm.broom.later(days=5)
        firm.sweep()


def reads(firm: Firm, call_id: UUID) -> bool:
    """Whether the call opens, and is found by every way there is: all of them or none."""
    try:
        told = call_document(firm.account_id, call_id, purpose=PROVIDING, clock=firm.office.clock)
    except NoSuchCall:
        assert found_by(firm, call_id) == []
        return False
    assert found_by(firm, call_id) == list(ASKED)
    assert told["recording"]["available"]
    assert told["transcript"]["available"]
    assert told["from"]
    return True


ASKED: dict[str, dict[str, Any]] = {
    "a word": {"words": "ferry"}, "a value": {"variable": ("people", "4")}, "a number": {"number": CALLER},
}  # fmt: skip


def found_by(firm: Firm, call_id: UUID, **bounds: Any) -> list[str]:
    """By what a search has the call."""
    found = []
    for what, asked in ASKED.items():
        rows = list_calls(firm.account_id, CallFilters(**asked, **bounds), clock=firm.office.clock).rows
        found += [what] if call_id in {row.id for row in rows} else []
    return found


WAYS: dict[str, Any] = {
    "calls": lambda firm, call: Wanted(reason=REASON, calls=[call]),
    "agent": lambda firm, call: Wanted(reason=REASON, agent_id=firm.office.agents["front-desk"]),
    "number": lambda firm, call: Wanted(reason=REASON, number=CALLER),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_it_names_stands_still_and_nothing_else(firm: Firm, holds: Holds, way: str) -> None:
    named = firm.office.call()
    other = firm.office.call(agent="other", caller="+12025550999")
    wait(firm, 25)
    made = holds.set(firm.account_id, WAYS[way](firm, named))
    assert made.calls == 1
    wait(firm, 40)
    assert (reads(firm, named), reads(firm, other)) == (True, False)
    assert rows(firm.database, other) == set()
    assert sealed(firm.database, firm.office, named) >= {
        "calls_call",
        "calls_recording",
        "calls_transcript",
        "object",
    }
    assert firm.broom.status().standing == "kept"
    known = holds.release(firm.account_id, made.id)
    assert known.ended_at == known.released_at == firm.office.clock.now()
    assert not reads(firm, named), "refused at once"
    firm.sweep()
    assert rows(firm.database, named) == set()
    with pytest.raises(EpochGone):
        firm.office.vault.keyring.epoch(f"hold/{made.id}")


@pytest.mark.parametrize("way", WAYS)
def test_what_was_over_before_it_is_not_held(firm: Firm, holds: Holds, way: str) -> None:
    """No sweep came by between the end of a part and the hold: the part goes with the next one all the same, its key with its day."""
    firm.office.agent("front-desk", AgentPeriods(recording=1))
    call = firm.office.call()
    firm.broom.later(days=1)
    made = holds.set(firm.account_id, WAYS[way](firm, call))
    assert made.calls == 1
    with firm.database.superuser() as look:
        hung = look.execute(
            "SELECT b.part FROM keys_bucket b JOIN calls_recording r ON r.bucket_id = b.id WHERE r.call_id = %s AND b.epoch = %s",
            [call, hold_epoch(made.id)],
        ).fetchall()
    assert hung == [], "the key of what is over does not hang from the hold"
    assert firm.broom.sweeper.overdue() == 1
    firm.broom.later(hours=2)
    assert firm.broom.status().standing == "not_kept", "and it is seen while it stands"
    firm.sweep()
    assert sealed(firm.database, firm.office, call) == {
        "calls_call",
        "calls_transcript",
        "calls_searchtokens",
    }
    wait(firm, 60)
    told = call_document(firm.account_id, call, purpose=PROVIDING, clock=firm.office.clock)
    assert told["recording"] == {"available": False, "reason": "expired"}
    assert told["transcript"]["available"]
    assert firm.broom.status().standing == "kept"


def test_what_a_hold_names_and_has_not_reached_yet_is_not_swept(firm: Firm, holds: Holds) -> None:
    """A worker that died between naming and moving: the calls are the hold's all the same."""
    firm.office.agent("front-desk", AgentPeriods(recording=3))
    call = firm.office.call()
    made = holds.set(firm.account_id, Wanted(reason=REASON, agent_id=firm.office.agents["front-desk"]))
    with firm.database.superuser() as admin:
        admin.execute("UPDATE holds_heldcall SET moved_at = NULL WHERE hold_id = %s", [made.id])
        admin.execute(
            "UPDATE calls_recording SET expires_at = %s WHERE call_id = %s",
            [firm.office.clock.now() + DAY, call],
        )
    firm.broom.later(days=2)
    assert firm.broom.sweeper.overdue() == 0
    firm.sweep()
    assert "object" in sealed(firm.database, firm.office, call)


def test_released_in_time_it_ends_where_its_period_says(firm: Firm, holds: Holds) -> None:
    call_id = firm.office.call()
    wait(firm, 10)
    made = holds.set(firm.account_id, Wanted(reason=REASON, everything=True))
    wait(firm, 10)
    holds.release(firm.account_id, made.id)
    firm.broom.until(firm.ended(call_id) + 30 * DAY - SECOND)
    assert firm.opens(call_id), "words and all"
    firm.broom.later(seconds=1)
    assert not firm.opens(call_id)
    firm.sweep()
    assert rows(firm.database, call_id) == set()


def test_calls_that_come_are_named_too(firm: Firm, holds: Holds) -> None:
    firm.office.call()
    made = holds.set(firm.account_id, Wanted(reason=REASON, number=CALLER))
    late = firm.office.call()
    with acting(PLATFORM):
        holds.carry_on(firm.account_id)
    assert holds.one(firm.account_id, made.id).calls == 2
    wait(firm, 45)
    assert reads(firm, late)


def test_what_was_over_is_not_held(firm: Firm, holds: Holds) -> None:
    call_id = firm.office.call()
    firm.broom.until(firm.ended(call_id) + 30 * DAY)
    made = holds.set(firm.account_id, Wanted(reason=REASON, everything=True))
    assert made.calls == 0
    with pytest.raises(BadHold):
        holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    firm.sweep()
    assert rows(firm.database, call_id) == set()


def test_two_holds_on_one_call_let_go_one_after_the_other(firm: Firm, holds: Holds) -> None:
    call_id = firm.office.call()
    first = holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    second = holds.set(firm.account_id, Wanted(reason=REASON, everything=True))
    wait(firm, 45)
    holds.release(firm.account_id, first.id)
    with pytest.raises(EpochGone):
        firm.office.vault.keyring.epoch(f"hold/{first.id}")
    firm.sweep()
    assert reads(firm, call_id)
    holds.release(firm.account_id, second.id)
    assert not reads(firm, call_id)


def test_it_ends_by_itself(firm: Firm, holds: Holds) -> None:
    call_id = firm.office.call()
    ends = firm.office.clock.now() + 40 * DAY
    made = holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id], ends_at=ends))
    wait(firm, 35)
    assert reads(firm, call_id)
    firm.broom.until(ends)
    with acting(PLATFORM):
        holds.carry_on(firm.account_id)
    known = holds.one(firm.account_id, made.id)
    assert (known.released_by, known.released_at) == ("platform", ends)
    assert not reads(firm, call_id)


def test_a_shorter_part_stands_still_too(firm: Firm, holds: Holds) -> None:
    firm.office.agent("short", periods=AgentPeriods(recording=5, transcript=5))
    call_id = firm.office.call(agent="short")
    made = holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    wait(firm, 20)
    assert reads(firm, call_id)
    holds.release(firm.account_id, made.id)
    firm.sweep()
    left = sealed(firm.database, firm.office, call_id)
    assert left == {"calls_call"}, "its log has ten days to go, its parts have none"


def test_a_plan_change_passes_a_held_call_by(firm: Firm, holds: Holds) -> None:
    firm.on(Plan.ENTERPRISE)
    call_id = firm.office.call()
    made = holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    wait(firm, 40)
    known = firm.lower(Plan.STARTER)
    assert known.term.at is not None
    assert known.shown == 0
    firm.broom.until(known.term.at)
    firm.plans.carry_on(firm.account_id)
    firm.sweep()
    assert reads(firm, call_id)
    holds.release(firm.account_id, made.id)
    assert not reads(firm, call_id), "the lower plan counts from the call's end"


def test_held_calls_are_not_deleted_and_their_account_not_cancelled(firm: Firm, holds: Holds) -> None:
    call_id = firm.office.call()
    made = holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    for part in Part:
        with pytest.raises(UnderHold):
            delete_parts(firm.account_id, [call_id], part, actor="member:1", clock=firm.office.clock)
    with pytest.raises(StillHeld):
        cancel(firm.account_id, by="member:1", clock=firm.office.clock)
    assert reads(firm, call_id)
    holds.release(firm.account_id, made.id)
    delete_parts(firm.account_id, [call_id], Part.CALL, actor="member:1", clock=firm.office.clock)
    cancel(firm.account_id, by="member:1", clock=firm.office.clock)
    assert Eraser.here(firm.office.worker, firm.office.vault).erase(firm.account_id)


@pytest.mark.parametrize("kind", [ActorKind.OPERATOR, ActorKind.STAFF, ActorKind.SYSTEM])
def test_the_operator_sets_none_and_releases_none(firm: Firm, holds: Holds, kind: ActorKind) -> None:
    made = holds.set(firm.account_id, Wanted(reason=REASON, everything=True))
    with acting(Actor(kind, uuid4())):
        with pytest.raises(NotTheirs):
            holds.set(firm.account_id, Wanted(reason=REASON, everything=True))
        with pytest.raises(NotTheirs):
            holds.release(firm.account_id, made.id)


@pytest.mark.parametrize(
    "wanted",
    [
        {"reason": "", "everything": True}, {"reason": REASON}, {"reason": REASON, "everything": True, "number": CALLER},
        {"reason": REASON, "calls": [uuid4()]}, {"reason": REASON, "agent_id": uuid4()}, {"reason": "a\0b", "everything": True},
    ],
)  # fmt: skip
def test_a_hold_that_says_nothing_is_none(firm: Firm, holds: Holds, wanted: dict[str, Any]) -> None:
    with pytest.raises(BadHold):
        holds.set(firm.account_id, Wanted(**wanted))
    with pytest.raises(BadHold):
        holds.set(
            firm.account_id, Wanted(reason=REASON, everything=True, ends_at=firm.office.clock.now() - SECOND)
        )
    assert holds.all(firm.account_id) == []


def dying(firm: Firm, fate: Fate) -> Holds:
    return Holds(cast("Pool", DyingPool(firm.office.worker, fate)), firm.office.vault)


def test_killed_between_any_two_steps_of_a_spread(firm: Firm, holds: Holds) -> None:
    strike_everywhere(firm, holds, 11)


@pytest.mark.long
def test_killed_between_any_two_steps(firm: Firm, holds: Holds) -> None:
    strike_everywhere(firm, holds, 1)


def strike_everywhere(firm: Firm, holds: Holds, every: int) -> None:
    total = held_and_released(firm, holds, -1)
    assert total > 50
    for left in range(0, total, every):
        held_and_released(firm, holds, left)


def held_and_released(firm: Firm, holds: Holds, left: int) -> int:
    """Set a hold and release it, dying once at a step; how many steps."""
    vault = firm.office.vault
    over, going_on = firm.office.call(agent="over"), firm.office.call(agent="on")
    fate = Fate(left)
    real = vault.keyring.store
    vault.keyring.store = cast("Any", DyingStore(real, fate))
    try:
        _survive(
            lambda: dying(firm, fate).set(firm.account_id, Wanted(reason=REASON, calls=[over, going_on]))
        )
    finally:
        vault.keyring.store = real
    made = [each for each in holds.all(firm.account_id) if each.released_at is None]
    if not made:
        made = [holds.set(firm.account_id, Wanted(reason=REASON, calls=[over, going_on]))]
    holds.carry_on(firm.account_id)
    wait(firm, 25)
    assert reads(firm, over)
    assert reads(firm, going_on)
    vault.keyring.store = cast("Any", DyingStore(real, fate))
    try:
        _survive(lambda: dying(firm, fate).release(firm.account_id, made[0].id))
    finally:
        vault.keyring.store = real
    holds.release(firm.account_id, made[0].id)
    with pytest.raises(EpochGone):
        vault.keyring.epoch(f"hold/{made[0].id}")
    assert firm.opens(over)
    assert firm.opens(going_on)
    firm.broom.until(firm.ended(going_on) + timedelta(days=30))
    assert not reads(firm, over)
    firm.sweep()
    assert rows(firm.database, over) == rows(firm.database, going_on) == set()
    return fate.steps


def _survive(act: Any) -> None:
    try:
        act()
    except Killed:
        return
