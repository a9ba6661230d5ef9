"""Who may do what in the database.

    rf_owner    owns every table, runs migrations, and is fenced like everyone else
    rf_web      pages, API, webhooks
    rf_media    calls while they live
    rf_worker   after-call jobs, recovery, sweeps
    rf_audit    prunes the trail, and does nothing else: no other login can take an event away
    rf_billing  makes invoices: reads accounts, what a company said for them, and counts; of calls nothing
    rf_gate     lets out: reads the register of recipients, writes what went and what did not
    rf_staff    the operator's console: support requests, what a customer released, counts; selects no sealed part of a call
    rf_lookup   nobody signs in as it: it owns the functions of schema `lookup`, each of which answers one question
                that has no tenant yet, or that row-level security would make slow. Fences let it through.

`create` needs a superuser and is run once per installation; `apply` is run as the owner after each migration, and
repeating it changes nothing. Each app says in `sql/grants.sql` what the logins may do with its tables, and in
`sql/lookup.sql` which functions it offers.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, Final

import psycopg
from django.apps import apps
from psycopg import sql

from ringfence.policy.catalogue import PlaceKind, catalogue

OWNER: Final = "rf_owner"
LOOKUP: Final = "rf_lookup"
SERVING: Final = ("rf_web", "rf_media", "rf_worker", "rf_audit", "rf_billing", "rf_gate", "rf_staff")

_TIMEOUTS: Final = {
    "rf_web": "30s",
    "rf_media": "15s",
    "rf_worker": "10min",
    "rf_audit": "10min",
    "rf_billing": "2min",
    "rf_gate": "5s",
    "rf_staff": "30s",
}
_ONE_AT_A_TIME: Final = 7_234_118_561


@dataclass(frozen=True, slots=True)
class Passwords:
    """One per login, made by boot."""

    owner: str = field(repr=False)
    web: str = field(repr=False)
    media: str = field(repr=False)
    worker: str = field(repr=False)
    audit: str = field(repr=False)
    billing: str = field(repr=False)
    gate: str = field(repr=False)
    staff: str = field(repr=False)


def create(server: psycopg.Connection[Any], database: str, passwords: Passwords) -> None:
    """Make the roles, or give them these passwords, and hand `database` to the owner. `server` is a superuser's
    connection to that database. Passwords travel hashed (SCRAM-SHA-256), so that no log can hold one.
    """
    wanted = {
        OWNER: passwords.owner,
        **{role: getattr(passwords, role.removeprefix("rf_")) for role in SERVING},
    }
    with server.transaction():
        for role, password in wanted.items():
            _role(server, role)
            hashed = server.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            ).decode()
            server.execute(
                _text("ALTER ROLE {} LOGIN PASSWORD {}", sql.Identifier(role), sql.Literal(hashed))
            )
        _role(server, LOOKUP)
        server.execute(_text("ALTER ROLE {} NOLOGIN", sql.Identifier(LOOKUP)))
        server.execute(f"GRANT {LOOKUP} TO {OWNER} WITH INHERIT FALSE, SET TRUE")
        for role, limit in _TIMEOUTS.items():
            server.execute(
                _text("ALTER ROLE {} SET statement_timeout = {}", sql.Identifier(role), sql.Literal(limit))
            )
        _hand_over(server, sql.Identifier(database))


def apply(owner: psycopg.Connection[Any]) -> None:
    """Bring grants and lookup functions to what the SQL files say, in one transaction. `owner` is rf_owner's connection."""
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(%s)", [_ONE_AT_A_TIME])
        _forget_grants(owner)
        for statements in _files("grants.sql"):
            owner.execute(statements)
        owner.execute("GRANT MAINTAIN ON ALL TABLES IN SCHEMA public TO rf_worker")  # lifecycle/scrub
        _keep_out_of_statistics(owner)
        _let_lookup_through(owner)
        owner.execute(f"SET LOCAL ROLE {LOOKUP}")
        owner.execute("CREATE SCHEMA IF NOT EXISTS lookup")
        owner.execute(f"REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lookup FROM {', '.join(SERVING)}, PUBLIC")
        for statements in _files("lookup.sql"):
            owner.execute(statements)
        owner.execute("REVOKE ALL ON ALL FUNCTIONS IN SCHEMA lookup FROM PUBLIC")
        owner.execute("RESET ROLE")


