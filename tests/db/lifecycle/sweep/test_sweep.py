"""What a sweep takes and what it leaves: to the second, whole, again and again, and beside another."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.models import Call
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.core.clock import ManualClock
from ringfence.core.ids import id_at
from ringfence.lifecycle.deletion import Part as Deleted
from ringfence.lifecycle.deletion import delete_parts
from ringfence.policy import AgentPeriods, Part, Plan, load
from ringfence.vault.keyring import day_epoch
from tests.support.accounts import an_account
from tests.support.calls import a_call
from tests.support.database import Database
from tests.support.office import CALLER, Office
from tests.support.sweeping import Broom, rows, sealed

SECOND = timedelta(seconds=1)
EVERYTHING = {"calls_call", "calls_recording", "calls_transcript", "calls_searchtokens"}
DATED = [
    (plan, part)
    for plan in Plan
    for part in (Part.RECORDING, Part.TRANSCRIPT, Part.LOG)
    if load().retention[part].days[plan] is not None
]


def document(office: Office, call_id: UUID) -> dict[str, Any]:
    return call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


def listed(office: Office, **filters: Any) -> list[UUID]:
    page = list_calls(office.account_id, CallFilters(**filters), clock=office.clock)
    return [row.id for row in page.rows]


def on_plan(office: Office, plan: Plan) -> None:
    from ringfence.apps.accounts.models import Account

    with tenant(office.account_id):
        Account.objects.filter(id=office.account_id).update(plan=plan.value)
    office.plan = plan


@pytest.mark.parametrize(("plan", "part"), DATED, ids=lambda each: each.value)
def test_every_plan_and_part_one_second_before_and_at_its_end(
    broom: Broom, database: Database, plan: Plan, part: Part
) -> None:
    """The part in question ends with its plan; the log outlives nothing, so the other parts are as the plan says."""
    office = broom.office
    on_plan(office, plan)
    call_id = office.call()
    days = load().retention[part].days[plan]
    assert days is not None
    end = office.clock.now() + timedelta(days=days)
    broom.until(end - SECOND)
    broom.sweep()
    assert sealed(database, office, call_id) == EVERYTHING | {"object"}
    assert document(office, call_id)["recording"]["available"]
    broom.until(end)
    broom.sweep()
    assert sealed(database, office, call_id) == set()
    assert rows(database, call_id) == set()


@pytest.mark.parametrize("part", [Part.RECORDING, Part.TRANSCRIPT])
def test_a_part_goes_at_its_own_end_and_says_that_it_expired(
    broom: Broom, database: Database, part: Part
) -> None:
    office = broom.office
    office.agent(periods=AgentPeriods(**{part.value: 3}))
    call_id = office.call()
    end = office.clock.now() + timedelta(days=3)
    broom.until(end - SECOND)
    assert broom.sweep().outcome == "done"
    assert sealed(database, office, call_id) == EVERYTHING | {"object"}
    broom.until(end)
    assert document(office, call_id)[part.value] == {"available": False, "reason": "expired"}
    done = broom.sweep()
    assert (done.calls, done.recordings + done.transcripts) == (0, 1)
    gone = (
        {"calls_recording", "object"}
        if part is Part.RECORDING
        else {"calls_transcript", "calls_searchtokens"}
    )
    assert sealed(database, office, call_id) == (EVERYTHING | {"object"}) - gone
    told = document(office, call_id)
    assert told[part.value] == {"available": False, "reason": "expired"}
    other = "transcript" if part is Part.RECORDING else "recording"
    assert told[other]["available"]


def test_deleted_and_expired_are_told_apart_as_long_as_the_log_stands(broom: Broom) -> None:
    office = broom.office
    office.agent(periods=AgentPeriods(recording=3, transcript=3))
    call_id = office.call()
    delete_parts(office.account_id, [call_id], Deleted.RECORDING, actor="test", clock=office.clock)
    broom.later(days=4)
    for _ in range(2):
        told = document(office, call_id)
        assert told["recording"]["reason"] == "deleted"
        assert (
            told["transcript"]["reason"]
            == told["summary"]["reason"]
            == told["variables"]["reason"]
            == "expired"
        )
        [row] = list_calls(office.account_id, CallFilters(), clock=office.clock).rows
        assert (row.recording, row.transcript) == ("deleted", "expired")
        broom.sweep()


def test_nothing_is_read_found_or_counted_from_the_second_on_without_any_sweep(broom: Broom) -> None:
    office = broom.office
    call_id = office.call()
    end = office.clock.now() + timedelta(days=30)
    asked: tuple[dict[str, Any], ...] = (
        {},
        {"words": "ferry"},
        {"number": CALLER},
        {"variable": ("people", "4")},
    )
    broom.until(end - SECOND)
    assert [listed(office, **how) for how in asked] == [[call_id]] * 4
    broom.until(end)
    assert [listed(office, **how) for how in asked] == [[]] * 4
    with pytest.raises(NoSuchCall):
        document(office, call_id)


@pytest.mark.parametrize(
    ("ended", "ends"),
    [
        (datetime(2028, 1, 30, 12, tzinfo=UTC), datetime(2028, 2, 29, 12, tzinfo=UTC)),
        (datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2028, 3, 30, 12, tzinfo=UTC)),
        (
            datetime(2026, 3, 10, 1, 30, tzinfo=UTC),
            datetime(2026, 4, 9, 1, 30, tzinfo=UTC),
        ),  # summer time began
        (datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2027, 1, 30, 23, 59, 59, tzinfo=UTC)),
    ],
    ids=["to a leap day", "on a leap day", "over summer time", "the last second of a year"],
)
def test_a_day_is_a_day_of_utc_whatever_the_calendar_does(
    office: Office, clock: ManualClock, database: Database, ended: datetime, ends: datetime
) -> None:
    clock.advance((ended - timedelta(seconds=10) - clock.moment).total_seconds())
    broom, call_id = Broom(office), office.call()
    assert clock.now() == ended
    broom.until(ends - SECOND)
    broom.sweep()
    assert document(office, call_id)["transcript"]["available"]
    assert day_epoch(ends.date()) in office.vault.keyring.list("day")
    broom.until(ends)
    broom.sweep()
    assert rows(database, call_id) == set()
    broom.until(datetime.combine(ends.date() + timedelta(days=1), datetime.min.time(), tzinfo=UTC))
    broom.sweep()
    assert day_epoch(ends.date()) not in office.vault.keyring.list("day")


def test_without_a_period_nothing_goes(broom: Broom, database: Database) -> None:
    on_plan(broom.office, Plan.ENTERPRISE)
    call_id = broom.office.call()
    for _ in range(4):
        broom.later(days=6)
        assert broom.sweep().outcome == "done"
    assert sealed(database, broom.office, call_id) == EVERYTHING | {"object"}


def test_again_does_nothing(broom: Broom) -> None:
    broom.office.call()
    broom.later(days=3)
    broom.sweep()
    for days in (6, 6, 6, 6):
        broom.later(days=days)
        assert broom.sweep().calls == 0
    broom.later(days=5)
    done = broom.sweep()
    assert (done.calls, done.buckets, done.last_epoch) == (1, 3, "day/2026-01-31")
    again = broom.sweep()
    assert (again.calls, again.buckets, again.epochs, again.outcome) == (0, 0, 0, "done")


def test_three_days_without_a_sweeper_are_caught_up_with(broom: Broom, database: Database) -> None:
    office = broom.office
    calls = []
    for _ in range(4):
        calls.append(office.call())
        broom.later(days=1)
    for _ in range(5):
        broom.later(days=5)
        broom.sweep()
    broom.until(datetime(2026, 1, 30, 1, tzinfo=UTC))
    broom.sweep()
    broom.later(days=3, hours=1)  # nobody swept; three days ended
    assert broom.status().standing == "not_kept"
    broom.restart()
    done = broom.sweep()
    assert (done.outcome, done.calls, done.last_epoch) == ("done", 3, "day/2026-02-01")
    assert [rows(database, call_id) == set() for call_id in calls] == [True, True, True, False]
    assert broom.status().standing == "kept"


def test_two_sweepers_at_once_do_the_work_once(broom: Broom, database: Database) -> None:
    office = broom.office
    calls = [office.call(run_after=False) for _ in range(30)]
    for _ in range(5):
        broom.later(days=6)
        broom.sweeper.look_at_clock()
    broom.later(days=1)
    start, done = Barrier(3), list[Any]()

    def go() -> None:
        start.wait()
        done.append(broom.another().run())

    threads = [Thread(target=go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 3
    assert sum(each.calls for each in done) == 30
    assert all(rows(database, call_id) == set() for call_id in calls)
    assert not any(office.objects.exists(object_name(office.account_id, call_id)) for call_id in calls)


def test_a_row_that_somebody_holds_is_left_for_the_next_sweep(broom: Broom, database: Database) -> None:
    office = broom.office
    held, other = office.call(), office.call()
    for _ in range(5):
        broom.later(days=6)
        broom.sweeper.look_at_clock()
    broom.later(hours=1)
    with tenant(office.account_id):
        Call.objects.select_for_update().get(account_id=office.account_id, id=held)
        assert broom.sweep().calls == 1
    assert rows(database, held)
    assert rows(database, other) == set()
    broom.sweep()
    assert rows(database, held) == set()


def test_what_is_held_is_not_swept_and_goes_when_it_is_released(broom: Broom, database: Database) -> None:
    """The seams for holds: whatever `lookup.held_calls` names, and `lookup.unreached_calls` of it."""
    office = broom.office
    held, other = office.call(), office.call()
    for _ in range(5):
        broom.later(days=6)
        broom.sweeper.look_at_clock()
    broom.later(hours=1)

    def name(server: psycopg.Connection[Any], answer: str) -> None:
        for seam in ("held_calls", "unreached_calls"):
            server.execute(
                f"CREATE OR REPLACE FUNCTION lookup.{seam}(account uuid) RETURNS SETOF uuid LANGUAGE sql STABLE AS $$ {answer} $$"
            )

    with database.superuser() as server:
        name(server, f"SELECT '{held}'::uuid")
        assert broom.sweep().calls == 1
        assert sealed(database, office, held) == EVERYTHING | {"object"}
        assert rows(database, other) == set()
        assert broom.status().oldest_overdue_s == 0
        name(server, "SELECT NULL::uuid WHERE false")
    broom.sweep()
    assert rows(database, held) == set()


def test_every_account_and_only_what_is_due(broom: Broom, database: Database, clock: ManualClock) -> None:
    office = broom.office
    early = office.call()
    with tenant(other := an_account(clock)):
        theirs = a_call(other, clock, status="completed", expires_at=clock.now() + timedelta(days=30))
    broom.later(hours=2)
    late = office.call()
    for _ in range(5):
        broom.later(days=5)
        broom.sweep()
    broom.later(days=4, hours=23)
    assert broom.sweep().calls == 2
    assert rows(database, early) == rows(database, theirs) == set()
    assert rows(database, late)


def test_an_object_that_a_late_writer_left_goes_with_its_call(broom: Broom, database: Database) -> None:
    office = broom.office
    call_id = office.call(audio=False)
    assert office.objects._folder is not None
    stray = office.objects._folder / object_name(office.account_id, call_id)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"late")
    for _ in range(5):
        broom.later(days=6)
        broom.sweep()
    broom.sweep()
    assert rows(database, call_id) == set()
    assert not stray.exists()


def test_a_call_that_nobody_could_close_goes_with_its_time(broom: Broom, database: Database) -> None:
    """Its worker died with the machine, and its journal with the disk: the row waits for nobody."""
    office = broom.office
    new = office.ring()
    for days in (6, 6, 6, 6, 5):
        broom.later(days=days)
        broom.sweep()
    assert rows(database, new.id)
    assert office.vault.keyring.list("live") == ["live/2026-01-01"]
    broom.later(days=2)
    broom.sweep()
    assert rows(database, new.id) == set()
    assert office.vault.keyring.list("live") == []


def test_sweeping_needs_no_key_and_opens_nothing(broom: Broom, monkeypatch: pytest.MonkeyPatch) -> None:
    broom.office.call()
    for _ in range(5):
        broom.later(days=6)
        broom.sweeper.look_at_clock()
    broom.later(days=1)
    monkeypatch.setattr(type(broom.office.vault.keyring), "epoch", None)
    assert broom.sweep().calls == 1


def test_no_connection_is_left_in_a_transaction(broom: Broom, database: Database) -> None:
    broom.sweep()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    with database.superuser() as look:
        idle = look.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND state LIKE 'idle in%%'",
            [database.name],
        ).fetchone()
    assert idle == (0,)
    assert id_at(broom.office.clock.now()).version == 7
