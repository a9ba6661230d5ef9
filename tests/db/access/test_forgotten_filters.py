"""The second fence: a query that forgets whose rows it wants finds those of the transaction's account alone, in every table, as every login.

Rows of two accounts are put into every fenced table by hand, as no code of ours would; then each login asks without a filter.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps

from ringfence.apps.accounts.models import Account
from ringfence.apps.accounts.tenancy import fenced_tables, tenant
from ringfence.apps.rows.purpose import reading_for
from ringfence.core.clock import ManualClock
from ringfence.core.config import Login
from ringfence.policy.catalogue import PlaceKind, catalogue
from tests.support.accounts import an_account
from tests.support.database import LOGINS, Database

SAMPLES = {
    "uuid": "gen_random_uuid()", "bytea": "gen_random_uuid()::text::bytea", "boolean": "false", "jsonb": "'{}'", "date": "'2026-01-09'",
    "timestamp with time zone": "'2026-01-09'", "integer": "1", "bigint": "1", "smallint": "1", "text[]": "'{}'", "numeric": "1", "inet": "'192.0.2.1'", "double precision": "1", "bigint[]": "'{1}'", "uuid[]": "'{}'",
}  # fmt: skip
COLUMNS = """
SELECT a.attname, format_type(a.atttypid, NULL), a.atttypmod FROM pg_attribute a
WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attidentity = '' AND a.attgenerated = ''
"""
TABLES = sorted(fenced_tables())


def purposes_of(table: str) -> tuple[str, ...]:
    return catalogue().of(PlaceKind.TABLE)[table].facets.purposes


@pytest.fixture(scope="module")
def crowded(database: Database) -> Iterator[tuple[Database, UUID, UUID]]:
    """A database of its own in which two accounts have a row in every table, whatever its keys and checks ask."""
    copy, mine, other = database.clone("ringfence_crowded"), uuid4(), uuid4()
    with copy.superuser() as admin:
        admin.execute("SET session_replication_role = replica")
        for table in TABLES:
            for (check,) in admin.execute(
                "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", [table]
            ).fetchall():
                admin.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{check}"')
            for account in (mine, other):
                admin.execute(_row(admin, table, account))
    yield copy, mine, other
    copy.drop()


def _row(admin: psycopg.Connection[Any], table: str, account: UUID) -> str:
    own = "id" if table == "accounts_account" else "account_id"
    values = {
        name: f"'{account}'" if name == own else SAMPLES.get(kind, f"left(gen_random_uuid()::text, {size - 4 if size > 4 else 36})")
        for name, kind, size in admin.execute(COLUMNS, [table]).fetchall()
    }  # fmt: skip
    return f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(values.values())})"  # noqa: S608 - the test's own


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_finds_anothers_rows_without_a_filter(
    crowded: tuple[Database, UUID, UUID], login: Login
) -> None:
    database, mine, _other = crowded
    looked = changed = 0
    with database.connect(login) as connection:
        for table in TABLES:
            may = {
                verb: connection.execute(
                    "SELECT has_any_column_privilege(%s, %s)" if verb != "DELETE" else "SELECT has_table_privilege(%s, %s)",
                    [table, verb],
                ).fetchone() == (True,)
                for verb in ("SELECT", "UPDATE", "DELETE")
            }  # fmt: skip
            if may["SELECT"]:
                looked += 1
                assert count(connection, table, None) == 0, f"{table} without an account"
                assert count(connection, table, mine) == 1, f"{table} shows more than the account's own"
            if may["DELETE"]:
                changed += 1
                assert delete(connection, table, mine) in {1, None}, (
                    f"{table} loses more than the account's own"
                )
    assert looked > (0 if login in {"gate", "audit", "billing"} else 5)
    assert changed or login in {"gate", "media"}


def count(connection: psycopg.Connection[Any], table: str, account: UUID | None) -> int:
    with connection.transaction():
        connection.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(account or "")])
        found = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    assert found is not None
    return int(found[0])


def delete(connection: psycopg.Connection[Any], table: str, account: UUID) -> int | None:
    """How many rows a forgotten filter would delete; None where the table itself forbids it."""
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(account)])
        try:
            with connection.transaction():
                return connection.execute(f"DELETE FROM {table}").rowcount  # noqa: S608
        except psycopg.errors.RestrictViolation:
            return None


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_writes_a_row_into_another_account(
    crowded: tuple[Database, UUID, UUID], login: Login
) -> None:
    database, mine, other = crowded
    with database.superuser() as admin:
        rows = {table: _row(admin, table, other) for table in TABLES}
    tried = 0
    with database.connect(login) as connection:
        for table, insert in rows.items():
            if connection.execute("SELECT has_table_privilege(%s, 'INSERT')", [table]).fetchone() != (True,):
                continue
            tried += 1
            with connection.transaction(force_rollback=True):
                connection.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(mine)])
                with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                    connection.execute(insert)
    assert tried or login == "audit"


def test_code_that_forgets_its_filter_finds_its_own_account(database: Database, clock: ManualClock) -> None:
    """Every model of an account that the pages read, asked through the ORM as their login, without a filter."""
    mine, other = an_account(clock), an_account(clock)
    with database.superuser() as look:
        readable = {
            table for table in TABLES
            if look.execute("SELECT has_table_privilege('rf_web', %s, 'SELECT')", [table]).fetchone() == (True,)
        }  # fmt: skip
    models = [model for model in apps.get_models() if model._meta.db_table in readable]
    assert len(models) > 20
    for account in (mine, other):
        for model in models:
            purpose = "service" if "service" in purposes_of(model._meta.db_table) else "billing"
            with reading_for(purpose), tenant(account):
                column = "id" if model._meta.db_table == "accounts_account" else "account_id"
                found = set(model._default_manager.values_list(column, flat=True))
                assert found <= {account}, model
        with tenant(account):
            assert set(Account.objects.values_list("id", flat=True)) == {account}
