"""The catalogue equals the live schema; whatever is not in it keeps every process from starting."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from ringfence.boot.declared import check, live_schema
from ringfence.policy.catalogue import PlaceKind, catalogue, compare, explain
from ringfence.policy.errors import Undeclared
from tests.support.database import LOGINS, Database


@pytest.fixture
def copy(database: Database) -> Iterator[Database]:
    """A database of the test's own, whose schema it may change."""
    other = database.clone("ringfence_undeclared")
    yield other
    other.drop()


def live_columns(connection: psycopg.Connection[Any]) -> set[tuple[str, str]]:
    """Asked apart from what the platform asks, so that neither can be wrong alone."""
    rows = connection.execute(
        "SELECT table_schema, table_name, column_name FROM information_schema.columns"
        " WHERE table_schema NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    return {(t if s == "public" else f"{s}.{t}", c) for s, t, c in rows}


def test_every_column_is_declared_and_every_declared_column_is_there(database: Database) -> None:
    with database.superuser() as server:
        live = live_columns(server)
        schema = live_schema(server)
    declared = {
        (name, column) for name, place in catalogue().of(PlaceKind.TABLE).items() for column in place.fields
    }
    found = compare(catalogue(), schema)
    assert not found, explain(found, catalogue(), schema)
    assert declared == live


@pytest.mark.parametrize("login", LOGINS)
def test_every_login_sees_the_whole_schema(database: Database, login: Any) -> None:
    """A login that saw only what it may touch would start over a table that it may not touch."""
    with database.superuser() as server, database.connect(login) as serving:
        assert live_schema(serving) == live_schema(server)
    check(database.url(login))


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("ALTER TABLE calls_call ADD COLUMN note text", 'note = "text"'),
        ("ALTER TABLE calls_call ADD COLUMN caller_name varchar(80)", "caller_name"),
        ("CREATE TABLE leads (id uuid, phone text)", "[table.leads]"),
        ("CREATE VIEW calls_today AS SELECT id FROM calls_call", "calls_today"),
        ("CREATE MATERIALIZED VIEW calls_count AS SELECT count(*) FROM calls_call", "calls_count"),
        ("CREATE SCHEMA aside; CREATE TABLE aside.copy AS SELECT * FROM calls_call", "aside.copy"),
        ("ALTER TABLE calls_call DROP COLUMN costs", "calls_call.costs is declared in calls.toml"),
        ("DROP TABLE calls_ticket", "calls_ticket is declared in calls.toml"),
        ("ALTER TABLE calls_call ALTER COLUMN numbers_sealed TYPE text USING 'x'", "cannot be 'sealed'"),
        ("ALTER TABLE keys_bucket ALTER COLUMN period_days TYPE text USING 'x'", "cannot be 'number'"),
    ],
)
def test_no_process_starts_over_what_nobody_declared(copy: Database, statement: str, told: str) -> None:
    with copy.superuser() as server:
        server.execute(statement)
    for login in LOGINS:
        with pytest.raises(Undeclared) as refused:
            check(copy.url(login))
        assert told in str(refused.value)
        assert "declare.md" in str(refused.value)
