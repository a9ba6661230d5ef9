"""The live catalogue against what is promised of it."""

from uuid import uuid4

import psycopg
import pytest

from ringfence.apps.accounts import logins
from ringfence.apps.accounts.tenancy import fenced_tables
from ringfence.apps.rows.fence import POLICY
from ringfence.core.config import Login
from tests.support.database import LOGINS, Database

SERVING = list(logins.SERVING)
# Its `account_id` is an identity at a provider, in the sign-in library's words; it is never written.
NO_ACCOUNT = {"socialaccount_socialtoken"}


def test_every_table_with_an_account_is_fenced_and_nothing_else_claims_to_be(database: Database) -> None:
    with database.superuser() as look:
        tables = {
            name: (enabled and forced, policies)
            for name, enabled, forced, policies in look.execute(
                """SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity,
                          ARRAY(SELECT p.polname::text FROM pg_policy p WHERE p.polrelid = c.oid)
                   FROM pg_class c WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                     AND (c.relname = 'accounts_account' OR EXISTS (
                        SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'account_id'))"""
            )
        }
    assert set(tables) - NO_ACCOUNT == fenced_tables()
    for name in fenced_tables():
        forced, policies = tables[name]
        assert forced, f"{name} is not forced"
        assert POLICY in policies, f"{name} has no tenant policy"
        assert set(policies) <= {POLICY, "ringfence_lookup"}, f"{name} has a policy that nobody declared"


def test_the_tenant_policy_is_the_same_everywhere(database: Database) -> None:
    with database.superuser() as look:
        rules = look.execute(
            "SELECT DISTINCT replace(qual, '(id =', '(account_id ='), replace(with_check, '(id =', '(account_id ='),"
            " roles::text, cmd FROM pg_policies WHERE policyname = %s",
            [POLICY],
        ).fetchall()
    assert len(rules) == 1
    assert rules[0][2:] == ("{public}", "ALL")


@pytest.mark.parametrize("role", ["rf_owner", "rf_lookup", *SERVING])
def test_no_login_is_above_the_fences(database: Database, role: str) -> None:
    with database.superuser() as look:
        row = look.execute(
            "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = %s",
            [role],
        ).fetchone()
    assert row == (False,) * 5


@pytest.mark.parametrize("role", SERVING)
def test_serving_logins_own_nothing_and_are_members_of_nothing(database: Database, role: str) -> None:
    with database.superuser() as look:
        owned = look.execute(
            "SELECT classid::regclass, objid FROM pg_shdepend WHERE refobjid = %s::regrole AND deptype = 'o'",
            [role],
        ).fetchall()
        member = look.execute("SELECT 1 FROM pg_auth_members WHERE member = %s::regrole", [role]).fetchall()
        makes = look.execute(
            "SELECT has_schema_privilege(%(r)s, 'public', 'CREATE'), has_schema_privilege(%(r)s, 'lookup', 'CREATE'),"
            " has_database_privilege(%(r)s, current_database(), 'CREATE'),"
            " has_database_privilege(%(r)s, current_database(), 'TEMP')",
            {"r": role},
        ).fetchone()
    assert not owned
    assert not member
    assert makes == (False,) * 4


def test_nobody_signs_in_as_lookup(database: Database) -> None:
    with database.superuser() as look:
        assert look.execute("SELECT rolcanlogin FROM pg_roles WHERE rolname = 'rf_lookup'").fetchone() == (
            False,
        )


@pytest.mark.parametrize("login", LOGINS[1:])
@pytest.mark.parametrize(
    "statement",
    [
        "SELECT tokens FROM calls_searchtokens",
        "SELECT 1 FROM calls_searchtokens",
        "DELETE FROM calls_searchtokens",
        "INSERT INTO calls_searchtokens SELECT",
        "SELECT sha256 FROM calls_ticket",
        "UPDATE agents_agentversion SET definition = ''",
        "DELETE FROM agents_agentversion",
        "TRUNCATE calls_call",
        "CREATE TABLE mine ()",
        "SET ROLE rf_lookup",
        "SET ROLE rf_owner",
        "SET SESSION AUTHORIZATION rf_owner",
    ],
)
def test_refused_to_every_serving_login(database: Database, login: Login, statement: str) -> None:
    with database.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("login", ["web", "media"])
def test_those_who_make_work_do_not_see_jobs(database: Database, login: Login) -> None:
    with database.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("SELECT args FROM procrastinate_jobs")


def test_nothing_is_granted_to_everyone(database: Database) -> None:
    with database.superuser() as look:
        open_tables = look.execute(
            "SELECT table_name FROM information_schema.table_privileges"
            " WHERE grantee = 'PUBLIC' AND table_schema IN ('public', 'lookup')"
        ).fetchall()
        open_functions = look.execute(
            "SELECT p.proname FROM pg_proc p, aclexplode(COALESCE(p.proacl, acldefault('f', p.proowner))) a"
            " WHERE p.pronamespace IN ('public'::regnamespace, 'lookup'::regnamespace) AND a.grantee = 0"
        ).fetchall()
    assert not open_tables
    assert not open_functions


def test_lookup_functions_are_pinned_and_owned_by_nobody_who_signs_in(database: Database) -> None:
    with database.superuser() as look:
        functions = look.execute(
            "SELECT proname, prosecdef, proconfig, proowner::regrole::text, prorettype::regtype::text FROM pg_proc"
            " WHERE prosecdef OR pronamespace = 'lookup'::regnamespace"
        ).fetchall()
    assert len(functions) >= 10
    for name, definer, config, owner, returns in functions:
        assert owner == ("rf_owner" if returns == "trigger" else "rf_lookup"), name  # nobody calls a trigger
        assert "search_path=pg_catalog, pg_temp" in config, f"{name} could be fooled by a search path"
        assert definer or name == "own_account"


def test_even_the_owner_cannot_rewrite_a_published_version(database: Database) -> None:
    with database.connect("owner") as owner:
        for statement in ("UPDATE agents_agentversion SET number = 2", "DELETE FROM agents_agentversion"):
            with pytest.raises(psycopg.errors.RestrictViolation):
                owner.execute(statement)


def test_a_setting_does_not_travel_to_the_next_borrower(database: Database) -> None:
    with database.connect("web") as connection:
        with connection.transaction():
            connection.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(uuid4())])
        after = connection.execute("SELECT current_setting('ringfence.account_id', true)").fetchone()
        assert after in {(None,), ("",)}
        assert connection.execute("SELECT count(*) FROM calls_call").fetchone() == (0,)


def test_applying_again_changes_nothing(database: Database) -> None:
    def granted() -> object:
        with database.superuser() as look:
            return look.execute(
                "SELECT relname, relacl::text, (SELECT array_agg(attname || attacl::text ORDER BY attname)"
                " FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT NULL) FROM pg_class c"
                " WHERE relnamespace = 'public'::regnamespace ORDER BY 1"
            ).fetchall()

    before = granted()
    with database.connect("owner") as owner:
        logins.apply(owner)
    assert granted() == before
