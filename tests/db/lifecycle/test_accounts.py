"""The end of an account: what is gone, what stays, what a crash in between changes, and who else is left alone."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest
from django.test import Client

from ringfence.apps.accounts.accounts import account
from ringfence.apps.accounts.errors import AccountClosed, NoSuchAccount
from ringfence.apps.accounts.members import add_member, belongings
from ringfence.apps.accounts.models import Role
from ringfence.apps.accounts.terms import closed_at
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NotStored
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.apps.people.sessionstore import SessionStore, stored
from ringfence.lifecycle.accounts import tables
from ringfence.lifecycle.accounts.erasure import Eraser
from ringfence.lifecycle.plans.cancellation import cancel, come_back
from ringfence.lifecycle.plans.errors import GraceIsOver, IsCancelled, NotCancelled
from ringfence.lifecycle.receipts.receipts import list_receipts, signed_receipt
from ringfence.policy import AgentPeriods
from ringfence.vault.errors import EpochGone
from ringfence.vault.receipts import verify_receipt
from tests.support.accounts import an_account, an_address
from tests.support.database import Database
from tests.support.dying import Dying, DyingPool, Fate, Killed
from tests.support.office import Office

KEPT = {"billing_invoice", "billing_usage", "calls_erasure", "consents_record"}


def tenants(database: Database) -> list[str]:
    """Every table of the live schema that names an account, whatever anybody declared."""
    with database.superuser() as look:
        found = look.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid WHERE c.relkind IN ('r', 'p')"
            " AND c.relnamespace = 'public'::regnamespace AND a.attname = 'account_id' AND a.atttypid = 'uuid'::regtype AND NOT a.attisdropped"
        )
        return sorted(row[0] for row in found)


def left(database: Database, account_id: UUID) -> set[str]:
    """The tables in which an account has rows."""
    with database.superuser() as look:
        named = {
            table
            for table in tenants(database)
            if look.execute(f"SELECT 1 FROM {table} WHERE account_id = %s LIMIT 1", [account_id]).fetchone()  # noqa: S608 - our tables
        }
        there = look.execute("SELECT 1 FROM accounts_account WHERE id = %s", [account_id]).fetchone()
    return named | ({"accounts_account"} if there else set())


def one_everywhere(database: Database, account_id: UUID) -> None:
    """A row of the account in each table that has none yet, so that none is empty by chance."""
    from tests.db.test_migrations import plain

    missing = set(tenants(database)) - left(database, account_id)
    with database.superuser() as admin:
        admin.execute("SET session_replication_role = replica")
        for table in sorted(missing):
            columns = admin.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = %s AND table_schema = 'public' AND is_nullable = 'NO'",
                [table],
            ).fetchall()
            names = ", ".join(name for name, _ in columns)
            values = ", ".join(plain(table, name, kind) for name, kind in columns)
            admin.execute(
                f"INSERT INTO {table} ({names}) VALUES ({values})",  # noqa: S608 - our own table names
                {"id": account_id, "account": account_id},
            )


@dataclass
class House:
    office: Office
    database: Database
    eraser: Eraser

    @property
    def account_id(self) -> UUID:
        return self.office.account_id


@pytest.fixture
def house(office: Office, database: Database) -> House:
    return House(office, database, Eraser.here(office.worker, office.vault))


def test_the_catalogue_and_the_live_schema_name_the_same_tables(database: Database) -> None:
    assert set(tables.erased()) | set(tables.kept()) == set(tenants(database))
    assert set(tables.kept()) == KEPT


def test_nothing_is_left_but_what_the_law_keeps(house: House, database: Database) -> None:
    office = house.office
    calls = [office.call(), office.call(agent="other")]
    cancel(house.account_id, by="member:1", clock=office.clock)
    one_everywhere(database, house.account_id)
    heads = house.eraser.heads
    assert house.eraser.erase(house.account_id)
    assert left(database, house.account_id) <= KEPT
    assert {"billing_usage", "calls_erasure"} <= left(database, house.account_id)
    assert not any(office.objects.exists(object_name(house.account_id, each)) for each in calls)
    assert not heads.since(house.account_id, 1)
    with pytest.raises(EpochGone):
        office.vault.keyring.epoch(f"account/{house.account_id}")
    assert not [name for name in office.vault.keyring.list("shelf") if str(house.account_id) in name]
    with pytest.raises(NoSuchAccount):
        account(house.account_id)
    assert house.eraser.erase(house.account_id), "again changes nothing"


def test_another_account_is_left_alone(house: House, database: Database) -> None:
    other = an_account(house.office.clock)
    one_everywhere(database, other)
    before = left(database, other)
    house.office.call()
    assert house.eraser.erase(house.account_id)
    assert left(database, other) == before == set(tenants(database)) | {"accounts_account"}
    assert house.eraser.erase(other), "nothing of it disturbs another test"


def test_people_go_who_belong_nowhere_else(house: House, database: Database) -> None:
    office, other = house.office, an_account(house.office.clock)
    alone = add_member(house.account_id, email=an_address(), role=Role.OWNER, clock=office.clock)
    shared_address = an_address()
    shared = add_member(house.account_id, email=shared_address, role=Role.ADMIN, clock=office.clock)
    add_member(other, email=shared_address, role=Role.OWNER, clock=office.clock)
    sessions = {}
    for person in (alone, shared):
        session = SessionStore()
        session["_auth_user_id"] = str(person.id)
        session.save()
        sessions[person.id] = stored(session.session_key or "")
    assert house.eraser.erase(house.account_id)
    with database.superuser() as look:
        people = {row[0] for row in look.execute("SELECT id FROM accounts_user")}
        open_ones = {row[0] for row in look.execute("SELECT session_key FROM django_session")}
    assert alone.id not in people
    assert shared.id in people
    assert sessions[alone.id] not in open_ones
    assert sessions[shared.id] in open_ones
    assert [each.account_id for each in belongings(shared.id)] == [other]


def test_the_receipt_says_each_place_and_what_stays(house: House) -> None:
    house.office.call()
    assert house.eraser.erase(house.account_id, by="member:1")
    (line,) = list_receipts(house.account_id, clock=house.office.clock).items
    assert (line["part"], line["state"], line["requested_by"]) == ("account", "erased", "member:1")
    states = {each["place"]: each["state"] for each in line["places"]}
    assert {states[place] for place in ("keyring", "database", "objects", "people", "audit_heads")} == {
        "erased"
    }
    assert states["billing"] == states["consents"] == "kept"
    assert line["ledger"]["batch"]
    assert signed_receipt(house.account_id, UUID(line["id"]), clock=house.office.clock)["signature"]


def test_whoever_knows_its_address_has_the_receipt_of_an_account_that_is_gone(house: House) -> None:
    """No page of the console can show it: there is nobody left to sign in."""
    visitor = Client(headers={"host": "localhost"})
    house.office.call()
    path = f"/erased/{house.account_id}/"
    never = visitor.get(f"/erased/{uuid4()}/")
    assert never.status_code == visitor.get(path).status_code == 404
    cancel(house.account_id, by="member:1", clock=house.office.clock)
    assert visitor.get(path).status_code == 404
    assert house.eraser.erase(house.account_id, by="member:1")
    page = visitor.get(path)
    assert page.status_code == 200
    assert "This account is erased" in page.content.decode()
    file = visitor.get(f"{path}file")
    verdict = verify_receipt(file.content, house.office.vault.signers.by_id())
    assert verdict.ok, verdict.problems
    assert verdict.account == str(house.account_id)


def test_an_object_store_that_is_away_keeps_the_receipt_open(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_asked: object) -> int:
        raise NotStored("away")

    house.office.call()
    with monkeypatch.context() as patch:
        patch.setattr(house.office.objects, "clear", away)
        assert not house.eraser.erase(house.account_id)
    (line,) = list_receipts(house.account_id, clock=house.office.clock).items
    assert line["state"] == "being_erased"
    assert not line["complete"]
    assert {each["place"]: each["state"] for each in line["places"]}["objects"] == "failed"
    assert closed_at(house.account_id) is not None
    assert house.eraser.erase(house.account_id)


def killed_at(house: House, step: int) -> int:
    """Erase, and die at a step; how many steps there were."""
    fate = Fate(step)
    objects, heads, book = (
        Dying(each, fate) for each in (house.eraser.objects, house.eraser.heads, house.eraser.book)
    )
    pool = cast("Any", DyingPool(house.eraser.database, fate))
    eraser = Eraser(pool, house.office.vault, *cast("Any", (objects, book, heads)))
    if step < 0:
        eraser.erase(house.account_id)
    else:
        with pytest.raises(Killed):
            eraser.erase(house.account_id)
    return fate.steps


def strike_everywhere(house: House, database: Database, every: int) -> None:
    house.office.call(run_after=False)
    total = killed_at(house, -1)
    assert total > 60
    for step in range(0, total - 1, every):
        fresh = House(renewed(house.office), database, house.eraser)
        call_id = fresh.office.call(run_after=False)
        killed_at(fresh, step)
        if left(database, fresh.account_id) & {"accounts_account"}:
            assert fresh.eraser.erase(fresh.account_id)
        assert left(database, fresh.account_id) <= KEPT
        assert not fresh.office.objects.exists(object_name(fresh.account_id, call_id))
        (line,) = list_receipts(fresh.account_id, clock=fresh.office.clock).items
        assert line["state"] == "erased"


def renewed(office: Office) -> Office:
    """Another account in the same house."""
    return Office(
        an_account(office.clock), office.clock, office.vault, office.media, office.worker, office.objects, office.folder
    )  # fmt: skip


def test_killed_between_any_two_steps_of_a_spread(house: House, database: Database) -> None:
    strike_everywhere(house, database, 9)


@pytest.mark.long
def test_killed_between_any_two_steps(house: House, database: Database) -> None:
    strike_everywhere(house, database, 1)


def test_a_cancelled_account_is_closed_and_comes_back_whole(house: House) -> None:
    office = house.office
    call_id = office.call()
    office.agent("week", periods=AgentPeriods(log=7, recording=7, transcript=7))
    week = office.call(agent="week")
    known = cancel(house.account_id, by="member:1", clock=office.clock)
    assert known.erase_after == known.cancelled_at + timedelta(days=30) if known.cancelled_at else False
    assert closed_at(house.account_id) == known.cancelled_at
    with pytest.raises(AccountClosed):
        office.ring()
    with pytest.raises(IsCancelled):
        cancel(house.account_id, by="member:1", clock=office.clock)
    office.clock.advance(timedelta(days=29).total_seconds())
    assert come_back(house.account_id, clock=office.clock).cancelled_at is None
    told = call_document(house.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    assert told["recording"]["available"]
    assert told["transcript"]["available"]
    with pytest.raises(Exception, match="no such call"):
        call_document(house.account_id, week, purpose=PROVIDING, clock=office.clock)
    office.call()
    with pytest.raises(NotCancelled):
        come_back(house.account_id, clock=office.clock)


@pytest.mark.parametrize(("seconds", "back"), [(-1, True), (0, False), (1, False)])
def test_the_last_second_in_which_an_account_can_come_back(house: House, seconds: int, back: bool) -> None:
    office = house.office
    cancel(house.account_id, by="member:1", clock=office.clock)
    office.clock.advance(timedelta(days=30, seconds=seconds).total_seconds())
    with house.office.worker.transaction() as cursor:
        due = {
            row[0]
            for row in cursor.execute("SELECT * FROM lookup.accounts_to_erase(%s)", (office.clock.now(),))
        }
    assert (house.account_id in due) is not back
    if back:
        come_back(house.account_id, clock=office.clock)
        return
    with pytest.raises(GraceIsOver):
        come_back(house.account_id, clock=office.clock)


def test_a_restored_database_erases_the_account_again(house: House, database: Database) -> None:
    """The ledger remembers what the backup does not: the account is there again, open, and with keys that are gone."""
    from ringfence.lifecycle.replay import apply
    from tests.support.database import as_login

    house.office.call()
    with database.superuser() as admin:
        saved = admin.execute("SELECT * FROM accounts_account WHERE id = %s", [house.account_id]).fetchone()
        names = [
            each.name for each in admin.execute("SELECT * FROM accounts_account LIMIT 0").description or ()
        ]
    assert saved is not None
    assert house.eraser.erase(house.account_id, by="member:1")
    signed = house.eraser.book.newest()
    assert signed is not None
    assert [entry.account for entry in signed.batch.entries] == [house.account_id]
    one_everywhere(database, house.account_id)
    with database.superuser() as admin:
        admin.execute("DELETE FROM calls_erasure WHERE account_id = %s", [house.account_id])
        places = ", ".join(["%s"] * len(names))
        admin.execute(f"INSERT INTO accounts_account ({', '.join(names)}) VALUES ({places})", saved)  # noqa: S608 - our own columns
    with as_login("worker"):
        apply([signed], house.office.clock)
    assert left(database, house.account_id) <= KEPT
    (line,) = list_receipts(house.account_id, clock=house.office.clock).items
    assert (line["part"], line["state"]) == ("account", "erased")
