"""Every cell of purpose × category, through the roads by which rows are read: yes, no, or a gap, which permits nothing."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from threading import Thread
from typing import Any

import psycopg
import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.rows import purpose as purposes
from ringfence.apps.rows.purpose import (
    NoPurpose,
    NotForThis,
    answer,
    enter_process,
    entered,
    reading_for,
    stated,
    tables_of,
)
from ringfence.core.personal import Category
from ringfence.policy import NOTHING_SHOWN, Answer, Shown, load, may
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.policy.logins import logins
from ringfence.work.database import Database as Pool

TABLES = catalogue().of(PlaceKind.TABLE)
PURPOSES = [each.id for each in load().purposes]
SHOWN = [
    NOTHING_SHOWN,
    Shown(anonymised=True, required=True, permitted=True),
    Shown(anonymised=False, required=False, permitted=False),
]
PERSONAL = sorted(
    name for name, place in TABLES.items() if place.facets.category.value in {each.value for each in Category}
)
# What these logins can read at all, of each category: one table.
READ = {
    Category.ACCOUNT: "accounts_account", Category.USAGE: "people_session", Category.CALL: "calls_call",
    Category.CONTACT: "numbers_suppression",
}  # fmt: skip


def reads(run: Any) -> bool:
    try:
        run()
    except NotForThis:
        return False
    return True


@pytest.fixture(autouse=True)
def entry() -> Iterator[None]:
    """An entry that may have every purpose: what refuses here is the table."""
    with entered(PURPOSES):
        yield


@pytest.mark.parametrize(("purpose", "category"), [*product(PURPOSES, Category)])
def test_each_cell_is_what_the_policy_says_on_both_roads(
    account_id: Any, media: Pool, worker: Pool, purpose: str, category: Category
) -> None:
    table = READ[category]
    statement = f"SELECT count(id) FROM {table}"  # noqa: S608 - our own table names
    for shown in SHOWN:
        declared = purpose in TABLES[table].facets.purposes
        expected = bool(may(purpose, category, shown)) and declared

        def pages(purpose: str = purpose, shown: Shown = shown) -> None:
            with reading_for(purpose, shown), tenant(account_id), connection.cursor() as cursor:
                cursor.execute(statement)

        def psycopg_road(purpose: str = purpose, shown: Shown = shown) -> None:
            with reading_for(purpose, shown), worker.transaction(account_id) as cursor:
                cursor.execute(
                    statement.replace("people_session", "django_session").replace("count(id)", "count(*)")
                )

        assert reads(pages) is expected, shown
        if category is not Category.USAGE or declared == (
            purpose in TABLES["django_session"].facets.purposes
        ):
            assert reads(psycopg_road) is expected, shown


@pytest.mark.parametrize("purpose", [*PURPOSES, "advertising"])
@pytest.mark.parametrize("table", PERSONAL)
def test_no_table_is_used_for_a_purpose_that_it_was_not_declared_for(table: str, purpose: str) -> None:
    place = TABLES[table]
    declared = {
        *place.facets.purposes,
        *(p for field in place.fields.values() for p in field.facets.purposes),
    }
    for shown in SHOWN:
        allowed = may(purpose, Category(place.facets.category.value), shown)
        assert bool(answer(purpose, table, shown)) is (bool(allowed) and purpose in declared)
        if allowed.answer is Answer.GAP:
            assert answer(purpose, table, shown) is Answer.GAP, "a gap is said as a gap, and permits nothing"


def test_nothing_is_read_where_nobody_said_what_for(account_id: Any, worker: Pool) -> None:
    """Not even by a thread that forgot it, and not with a purpose that the entry does not have."""
    before = purposes._process[0].purposes if purposes._process else ()
    found: list[str] = []

    def forgetful() -> None:
        for statement in ("SELECT 1 FROM accounts_account", "SELECT 1 FROM django_migrations"):
            try:
                with worker.transaction(account_id) as cursor:
                    cursor.execute(statement)
                found.append("read")
            except NoPurpose:
                found.append("refused")

    enter_process(())
    try:
        thread = Thread(target=forgetful)
        thread.start()
        thread.join()
    finally:
        enter_process(before)
    assert found == ["refused", "read"], "what is about nobody needs no purpose"
    with entered(("billing",)):
        assert stated() == "billing"
        with pytest.raises(NotForThis), reading_for("service"):
            raise AssertionError


def test_whichever_way_a_statement_is_given_it_is_held(account_id: Any, worker: Pool) -> None:
    text = "SELECT id FROM calls_transcript"
    with entered(("billing",)), worker.transaction(account_id) as cursor:
        for given in (
            text,
            text.encode(),
            psycopg.sql.SQL(text),
            psycopg.sql.SQL("SELECT id FROM {}").format(psycopg.sql.Identifier("calls_transcript")),
        ):
            with pytest.raises(NotForThis):
                cursor.execute(given)
        with pytest.raises(NotForThis):
            cursor.executemany(text + " WHERE id = %s", [(account_id,)])
    assert tables_of('SELECT 1 FROM "calls_call" JOIN accounts_user_x ON true, public.billing_usage') == {
        "calls_call",
        "billing_usage",
    }


def test_every_login_that_serves_states_what_it_is_for() -> None:
    known = set(PURPOSES)
    for login in logins().values():
        assert login.purposes
        assert set(login.purposes) <= known
    with suppress(NotForThis), entered(logins()["rf_billing"].purposes), reading_for("service"):
        pytest.fail("the billing job has no other purpose")
