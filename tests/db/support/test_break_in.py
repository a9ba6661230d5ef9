"""A dishonest person of the operator's, with the console, the password of every serving login, and the queue: every door is shut."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.support.models import Ask, ReleasedPart
from ringfence.apps.support.requests import asks
from ringfence.core.clock import ManualClock
from ringfence.core.config import Login
from ringfence.core.errors import NotAllowed
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.vault.mac import verify_job
from tests.db.support.conftest import REASON, Case
from tests.support.database import LOGINS, Database, as_login

SAID = "before the ferry leaves the harbour"
SERVING: tuple[Login, ...] = LOGINS[1:]


@contextmanager
def stolen(database: Database, login: Login, account_id: UUID) -> Iterator[psycopg.Connection[Any]]:
    """That login's password, and the account set as whoever has it can."""
    with database.connect(login) as connection, connection.transaction():
        connection.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(account_id)])
        yield connection


def readable(connection: psycopg.Connection[Any]) -> Iterator[tuple[str, list[str]]]:
    """What this login may select, table by table."""
    rows = connection.execute(
        """SELECT c.relname::text, array_agg(a.attname::text) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
             AND has_column_privilege(c.oid, a.attnum, 'SELECT') GROUP BY 1 ORDER BY 1"""
    ).fetchall()
    yield from rows


@pytest.mark.parametrize("login", SERVING)
def test_no_password_of_a_login_reads_a_word_of_a_call(case: Case, database: Database, login: Login) -> None:
    case.approved()
    with stolen(database, login, case.account_id) as connection:
        for table, columns in readable(connection):
            names = ", ".join(f'"{name}"' for name in columns)
            for row in connection.execute(f"SELECT {names} FROM {table} LIMIT 10000"):  # noqa: S608 - names of the catalogue's
                for value in row:
                    text = bytes(value) if isinstance(value, memoryview | bytes) else str(value).encode()
                    assert SAID.encode() not in text, table
                    assert REASON.encode() not in text, table
                    assert b"heard Friday" not in text, table


def test_the_consoles_login_selects_no_sealed_part_of_a_call(database: Database) -> None:
    places = catalogue().of(PlaceKind.TABLE)
    with database.connect("staff") as console:
        found = dict(readable(console))
    for table in found:
        assert not table.startswith(
            ("calls_", "keys_", "agents_", "numbers_", "accounts_membership", "mfa_")
        ), table
    sealed = {
        f"{table}.{name}"
        for table, columns in found.items()
        for name in columns
        if places[table].facets.category.value == "call" and places[table].fields[name].sealed
    }
    assert sealed == set()


QUESTIONS: dict[str, str] = {
    "lookup.released_part": "SELECT * FROM lookup.released_part(%(account)s, %(ask)s, %(call)s, 'transcript')",
    "lookup.released_calls": "SELECT * FROM lookup.released_calls(%(account)s, %(ask)s)",
    "lookup.settings_of_account": "SELECT * FROM lookup.settings_of_account(%(account)s)",
}


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("login", [each for each in SERVING if each != "staff"])
def test_the_consoles_questions_are_the_consoles_alone(
    case: Case, database: Database, login: Login, question: str
) -> None:
    asked = {"account": case.account_id, "ask": uuid4(), "call": case.call_id}
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        stolen(database, login, case.account_id) as connection,
    ):
        connection.execute(QUESTIONS[question], asked)


def test_without_an_approval_the_database_hands_out_nothing(case: Case, database: Database) -> None:
    ask_id = case.ask()
    with stolen(database, "staff", case.account_id) as console:
        asked = {"account": case.account_id, "ask": ask_id, "call": case.call_id}
        assert console.execute(QUESTIONS["lookup.released_part"], asked).fetchall() == []
        assert console.execute(QUESTIONS["lookup.released_calls"], asked).fetchall() == []
    with (
        pytest.raises(psycopg.errors.InsufficientPrivilege),
        stolen(database, "staff", case.account_id) as console,
    ):
        console.execute(QUESTIONS["lookup.settings_of_account"], {"account": case.account_id})


def forged(case: Case, ask_id: UUID, **changed: Any) -> None:
    """A row as somebody wrote it who may write everything: no serving login may write that much."""
    with as_login("owner"), tenant(case.account_id):
        said = {"approved": True, "decided_by": case.owner.id, **changed}
        Ask.objects.filter(account_id=case.account_id, id=ask_id).update(**said)


def copied(case: Case, source: UUID, target: UUID, call_id: UUID | None = None) -> None:
    """Wraps of one approval, moved to another, or to another call."""
    with tenant(case.account_id):
        for row in list(ReleasedPart.objects.filter(account_id=case.account_id, ask_id=source)):
            row.id, row.ask_id, row.call_id = uuid4(), target, call_id or row.call_id
            row.save(force_insert=True)


def test_an_approval_that_is_only_a_row_opens_nothing(case: Case, clock: ManualClock) -> None:
    ask_id = case.ask()
    forged(case, ask_id, decided_at=clock.now(), ends_at=clock.now() + timedelta(hours=2))
    assert case.staff.get(case.page(ask_id)).status_code == 403