def _role(server: psycopg.Connection[Any], role: str) -> None:
    known = server.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    if known is None:
        server.execute(_text("CREATE ROLE {}", sql.Identifier(role)))
    server.execute(
        _text(
            "ALTER ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS",
            sql.Identifier(role),
        )
    )


def _hand_over(server: psycopg.Connection[Any], database: sql.Identifier) -> None:
    everyone = sql.SQL(", ").join(sql.Identifier(role) for role in (OWNER, *SERVING))
    for statement in (
        _text("ALTER DATABASE {} OWNER TO {}", database, sql.Identifier(OWNER)),
        _text("ALTER SCHEMA public OWNER TO {}", sql.Identifier(OWNER)),
        _text("REVOKE ALL ON DATABASE {} FROM PUBLIC", database),
        _text("GRANT CONNECT ON DATABASE {} TO {}", database, everyone),
        _text("GRANT CREATE ON DATABASE {} TO {}", database, sql.Identifier(LOOKUP)),
        _text("GRANT EXECUTE ON FUNCTION pg_catalog.pg_switch_wal() TO rf_worker"),  # lifecycle/scrub
        # What a failed statement held may be about a person: neither its text nor its values go to the server's log.
        _text("ALTER DATABASE {} SET log_min_error_statement = 'panic'", database),
        _text("ALTER DATABASE {} SET log_error_verbosity = 'terse'", database),
    ):
        server.execute(statement)


def _forget_grants(owner: psycopg.Connection[Any]) -> None:
    everyone = ", ".join((*SERVING, LOOKUP, "PUBLIC"))
    for kind in ("TABLES", "SEQUENCES", "FUNCTIONS"):
        owner.execute(f"REVOKE ALL ON ALL {kind} IN SCHEMA public FROM {everyone}")
    owner.execute(f"REVOKE ALL ON SCHEMA public FROM {everyone}")
    owner.execute(f"GRANT USAGE ON SCHEMA public TO {', '.join((*SERVING, LOOKUP))}")


_LOOKED_INTO: Final = """
SELECT c.relname FROM pg_class c
WHERE c.relnamespace = 'public'::regnamespace AND c.relrowsecurity
  AND (has_any_column_privilege('rf_lookup', c.oid, 'SELECT, INSERT, UPDATE')
       OR has_table_privilege('rf_lookup', c.oid, 'DELETE'))
  AND NOT EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'ringfence_lookup')
"""


_FREE: Final = """
SELECT 1 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relname = %s AND a.attname = %s AND a.attstattarget IS DISTINCT FROM 0
"""


def _keep_out_of_statistics(owner: psycopg.Connection[Any]) -> None:
    """The planner's statistics copy values: what people wrote would stay in them when its rows are gone."""
    for table, place in catalogue().of(PlaceKind.TABLE).items():
        for column, declared in place.fields.items():
            if declared.kind.free and owner.execute(_FREE, (table, column)).fetchone():
                names = (sql.Identifier(table), sql.Identifier(column))
                owner.execute(_text("ALTER TABLE {} ALTER COLUMN {} SET STATISTICS 0", *names))


def _let_lookup_through(owner: psycopg.Connection[Any]) -> None:
    """A fence opens for rf_lookup exactly where a grant names it; the grant says how far."""
    for (table,) in owner.execute(_LOOKED_INTO).fetchall():
        owner.execute(
            _text(
                "CREATE POLICY ringfence_lookup ON {} TO {} USING (true) WITH CHECK (true)",
                sql.Identifier(table),
                sql.Identifier(LOOKUP),
            )
        )


def _files(name: str) -> Iterator[bytes]:
    for app in apps.get_app_configs():
        if app.name.startswith("ringfence.apps."):
            file = files(app.name) / "sql" / name
            if file.is_file():
                yield file.read_bytes()


def _text(template: str, *parts: sql.Composable) -> sql.Composed:
    return sql.SQL(template).format(*parts)
