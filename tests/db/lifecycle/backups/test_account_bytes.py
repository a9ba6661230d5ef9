"""Raw bytes: of an account that was erased no name, address or word of its people is in the database's files, but what its receipt names."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from ringfence.apps.accounts.members import add_member
from ringfence.apps.accounts.models import Account, Role
from ringfence.apps.accounts.tenancy import tenant
from ringfence.lifecycle.accounts.erasure import Eraser
from ringfence.lifecycle.holds.holds import Holds, Wanted
from ringfence.lifecycle.receipts.receipts import list_receipts
from ringfence.lifecycle.scrub import TABLES, others, scrub
from tests.db.lifecycle.backups.test_bytes import files
from tests.support.database import Database
from tests.support.office import Office

NAMES = {
    "account": b"Quokka & Daughters Tile Works",
    "slug": b"quokka-daughters-tiles",
    "address": b"ottilie.quokka@tiles.example",
    "person": b"Ottilie Quokka-Brandt",
    "agent": b"quokka-tile-hotline",
    "reason": b"Quokka against Numbat, 4 O 17/26",
}
INVOICED = {"account"}  # tax and law: the receipt says so


def lives(office: Office) -> None:
    """An account that leaves what it can in the clear, and changes it once, so that old versions are there too."""
    with tenant(office.account_id):
        for name, slug in (("Before it had its name", "before"), (NAMES["account"], NAMES["slug"])):
            text = name if isinstance(name, str) else name.decode()
            Account.objects.filter(id=office.account_id).update(
                name=text, slug=slug if isinstance(slug, str) else slug.decode()
            )
    for _ in range(2):
        office.call(agent=NAMES["agent"].decode())
    address, name = NAMES["address"].decode(), NAMES["person"].decode()
    add_member(office.account_id, email=address, role=Role.OWNER, clock=office.clock, name=name)


def where(names: dict[str, bytes], *folders: Path) -> dict[str, set[str]]:
    """What is found → in which files."""
    found: dict[str, set[str]] = {}
    for path, data in files(*folders):
        for what, name in names.items():
            if name in data:
                found.setdefault(what, set()).add(path.name)
    return found


def time_passes(database: Database) -> None:
    """Checkpoints come by themselves, every few minutes."""
    with database.superuser() as server:
        for _ in range(2):
            server.execute("CHECKPOINT")


def file_of(database: Database, table: str) -> set[str]:
    with database.superuser() as server:
        rows = server.execute(
            "SELECT pg_relation_filenode(%s::regclass)::text"
            " UNION SELECT pg_relation_filenode(indexrelid)::text FROM pg_index WHERE indrelid = %s::regclass",
            [table, table],
        ).fetchall()
    return {row[0] for row in rows}


def test_no_name_of_an_erased_account_is_in_the_databases_files(
    office: Office, database: Database, tmp_path: Path
) -> None:
    lives(office)
    holds = Holds(office.worker, office.vault)
    from ringfence.apps.audit.acting import Actor, ActorKind, acting

    with acting(Actor(ActorKind.MEMBER, uuid4())):
        made = holds.set(office.account_id, Wanted(reason=NAMES["reason"].decode(), everything=True))
        holds.release(office.account_id, made.id)
    with database.superuser() as server:
        server.execute("ANALYZE")
    time_passes(database)
    assert set(where(NAMES, database.sockets)) == set(NAMES), "the search would find them"
    office.clock.advance(timedelta(hours=1).total_seconds())
    assert Eraser.here(office.worker, office.vault).erase(office.account_id)
    office.clock.advance(60)
    assert receipt(office) == "kept"
    with psycopg.connect(database.url("worker"), autocommit=True) as worker:
        done = scrub(worker, office.clock.now())
    assert done is not None
    assert set(done.anew) == set(TABLES) | others()
    assert done.large == ()
    time_passes(database)
    found = where(NAMES, database.sockets, tmp_path)
    assert set(found) <= INVOICED
    assert found.get("account", set()) <= file_of(database, "billing_invoice")
    office.clock.advance(timedelta(minutes=16).total_seconds())
    assert receipt(office) == "erased"


def receipt(office: Office) -> str:
    (line,) = [
        each
        for each in list_receipts(office.account_id, clock=office.clock).items
        if each["part"] == "account"
    ]
    states: dict[str, str] = {each["place"]: each["state"] for each in line["places"]}
    return states["database_files"]


def test_a_table_that_is_in_use_leaves_the_accounts_receipt_open(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Calls' receipts do not wait for it."""
    lives(office)
    assert Eraser.here(office.worker, office.vault).erase(office.account_id)
    office.clock.advance(60)
    monkeypatch.setattr("ringfence.lifecycle.scrub._WAIT", "SET lock_timeout = '100ms'")
    with database.superuser() as somebody, somebody.transaction():
        somebody.execute("LOCK TABLE agents_agent IN ACCESS SHARE MODE")
        with psycopg.connect(database.url("worker"), autocommit=True) as worker:
            done = scrub(worker, office.clock.now())
    assert done is not None
    assert done.large == ("agents_agent",)
    office.clock.advance(timedelta(minutes=16).total_seconds())
    assert receipt(office) == "kept"
    with psycopg.connect(database.url("worker"), autocommit=True) as worker:
        again = scrub(worker, office.clock.now())
        assert again is not None
        assert scrub(worker, office.clock.now()) is None


def test_the_planner_learns_nothing_that_people_wrote(office: Office, database: Database) -> None:
    lives(office)
    with database.superuser() as server:
        server.execute("ANALYZE")
        learned = server.execute(
            "SELECT tablename, attname FROM pg_stats WHERE schemaname = 'public'"
            " AND (most_common_vals::text LIKE %(some)s OR histogram_bounds::text LIKE %(some)s)",
            {"some": "%uokka%"},
        ).fetchall()
        assert server.execute(
            "SELECT count(*) > 50 FROM pg_stats WHERE schemaname = 'public'"
        ).fetchone() == (True,)
    assert learned == []
