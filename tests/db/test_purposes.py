"""Logins and their purposes: what a stolen password shows in the clear is exactly what is declared, column by column."""

from typing import get_args

import psycopg
import pytest

from ringfence.apps.accounts.logins import SERVING
from ringfence.apps.rows.schema import READ
from ringfence.core.config import Login
from ringfence.core.personal import Category
from ringfence.policy import load
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.policy.errors import BadPolicy
from ringfence.policy.logins import LoginSees, logins, permitted, read
from ringfence.web.entries import ENTRIES, purposes_of
from tests.support.database import Database

TABLES = catalogue().of(PlaceKind.TABLE)
LOGINS = [pytest.param(each, id=each.name) for each in logins().values()]


def test_every_serving_login_says_what_it_is_for() -> None:
    assert set(logins()) == set(SERVING)
    assert {f"rf_{name}" for name in get_args(Login)} == {*SERVING, "rf_owner"}


@pytest.mark.parametrize("login", LOGINS)
def test_what_a_password_shows_in_the_clear_is_what_is_declared(database: Database, login: LoginSees) -> None:
    """A line more or less is a decision: `policy/logins.toml`, and `make docs`."""
    with database.superuser() as look:
        rows = look.execute(READ, [[login.name]]).fetchall()
    seen = {(table, column) for _, table, column in rows if not TABLES[table].fields[column].sealed}
    assert seen == set(login.columns())


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_reads_what_none_of_its_purposes_may_use(database: Database, login: LoginSees) -> None:
    """The sealed columns, too."""
    with database.superuser() as look:
        rows = look.execute(READ, [[login.name]]).fetchall()
    wrong = [
        f"{table}.{column}"
        for _, table, column in rows
        if not permitted(load(), login.purposes, TABLES[table].fields[column])
    ]
    assert wrong == []


def test_the_billing_job_sees_nothing_of_a_call(database: Database) -> None:
    with database.superuser() as look:
        rows = look.execute(READ, [["rf_billing"]]).fetchall()
    assert {TABLES[table].fields[column].facets.category.value for _, table, column in rows} == {
        "account",
        "usage",
    }
    of_calls = [
        name
        for name, place in TABLES.items()
        if place.facets.category.value in {Category.CALL, Category.CONTACT}
    ]
    assert len(of_calls) > 5
    with database.connect("billing") as stolen:
        for table in of_calls:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                stolen.execute(f"SELECT count(*) FROM {table}")  # noqa: S608 - our own table names


def test_a_login_that_would_see_too_much_is_not_declared() -> None:
    head = '[rf_billing]\ndoes = "Bills."\npurposes = ["billing"]\n[rf_billing.sees]\n'
    with pytest.raises(BadPolicy, match="no purpose for calls_transcript"):
        read(head + 'calls_transcript = "all"\n', catalogue(), load())
    for wrong in (
        'nothing_such = "all"\n',
        'people_details = ["said_sealed"]\n',
        'billing_usage = ["day", "words"]\n',
    ):
        with pytest.raises(BadPolicy, match="no such columns"):
            read(head + wrong, catalogue(), load())


def test_no_entry_has_a_purpose_that_its_login_has_not() -> None:
    for path, purposes in ENTRIES.items():
        assert purposes, path
        assert set(purposes) <= set(logins()["rf_web"].purposes), path
    assert purposes_of("/api/v1/calls") == ENTRIES["/api/"]
    assert purposes_of("/learn/calls/") == ENTRIES["/"]
    assert not {"support", "advertising"} & {each for some in ENTRIES.values() for each in some}
