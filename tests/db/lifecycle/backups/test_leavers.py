"""Whoever was removed from their last account goes, and with the next night from every byte of the database's files and log."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import psycopg
import pytest

from ringfence.apps.accounts.members import add_member, members, remove_member
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.people.models import Invitation
from ringfence.core.config import current
from ringfence.core.ids import new_id
from ringfence.lifecycle.accounts.leavers import erase_leavers
from ringfence.lifecycle.assurance.keeping import accounts
from ringfence.lifecycle.assurance.values import Looking, State
from ringfence.lifecycle.scrub import of_people, scrub_people
from tests.db.lifecycle.backups.test_account_bytes import time_passes, where
from tests.support.accounts import an_account
from tests.support.database import Database, as_login
from tests.support.office import Office
from tests.support.visitors import Visitor, a_member

DAY: Final = timedelta(days=1).total_seconds()
NAMES: Final = {
    "address": b"wilhelmina.wombat@burrow.example",
    "earlier address": b"willa.wombat@burrow.example",
    "name": b"Wilhelmina Wombat-Brandt",
    "earlier name": b"Willa of the Wombats",
}
STAYS: Final = {"address of who stays": b"bandicoot.stays@burrow.example"}


def a_member_for_years(office: Office) -> UUID:
    """Asked in by mail, with a name and an address that changed since."""
    with tenant(office.account_id):
        Invitation.objects.create(
            id=new_id(office.clock), account_id=office.account_id, email=NAMES["address"].decode(), role=Role.MANAGER,
            token_mark=b"0" * 32, invited_by=new_id(office.clock), mailed=True, created_at=office.clock.now(),
            expires_at=office.clock.now(), accepted_at=office.clock.now(),
        )  # fmt: skip
    user = add_member(
        office.account_id,
        email=NAMES["earlier address"].decode(),
        role=Role.MANAGER,
        clock=office.clock,
        name=NAMES["earlier name"].decode(),
    )
    user.email, user.name = NAMES["address"].decode(), NAMES["name"].decode()
    user.save()
    office.clock.advance(DAY + 1)
    return user.id


def people(database: Database) -> set[UUID]:
    with database.superuser() as server:
        return {row[0] for row in server.execute("SELECT id FROM accounts_user").fetchall()}


def test_no_byte_of_who_was_removed_is_in_the_databases_files(office: Office, database: Database) -> None:
    stays = add_member(
        office.account_id,
        email=STAYS["address of who stays"].decode(),
        role=Role.OWNER,
        clock=office.clock,
    )
    gone = a_member_for_years(office)
    time_passes(database)
    remove_member(office.account_id, gone, office.clock)
    assert erase_leavers(office.worker, office.clock) == 1
    assert erase_leavers(office.worker, office.clock) == 0
    assert gone not in people(database)
    time_passes(database)
    assert set(where(NAMES, database.sockets)) == set(NAMES), "the search would find them"
    with psycopg.connect(database.url("worker"), autocommit=True) as worker:
        done = scrub_people(worker)
    assert set(done.anew) == of_people()
    assert done.large == ()
    time_passes(database)
    assert where(NAMES, database.sockets) == {}
    assert where(STAYS, database.sockets), "whoever is there still is found"
    assert [each.user_id for each in members(office.account_id)] == [stays.id]


def test_who_changed_their_name_has_the_new_one_alone(office: Office, database: Database) -> None:
    a_member_for_years(office)
    with psycopg.connect(database.url("worker"), autocommit=True) as worker:
        scrub_people(worker)
    time_passes(database)
    assert set(where(NAMES, database.sockets)) == {"address", "name"}


def test_the_trust_page_says_by_when(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    looking = Looking(office.clock, current(), office.vault)
    with as_login("worker"):
        said = accounts(looking)
        monkeypatch.setattr("ringfence.lifecycle.scrub.LARGEST", 0)
        later = accounts(looking)
    assert said.state is State.KEPT
    assert "next night" in said.says
    assert "next night" not in later.says
    assert "too large" in later.says
    assert "accounts_user" in later.facts["Too large to write anew"]


def test_a_table_in_use_is_named(office: Office, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ringfence.lifecycle.scrub._WAIT", "SET lock_timeout = '100ms'")
    with database.superuser() as somebody, somebody.transaction():
        somebody.execute("LOCK TABLE accounts_user IN ACCESS SHARE MODE")
        with psycopg.connect(database.url("worker"), autocommit=True) as worker:
            assert scrub_people(worker).large == ("accounts_user",)


def test_sessions_go_along(office: Office, database: Database) -> None:
    a_member(office.account_id, office.clock)
    user, visitor = a_member(office.account_id, office.clock, Role.ANALYST), Visitor()
    visitor.password(user.email)
    office.clock.advance(DAY + 1)
    remove_member(office.account_id, user.id, office.clock)
    with database.superuser() as server:
        assert server.execute("SELECT count(*) FROM django_session").fetchone() != (0,)
    assert erase_leavers(office.worker, office.clock) == 1
    with database.superuser() as server:
        assert server.execute("SELECT count(*) FROM django_session").fetchone() == (0,)


def test_who_stays(office: Office, database: Database) -> None:
    """Members of another account, the operator's own, and whoever was made a moment ago."""
    from ringfence.apps.staff.people import add

    owner = a_member(office.account_id, office.clock)
    elsewhere = a_member(office.account_id, office.clock, Role.ANALYST)
    add_member(an_account(office.clock), email=elsewhere.email, role=Role.OWNER, clock=office.clock)
    _person, staff = add("noor@operator.example", "Noor Haddad", office.clock)
    office.clock.advance(DAY + 1)
    remove_member(office.account_id, elsewhere.id, office.clock)
    fresh = User.objects.create(
        id=new_id(office.clock), email="new@burrow.example", created_at=office.clock.now()
    )
    assert erase_leavers(office.worker, office.clock) == 0
    assert {owner.id, elsewhere.id, staff.id, fresh.id} <= people(database)


def test_who_is_made_a_member_at_this_very_moment_stays(office: Office, database: Database) -> None:
    a_member(office.account_id, office.clock)
    gone = a_member_for_years(office)
    remove_member(office.account_id, gone, office.clock)
    with tenant(office.account_id):
        add_member(office.account_id, email=NAMES["address"].decode(), role=Role.ANALYST, clock=office.clock)
        with database.superuser() as eraser:
            eraser.execute("SET lock_timeout = '100ms'")
            with pytest.raises(psycopg.errors.LockNotAvailable):
                eraser.execute("SELECT lookup.erase_people_who_left(%s)", [office.clock.now()])
    assert erase_leavers(office.worker, office.clock) == 0
    assert gone in people(database)