def test_wraps_of_one_approval_open_under_no_other(case: Case, clock: ManualClock) -> None:
    real, other = case.approved(), case.ask()
    ends = next(each for each in asks(case.account_id) if each.id == real).ends_at
    forged(case, other, decided_at=clock.now(), ends_at=ends)
    copied(case, real, other)
    from ringfence.vault.support import begin_release

    begin_release(case.office.vault.keyring, other)  # even if somebody had that made
    assert case.staff.get(case.page(other)).status_code == 403
    assert case.staff.get(case.page(real)).status_code == 200


def test_the_key_of_one_call_is_none_of_anothers(case: Case) -> None:
    ask_id, other = case.approved(), case.office.call()
    copied(case, ask_id, ask_id, other)
    assert case.staff.get(f"/operator/access/{case.account_id}/{ask_id}/{other}/").status_code == 403
    assert case.staff.get(f"/operator/access/{case.account_id}/{ask_id}/{other}/recording").status_code == 403


LATER: list[Callable[[Case, ManualClock], dict[str, Any]]] = [
    lambda case, clock: {"ends_at": clock.now() + timedelta(days=300)},
    lambda case, clock: {"decided_by": uuid4()},
    lambda case, clock: {"hours": 24},
    lambda case, clock: {"request_id": uuid4()},
    lambda case, clock: {"call_id": uuid4()},
]


@pytest.mark.parametrize("change", LATER)
def test_terms_that_were_changed_afterwards_open_nothing(
    case: Case, clock: ManualClock, change: Callable[[Case, ManualClock], dict[str, Any]]
) -> None:
    ask_id = case.approved()
    assert case.staff.get(case.page(ask_id)).status_code == 200
    forged(case, ask_id, **change(case, clock))
    assert case.staff.get(case.page(ask_id)).status_code == 403


def test_an_approval_cannot_be_handed_to_a_colleague(case: Case, clock: ManualClock) -> None:
    from tests.support.desk import an_employee

    ask_id, colleague = case.approved(), an_employee(clock, "Kim Lund")
    forged(case, ask_id, person_id=colleague.person.id)
    assert colleague.get(case.page(ask_id)).status_code == 403


def test_what_was_taken_back_is_not_brought_back_by_a_row(case: Case, clock: ManualClock) -> None:
    ask_id = case.approved()
    with tenant(case.account_id):
        kept = list(ReleasedPart.objects.filter(account_id=case.account_id, ask_id=ask_id))
    case.visitor.post(f"/support/approvals/{ask_id}/withdraw/")
    with tenant(case.account_id):
        ReleasedPart.objects.bulk_create(kept)
    forged(case, ask_id, withdrawn_at=None, withdrawn_by=None, ended_at=None)
    assert case.staff.get(case.page(ask_id)).status_code == 403


def test_what_is_asked_cannot_be_changed_between_looking_and_approving(case: Case) -> None:
    ask_id = case.ask(hours=1)
    seen = asks(case.account_id)[0].mark.hex()
    forged(case, ask_id, approved=None, decided_by=None, hours=24)
    answer = case.visitor.post(f"/support/approvals/{ask_id}/approve/", seen=seen)
    assert answer.status_code == 409
    assert asks(case.account_id)[0].approved is None


def test_an_ask_that_nobody_made_cannot_be_approved(case: Case, clock: ManualClock) -> None:
    real = case.ask()
    with as_login("owner"), tenant(case.account_id):
        row = Ask.objects.get(account_id=case.account_id, id=real)
        row.id = uuid4()
        row.save(force_insert=True)
    # A copy under another id: its words do not even open, so the page that lists it says that something was changed.
    answer = case.visitor.post(f"/support/approvals/{row.id}/approve/", seen=bytes(row.mark).hex())
    assert answer.status_code >= 400
    assert case.staff.get(case.page(row.id)).status_code != 200


def test_the_console_login_cannot_decide(case: Case, database: Database) -> None:
    ask_id = case.ask()
    for statement in (
        "UPDATE support_ask SET approved = true WHERE id = %s",
        "UPDATE support_ask SET ends_at = now() + interval '1 day' WHERE id = %s",
        "INSERT INTO support_releasedpart (id, account_id, ask_id, call_id, part) SELECT id, id, id, id, '' FROM support_ask WHERE id = %s",
        "DELETE FROM staff_deed WHERE id = %s",
        "UPDATE staff_deed SET act = 'signed_in' WHERE id = %s",
    ):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            stolen(database, "staff", case.account_id) as console,
        ):
            console.execute(statement, [ask_id])


def test_a_job_that_a_stolen_login_queues_makes_no_worker_open_anything(case: Case) -> None:
    from ringfence.work.jobs import check

    payload = b'{"account_id": "x"}'
    assert not verify_job(case.office.vault.root, payload, "0" * 64)
    with pytest.raises(NotAllowed):
        check(case.office.vault, "after_call", case.account_id, "0" * 64, {"call_id": str(case.call_id)})


@pytest.mark.parametrize("login", SERVING)
def test_nobodys_login_makes_the_consoles_people(case: Case, database: Database, login: Login) -> None:
    """rf_web may write a row, since the command line serves as it; a row makes nobody staff (test_apart)."""
    if login == "web":
        return
    with pytest.raises(psycopg.errors.InsufficientPrivilege), database.connect(login) as connection:
        connection.execute(
            "INSERT INTO staff_person (id, user_id, mark, added_at) VALUES (%s, %s, '', now())",
            [uuid4(), uuid4()],
        )
