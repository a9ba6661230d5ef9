"""A held call is found as long as it is held, and nothing else of its day; after its release there is nothing to find it by."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.keys import wiring
from ringfence.apps.keys.buckets import open_bucket
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.holds.holds import Holds, Wanted
from ringfence.vault.keyring import hold_epoch
from ringfence.vault.vault import Vault
from tests.db.lifecycle.plans.test_holds import ASKED, REASON, found_by, wait
from tests.db.lifecycle.plans.test_plans import DAY, SECOND, Firm, firm
from tests.db.lifecycle.sweep.test_bytes import Copy, files
from tests.support.database import Database

__all__ = ["firm"]


@pytest.fixture
def holds(firm: Firm) -> Iterator[Holds]:
    with acting(Actor(ActorKind.MEMBER, uuid4())):
        yield Holds(firm.office.worker, firm.office.vault)


def test_dates_narrow_a_search_for_what_is_held(firm: Firm, holds: Holds) -> None:
    call_id = firm.office.call()
    began = firm.ended(call_id) - timedelta(minutes=5)
    wait(firm, 20)
    holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    wait(firm, 30)
    assert found_by(firm, call_id, since=began, until=began + DAY) == list(ASKED)
    assert found_by(firm, call_id, since=began + DAY) == []
    assert found_by(firm, call_id, until=began) == []


def test_pages_are_in_order_with_what_is_held_among_them(firm: Firm, holds: Holds) -> None:
    """What a hold has is older than its bucket's day says; days that are between are read all the same."""
    old = [firm.office.call() for _ in range(3)]
    firm.broom.later(days=2)
    held = [firm.office.call() for _ in range(2)]
    holds.set(firm.account_id, Wanted(reason=REASON, calls=[old[0], *held]))
    firm.broom.later(days=1)
    new = [firm.office.call() for _ in range(3)]
    shown: list[UUID] = []
    cursor = None
    while True:
        page = list_calls(
            firm.account_id, CallFilters(words="ferry"), clock=firm.office.clock, cursor=cursor, limit=1
        )
        shown += [row.id for row in page.rows]
        cursor = page.next
        if cursor is None:
            break
    assert shown == [*reversed(new), *reversed(held), *reversed(old)]


def guesses(firm: Firm, call_id: UUID, at: datetime) -> list[str]:
    """What a thief finds a call by, with today's keyring and a clock of their own."""
    vault, clock = firm.office.vault, ManualClock(at)
    wiring.install(Vault.open(vault.keyring.store, vault.root, clock))
    try:
        found = []
        for what, asked in ASKED.items():
            rows = list_calls(firm.account_id, CallFilters(**asked), clock=clock).rows
            found += [what] if call_id in {row.id for row in rows} else []
        return found
    finally:
        wiring.install(vault)


def test_a_hold_opens_nothing_else_of_its_day(firm: Firm, holds: Holds, database: Database) -> None:
    named, other = firm.office.call(), firm.office.call()
    holds.set(firm.account_id, Wanted(reason=REASON, calls=[named]))
    copy = Copy.take(database, firm.office, named)
    wait(firm, 35)
    copy.bring_back(database, firm.office, named)
    readable = firm.ended(other) + timedelta(hours=1)
    assert guesses(firm, other, readable) == []
    assert guesses(firm, named, readable) == list(ASKED)


def test_after_its_release_no_copy_has_anything_to_find_it_by(
    firm: Firm, holds: Holds, database: Database, tmp_path: Path
) -> None:
    call_id = firm.office.call()
    made = holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    wait(firm, 45)
    assert found_by(firm, call_id) == list(ASKED)
    copy = Copy.take(database, firm.office, call_id)
    secrets = keys_of_hold(firm, made.id)
    assert len(secrets) == 4
    holds.release(firm.account_id, made.id)
    assert found_by(firm, call_id) == []
    firm.sweep()
    database_settles(database)
    assert firm.office.objects._folder is not None
    for path in files(database.sockets, tmp_path, firm.office.objects._folder):
        data = path.read_bytes()
        assert not [name for name, value in secrets.items() if value in data], path
    with database.superuser() as look:
        kept = look.execute("SELECT count(*) FROM calls_searchtokens").fetchone()
        assert kept == (0,)
    copy.bring_back(database, firm.office, call_id)
    assert guesses(firm, call_id, firm.office.clock.now()) == []


def keys_of_hold(firm: Firm, hold_id: UUID) -> dict[str, bytes]:
    """The hold's epoch as it rests, and in the clear what hangs from it."""
    keyring, epoch = firm.office.vault.keyring, hold_epoch(hold_id)
    found = {epoch: keyring.epoch(epoch), "sealed": keyring.store.get(epoch) or b""}
    with tenant(firm.account_id), connection.cursor() as cursor:
        cursor.execute("SELECT id, part FROM keys_bucket WHERE epoch = %s", [epoch])
        for bucket_id, part in cursor.fetchall():
            if part in {"transcript", "log"}:
                found[part] = open_bucket(cursor, firm.office.vault, firm.account_id, bucket_id).key
    return found


def database_settles(database: Database) -> None:
    with database.superuser() as server:
        server.execute("CHECKPOINT")


def test_released_in_time_it_is_found_until_its_day_has_passed(firm: Firm, holds: Holds) -> None:
    call_id = firm.office.call()
    made = holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    wait(firm, 20)
    holds.release(firm.account_id, made.id)
    firm.broom.until(firm.ended(call_id) + 30 * DAY - SECOND)
    assert found_by(firm, call_id) == list(ASKED)
    firm.broom.later(seconds=1)
    assert found_by(firm, call_id) == []
    assert firm.office.clock.now().tzinfo is UTC


def test_a_transcript_that_was_deleted_gets_no_tokens_again(firm: Firm, holds: Holds) -> None:
    from ringfence.lifecycle.deletion import Part, delete_parts

    call_id = firm.office.call()
    delete_parts(firm.account_id, [call_id], Part.TRANSCRIPT, actor="member:1", clock=firm.office.clock)
    holds.set(firm.account_id, Wanted(reason=REASON, calls=[call_id]))
    wait(firm, 35)
    assert found_by(firm, call_id) == ["a number"]
