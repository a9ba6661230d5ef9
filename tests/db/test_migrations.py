"""Migrations: one head each, the models say the same, forwards on a database with data, grants beside them."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from ringfence.apps.accounts import logins
from ringfence.apps.accounts.members import belongings
from ringfence.apps.accounts.models import User
from ringfence.apps.accounts.tenancy import fenced_tables
from ringfence.apps.keys.marks import Marked
from ringfence.core.clock import ManualClock
from tests.support.database import Database, migrate, point_at

OURS = (
    "accounts",
    "agents",
    "analytics",
    "audit",
    "billing",
    "calls",
    "consents",
    "holds",
    "keys",
    "numbers",
    "people",
    "policies",
    "recipients",
    "requests",
    "staff",
    "support",
    "sweeps",
)

# What the database takes in no other way: its own lists are closed.
CLOSED = {
    ("recipients_recipient", "kind"): "'engine'", ("recipients_recipient", "role"): "'customer'",
    ("recipients_recipient", "ground"): "'eea'", ("recipients_recipient", "purposes"): "'{service}'",
    ("recipients_recipient", "categories"): "'{call}'", ("support_request", "calls"): "'{}'",
}  # fmt: skip
# The plainest value of each type.
PLAIN = {
    "uuid": "%(id)s",
    "text": "'x'",
    "character varying": "'x'",
    "bytea": "''",
    "integer": "1",
    "smallint": "1",
    "bigint": "1",
    "jsonb": "'{}'",
    "date": "'2026-01-01'",
    "timestamp with time zone": "now()",
    "boolean": "true",
    "ARRAY": "'{1}'",
}


def plain(table: str, column: str, kind: str) -> str:
    """A value that a column takes, as SQL; `account` and `id` are its parameters."""
    return CLOSED.get((table, column)) or ("%(account)s" if column == "account_id" else PLAIN[kind])


@pytest.fixture
def other(database: Database) -> Iterator[Database]:
    """A second database that Django is pointed at; the first comes back afterwards."""
    connections.close_all()
    copy = database.clone("ringfence_migrations")
    point_at(copy)
    yield copy
    connections.close_all()
    point_at(database)
    copy.drop()


def test_one_head_each() -> None:
    graph = MigrationLoader(None).graph
    for app in OURS:
        assert len(graph.leaf_nodes(app)) == 1


def test_the_models_are_what_the_migrations_make(database: Database) -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_down_to_nothing_and_up_again(other: Database) -> None:
    for app in (
        "support",
        "requests",
        "consents",
        "calls",
        "holds",
        "billing",
        "numbers",
        "agents",
        "recipients",
        "accounts",
        "audit",
        "keys",
    ):
        call_command("migrate", app, "zero", database="owner", verbosity=0)
    with other.superuser() as look:
        left = look.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(fenced_tables())]
        ).fetchall()
    assert not left
    migrate(other)


def there(look: psycopg.Connection) -> list[str]:
    """Tenant tables that the database has so far: some come with a later migration."""
    found = look.execute("SELECT relname FROM pg_class WHERE relname = ANY(%s)", [list(fenced_tables())])
    return sorted(name for (name,) in found.fetchall())


def rows(database: Database) -> dict[str, int]:
    with database.superuser() as look:
        counts = {}
        for table in there(look):
            row = look.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own table names
            assert row is not None
            counts[table] = row[0]
    return counts


def one_of_each(database: Database, account_id: UUID) -> None:
    """A row in every tenant table, whatever its columns: each gets the plainest value its type allows."""
    with database.superuser() as admin:
        admin.execute("SET session_replication_role = replica")  # no foreign keys while the rows come in
        for table in there(admin):
            columns = admin.execute(
                "SELECT column_name, data_type FROM information_schema.columns"
                " WHERE table_name = %s AND table_schema = 'public' AND is_nullable = 'NO'",
                [table],
            ).fetchall()
            names = ", ".join(f'"{name}"' for name, _ in columns)
            values = ", ".join(plain(table, name, kind) for name, kind in columns)
            admin.execute(
                f"INSERT INTO {table} ({names}) VALUES ({values})",  # noqa: S608 - our own table names
                {"id": account_id if table == "accounts_account" else uuid4(), "account": account_id},
            )


def test_forwards_on_a_database_with_data_nothing_is_lost(other: Database) -> None:
    """From the first migration of every app to the last, with a row in every table on the way."""
    executor = MigrationExecutor(connections["owner"])
    first = [(app, "0001_first") for app in OURS]
    executor.migrate(first)
    one_of_each(other, uuid4())
    before = rows(other)
    assert all(before.values())
    migrate(other)
    after = rows(other)
    assert {table: after[table] for table in before} == before


def test_the_old_version_keeps_its_grants_until_the_new_ones_stand(other: Database) -> None:
    """Grants change in one transaction: whoever asks meanwhile sees all of the old ones or all of the new ones."""
    with other.connect("owner") as owner, other.connect("web") as web, owner.transaction():
        logins.apply(owner)
        assert web.execute("SELECT count(*) FROM calls_call").fetchone() == (0,)


BEFORE_MARKS = [
    ("accounts", "0002_lives"),
    ("people", "0002_goes_along"),
    ("numbers", "0001_first"),
    ("keys", "0002_plans"),
]


def test_who_was_in_before_marks_is_in_after_and_nobody_is_let_in_later(
    other: Database, clock: ManualClock
) -> None:
    """The migration vouches for what is there, once; a row without a mark that turns up afterwards is nobody's."""
    MigrationExecutor(connections["owner"]).migrate(BEFORE_MARKS)
    account_id, member, late = uuid4(), uuid4(), uuid4()
    with other.superuser() as admin:
        admin.execute(
            "INSERT INTO accounts_account (id, slug, name, plan, timezone, created_at) VALUES (%s, 'a', 'A', 'starter', 'UTC', now())",
            [account_id],
        )
        for each in (member, late):
            admin.execute(
                "INSERT INTO accounts_user (id, email, name, password, is_active, created_at) VALUES (%s, %s, '', '!', true, now())",
                [each, f"{each}@example.org"],
            )
        insert = "INSERT INTO accounts_membership (id, account_id, user_id, role, created_at) VALUES (%s, %s, %s, 'owner', now())"
        admin.execute(insert, [uuid4(), account_id, member])
        migrate(other)
        admin.execute(insert, [uuid4(), account_id, late])
    migrate(other)
    assert [each.account_id for each in belongings(member)] == [account_id]
    assert belongings(late) == ()
    assert User.objects.filter(id=member).first() is not None


def test_every_table_with_a_mark_lets_each_in_once(database: Database) -> None:
    marked = {model._meta.db_table for model in apps.get_models() if issubclass(model, Marked)}
    with database.superuser() as look:
        found = look.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'keys_mark_once'"
        ).fetchall()
    assert {row[0] for row in found} == marked
    assert len(marked) > 5
