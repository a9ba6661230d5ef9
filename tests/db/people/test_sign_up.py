"""Opening an account by oneself."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ringfence.apps.accounts.members import belongings
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.people import signups
from ringfence.apps.people.addresses import is_proven
from ringfence.apps.people.details import Details, details
from ringfence.apps.people.models import SignUp
from ringfence.core.clock import ManualClock
from ringfence.core.config import current, install
from ringfence.lifecycle.assurance.collecting import account_data
from ringfence.lifecycle.assurance.values import Looking, State
from ringfence.vault.vault import Vault
from ringfence.work.database import Database as Pool
from ringfence.work.mails import tidy
from tests.support.accounts import an_address
from tests.support.database import Database, as_login
from tests.support.visitors import PASSWORD, Visitor, letters

Opened = Callable[[Any], None]


@pytest.fixture
def sign_up(owner: User) -> Iterator[Opened]:
    before = current()
    yield lambda how: install(replace(before, sign_up=how))
    install(before)


def form(email: str, **changed: str) -> dict[str, str]:
    return {
        "name": "Ada Okafor", "email": email, "password": PASSWORD, "company": "Okafor & Daughters", "country": "de",
        "phone": "030 901820", "timezone": "Europe/Berlin", "address": "Hafenstraße 1\n20457 Hamburg",
        "vat_id": "DE 123 456 789", **changed,
    }  # fmt: skip


def token_for(email: str) -> str:
    return letters(email)[0].link.rpartition("token=")[2]


def test_nobody_opens_an_account_unless_the_operator_lets_them(owner: User, sign_up: Opened) -> None:
    assert current().sign_up == "closed"
    assert Visitor().get("/sign-up/").status_code == 403
    assert Visitor().post("/sign-up/", **form(an_address())).status_code == 403
    assert b"Open an account" not in Visitor().get("/sign-in/").content
    sign_up("invited")
    assert Visitor().get("/sign-up/").status_code == 403
    sign_up("open")
    assert b"Open an account" in Visitor().get("/sign-in/").content


def test_nothing_exists_before_the_address_was_shown_to_be_theirs(
    sign_up: Opened, clock: ManualClock, database: Database
) -> None:
    sign_up("open")
    visitor, email = Visitor(), an_address()
    assert visitor.post("/sign-up/", **form(email)).status_code == 200
    assert not User.objects.filter(email=email).exists()
    with database.superuser() as look:
        rows = str(look.execute("SELECT * FROM people_signup").fetchall())
        assert "Okafor" not in rows
        assert email not in rows
    token = token_for(email)
    assert visitor.get(f"/sign-up/confirm/?token={token}").status_code == 200
    assert not User.objects.filter(email=email).exists(), "a program that looks at mails opens nothing"
    assert visitor.post("/sign-up/confirm/", token=token).status_code == 302
    assert visitor.inside()
    user = User.objects.get(email=email)
    [belonging] = belongings(user.id)
    assert (belonging.role, belonging.name, belonging.slug) == (
        Role.OWNER,
        "Okafor & Daughters",
        "okafor-daughters",
    )
    assert is_proven(user)
    assert details(belonging.account_id) == Details(
        company="Okafor & Daughters", phone="+4930901820", country="DE", address="Hafenstraße 1\n20457 Hamburg",
        vat_id="DE123456789",
    )  # fmt: skip
    assert Visitor().password(email).status_code == 302
    assert Visitor().post("/sign-up/confirm/", token=token).status_code == 400, "once"


def test_what_a_company_says_rests_sealed(sign_up: Opened, database: Database) -> None:
    sign_up("open")
    email = an_address()
    Visitor().post("/sign-up/", **form(email, company=f"Ferry {email}"))
    Visitor().post("/sign-up/confirm/", token=token_for(email))
    with database.superuser() as look:
        rows = look.execute("SELECT said_sealed FROM people_details").fetchall()
    assert rows
    assert not [row for row in rows if b"Hafenstra" in bytes(row[0]) or b"901820" in bytes(row[0])]


def test_an_address_that_is_known_here_gets_the_same_page_and_another_mail(
    owner: User, sign_up: Opened
) -> None:
    sign_up("open")
    known = Visitor().post("/sign-up/", **form(owner.email)).content.decode().replace(owner.email, "")
    fresh = an_address()
    unknown = Visitor().post("/sign-up/", **form(fresh)).content.decode().replace(fresh, "")
    assert known.split("<main")[1] == unknown.split("<main")[1]
    assert "token" not in letters(owner.email)[0].link


def test_whoever_was_asked_by_the_operator_opens_one_for_that_address_alone(
    sign_up: Opened, clock: ManualClock
) -> None:
    sign_up("invited")
    email = an_address()
    token = signups.asked_by_operator(email, clock)
    visitor = Visitor()
    assert visitor.get(f"/sign-up/?with={token}").status_code == 200
    assert visitor.post(f"/sign-up/?with={token}", **form("other@example.org")).status_code == 200
    assert letters("other@example.org") == []
    assert len(letters(email)) == 1
    for wrong in ("", "x", token[:-3] + "AAA", token + "A"):
        assert Visitor().get(f"/sign-up/?with={wrong}").status_code == 403
    clock.advance(timedelta(days=15).total_seconds())
    assert Visitor().get(f"/sign-up/?with={token}").status_code == 403


def test_a_link_is_over_after_a_day(sign_up: Opened, clock: ManualClock) -> None:
    sign_up("open")
    email = an_address()
    Visitor().post("/sign-up/", **form(email))
    token = token_for(email)
    clock.advance(timedelta(days=1).total_seconds())
    assert Visitor().post("/sign-up/confirm/", token=token).status_code == 400
    assert SignUp.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("name", "", "your name"), ("email", "nobody", "no"), ("password", "short", "12 characters"),
        ("company", " ", "company"), ("country", "Germany", "two letters"), ("phone", "12", "telephone number"),
        ("vat_id", "123", "VAT id"), ("timezone", "Mars/Olympus", "time zone"), ("address", "x" * 301, "address"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_said_at_its_field(
    owner: User, sign_up: Opened, field: str, value: str, told: str
) -> None:
    sign_up("open")
    answer = Visitor().post("/sign-up/", **{**form(an_address()), field: value})
    assert answer.status_code == 400
    assert told in answer.content.decode()
    assert "Hafenstraße" in answer.content.decode() or field == "address", "what was typed is kept"


def test_the_promise_about_account_data_is_looked_at(
    sign_up: Opened, clock: ManualClock, vault: Vault, worker: Pool
) -> None:
    """collect.account: kept, until a sign-up that nobody confirmed outlives its day."""
    sign_up("open")
    SignUp.objects.all().delete()
    Visitor().post("/sign-up/", **form(an_address()))
    looking = Looking(clock, current(), vault)
    with as_login("worker"):
        assert account_data(looking).state is State.KEPT
        clock.advance(timedelta(hours=26).total_seconds())
        assert account_data(looking).state is State.NOT_KEPT
        tidy(worker, vault)
        assert account_data(looking).state is State.KEPT
