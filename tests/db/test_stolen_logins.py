"""What somebody does with the password of a serving login, by SQL alone: none of it counts, and it shows.

Each row was written, or changed, or brought back, as the platform's own login could; then the platform is asked.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from ringfence.apps.accounts import apikeys
from ringfence.apps.accounts.access import Action
from ringfence.apps.accounts.errors import KeyRefused
from ringfence.apps.accounts.members import add_member, belongings, change_role, members, remove_member
from ringfence.apps.accounts.models import ApiKey, Membership, Role, User
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.engines import add_engine, connection_of
from ringfence.apps.agents.errors import NoSuchEngine, NoSuchVersion, NotPublished
from ringfence.apps.agents.models import EngineKind
from ringfence.apps.agents.versions import definition_of, get_for_call
from ringfence.apps.numbers.confirmed import is_confirmed, request_code
from ringfence.apps.numbers.connections import connect, connection_for_webhook, open_connection
from ringfence.apps.numbers.errors import NoSuchConnection
from ringfence.apps.people import sessions, signon
from ringfence.apps.people.errands import meant, new_errand
from ringfence.apps.people.errors import LinkOver
from ringfence.apps.people.invitations import invite, invited
from ringfence.apps.people.rules import rules_of
from ringfence.apps.people.sessionstore import read
from ringfence.core.call import Channel
from ringfence.core.clock import ManualClock
from tests.support.accounts import an_account, an_address
from tests.support.database import Database
from tests.support.office import Office
from tests.support.visitors import PASSWORD, Visitor, a_member, letters

Sql = Callable[..., Any]


@pytest.fixture
def thief(database: Database, account_id: UUID) -> Iterator[Sql]:
    """Runs a statement as rf_web with the account set: the setting is anybody's to make."""
    with database.connect("web") as stolen:

        def run(statement: str, *values: object, of: UUID = account_id) -> Any:
            with stolen.transaction():
                stolen.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(of)])
                done = stolen.execute(statement, values)
                return done.fetchall() if done.description else done.rowcount

        yield run


@pytest.fixture
def owner(account_id: UUID, clock: ManualClock) -> User:
    return a_member(account_id, clock)


@pytest.fixture
def outsider(clock: ManualClock) -> User:
    """Owner of an account of their own, who wants into another's."""
    return a_member(an_account(clock), clock)


def forged(database: Database) -> list[tuple[str, UUID]]:
    """Rows that were met and were not ours."""
    with database.superuser() as look:
        return look.execute("SELECT place, row_id FROM keys_forgedrow").fetchall()


def test_nobody_makes_themselves_a_member(
    account_id: UUID, owner: User, outsider: User, thief: Sql, clock: ManualClock, database: Database
) -> None:
    row_id = uuid4()
    for mark in (None, b"\0" * 32, b"x" * 7):
        thief("DELETE FROM accounts_membership WHERE user_id = %s", outsider.id)
        thief(
            "INSERT INTO accounts_membership (id, account_id, user_id, role, created_at, mark) VALUES (%s, %s, %s, 'owner', %s, %s)",
            row_id, account_id, outsider.id, clock.now(), mark,
        )  # fmt: skip
        assert account_id not in {each.account_id for each in belongings(outsider.id)}
        assert {each.user_id for each in members(account_id)} == {owner.id}
    assert ("accounts_membership", row_id) in forged(database), "it shows"
    add_member(account_id, email=outsider.email, role=Role.ANALYST, clock=clock)
    assert {each.role for each in belongings(outsider.id) if each.account_id == account_id} == {Role.ANALYST}


def test_no_role_is_raised_and_no_mark_is_borrowed(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    eve = a_member(account_id, clock, Role.ANALYST)
    thief("UPDATE accounts_membership SET role = 'owner' WHERE user_id = %s", eve.id)
    assert belongings(eve.id) == ()
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief(
            "UPDATE accounts_membership SET mark = (SELECT mark FROM accounts_membership WHERE user_id = %s)"
            " WHERE user_id = %s", owner.id, eve.id,
        )  # fmt: skip
    assert belongings(eve.id) == ()


def test_a_role_that_was_taken_away_does_not_come_back(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    """Whoever was an admin has kept the row of that day, with its mark."""
    eve = a_member(account_id, clock, Role.ADMIN)
    ((kept,),) = thief("SELECT mark FROM accounts_membership WHERE user_id = %s", eve.id)
    change_role(account_id, eve.id, Role.ANALYST)
    assert belongings(eve.id)[0].role is Role.ANALYST
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief("UPDATE accounts_membership SET role = 'admin', mark = %s WHERE user_id = %s", kept, eve.id)
    change_role(account_id, eve.id, Role.ADMIN)
    assert belongings(eve.id)[0].role is Role.ADMIN, "what was given anew is theirs"


def test_a_membership_that_was_ended_does_not_come_back(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    eve = a_member(account_id, clock, Role.ADMIN)
    (kept,) = thief(
        "SELECT id, account_id, user_id, role, created_at, mark FROM accounts_membership WHERE user_id = %s",
        eve.id,
    )
    remove_member(account_id, eve.id, clock)
    insert = "INSERT INTO accounts_membership (id, account_id, user_id, role, created_at, mark) VALUES (%s, %s, %s, %s, %s, %s)"
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief(insert, *kept)
    thief(insert, *kept[:-1], None)
    assert belongings(eve.id) == ()


def test_a_mark_does_not_come_back_in_a_transaction_that_began_before_it_went(
    account_id: UUID, owner: User, database: Database, clock: ManualClock
) -> None:
    """What a transaction sees is its own moment; what is unique is not."""
    eve = a_member(account_id, clock, Role.ADMIN)
    with database.connect("web") as stolen:
        stolen.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        stolen.execute("SELECT set_config('ringfence.account_id', %s, true)", [str(account_id)])
        seen = stolen.execute("SELECT * FROM accounts_membership WHERE user_id = %s", [eve.id])
        kept = seen.fetchone()
        remove_member(account_id, eve.id, clock)
        with pytest.raises(psycopg.errors.UniqueViolation):
            stolen.execute("INSERT INTO accounts_membership VALUES (%s, %s, %s, %s, %s, %s)", kept)
    assert belongings(eve.id) == ()


def test_no_key_is_made_widened_or_brought_back(
    account_id: UUID, outsider: User, thief: Sql, clock: ManualClock
) -> None:
    elsewhere = belongings(outsider.id)[0].account_id
    mine = apikeys.issue(elsewhere, name="mine", role=Role.OWNER, clock=clock)
    (copy,) = thief("SELECT * FROM accounts_apikey WHERE id = %s", mine.id, of=elsewhere)
    thief(
        "INSERT INTO accounts_apikey (id, account_id, name, role, prefix, secret_sha256, created_at)"
        " SELECT %s, %s, 'theirs', 'owner', %s, sha256('secret'), now()", uuid4(), account_id, "abcdef123456",
    )  # fmt: skip
    with pytest.raises(KeyRefused):
        apikeys.verify("rf_abcdef123456_secret", clock)
    assert len(copy) > len(ApiKey.COVERED)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        thief("UPDATE accounts_apikey SET role = 'owner' WHERE id = %s", mine.id, of=elsewhere)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        thief("DELETE FROM accounts_apikey WHERE id = %s", mine.id, of=elsewhere)
    ((kept,),) = thief("SELECT mark FROM accounts_apikey WHERE id = %s", mine.id, of=elsewhere)
    apikeys.revoke(elsewhere, mine.id, clock)
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief(
            "UPDATE accounts_apikey SET revoked_at = NULL, mark = %s WHERE id = %s",
            kept,
            mine.id,
            of=elsewhere,
        )
    thief("UPDATE accounts_apikey SET revoked_at = NULL WHERE id = %s", mine.id, of=elsewhere)
    with pytest.raises(KeyRefused):
        apikeys.verify(mine.token, clock)


def test_nobody_gives_somebody_elses_address_to_themselves(
    account_id: UUID, owner: User, outsider: User, thief: Sql
) -> None:
    """The next step would be a link to sign in, mailed there."""
    new = an_address()
    thief("UPDATE accounts_user SET email = %s WHERE id = %s", new, owner.id)
    assert User.objects.filter(id=owner.id).first() is None
    Visitor().post("/sign-in/forgotten/", email=new)
    assert letters(new) == []
    assert not _comes_in(new)


def test_a_password_that_was_changed_does_not_come_back(owner: User, thief: Sql) -> None:
    (kept,) = thief("SELECT password, mark FROM accounts_user WHERE id = %s", owner.id)
    owner.set_password("another one entirely")
    owner.save()
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief("UPDATE accounts_user SET password = %s, mark = %s WHERE id = %s", *kept, owner.id)
    thief("UPDATE accounts_user SET password = %s WHERE id = %s", kept[0], owner.id)
    assert not _comes_in(owner.email)


def test_what_was_written_by_others_is_never_vouched_for_later(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    """A change by us that meets a changed row passes it over."""
    eve = a_member(account_id, clock, Role.ANALYST)
    thief("UPDATE accounts_membership SET role = 'manager' WHERE user_id = %s", eve.id)
    with tenant(account_id):
        assert Membership.objects.filter(account_id=account_id, user_id=eve.id).update(role=Role.ADMIN) == 0
    assert belongings(eve.id) == ()


def test_what_was_noted_is_not_struck_off(
    account_id: UUID, owner: User, outsider: User, thief: Sql, clock: ManualClock, database: Database
) -> None:
    row_id = uuid4()
    thief(
        "INSERT INTO accounts_membership (id, account_id, user_id, role, created_at) VALUES (%s, %s, %s, 'owner', %s)",
        row_id, account_id, outsider.id, clock.now(),
    )  # fmt: skip
    belongings(outsider.id)
    for statement in (
        "DELETE FROM keys_forgedrow",
        "UPDATE keys_forgedrow SET place = 'x'",
        "TRUNCATE keys_forgedrow",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            thief(statement)
    for statement in ("SELECT mark FROM keys_enteredmark", "DELETE FROM keys_enteredmark"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            thief(statement)
    assert ("accounts_membership", row_id) in forged(database)


def test_the_table_of_sessions_gives_nobody_a_session(
    account_id: UUID, owner: User, outsider: User, thief: Sql
) -> None:
    """Neither what a row stands under, as a cookie, nor what it says, in a row of one's own."""
    victim, eve = Visitor(), Visitor()
    victim.password(owner.email)
    eve.password(outsider.email)
    rows = dict(thief("SELECT session_key, session_data FROM django_session"))
    cookie = victim.client.cookies["__Host-rf_session"].value
    assert cookie not in rows
    theirs = {
        key: data for key, data in rows.items() if read(key, data).get("_auth_user_id") == str(owner.id)
    }
    mine = [key for key, data in rows.items() if read(key, data).get("_auth_user_id") == str(outsider.id)]
    assert theirs
    assert mine
    for key, data in theirs.items():
        guess = victim.carried_off(victim.at)
        guess.client.cookies["__Host-rf_session"] = key
        assert not guess.inside()
        thief("UPDATE django_session SET session_data = %s WHERE session_key = %s", data, mine[0])
        assert not eve.inside()
    assert victim.inside()


def test_a_place_is_vouched_for_by_its_person_alone(owner: User, thief: Sql) -> None:
    """A cookie that was carried off is held at the new place, whatever the table says of that place."""
    victim = Visitor()
    victim.password(owner.email)
    eve = victim.carried_off("192.0.2.99")
    assert eve.get("/learn/calls/").status_code == 302
    thief("UPDATE people_place SET vouched_at = now() WHERE network = '192.0.2.0/24' AND vouched_at IS NULL")
    assert not eve.inside()
    assert victim.inside()


def test_a_session_that_was_ended_does_not_come_back(owner: User, thief: Sql, clock: ManualClock) -> None:
    eve = Visitor()
    eve.password(owner.email)
    (row,) = thief("SELECT id, mark FROM people_session WHERE user_id = %s AND ended_at IS NULL", owner.id)
    content = thief("SELECT session_key, session_data, expire_date FROM django_session")
    sessions.end_all(owner.id, clock)
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief("UPDATE people_session SET ended_at = NULL, mark = %s WHERE id = %s", row[1], row[0])
    thief("UPDATE people_session SET ended_at = NULL WHERE id = %s", row[0])
    for each in content:
        thief("INSERT INTO django_session VALUES (%s, %s, %s) ON CONFLICT DO NOTHING", *each)
    assert not eve.inside()


def test_a_session_is_nobody_elses(owner: User, outsider: User, thief: Sql) -> None:
    """A row of one's own that names another person, or says that one has just proved oneself."""
    eve = Visitor()
    eve.password(outsider.email)
    thief("UPDATE people_session SET proved_at = now() + interval '1 day' WHERE user_id = %s", outsider.id)
    assert not eve.inside()


def test_what_a_member_opened_and_made_ends_with_a_row_of_somebody_elses(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    """Streams ask again and again, and keys stay within their maker's role: both by the marks, too."""
    eve = a_member(account_id, clock, Role.MANAGER)
    seen = sessions.Seen(browser="Firefox", address="192.0.2.1", network="192.0.2.0/24")
    session_id = sessions.begin(eve.id, "password", seen, clock)
    key = apikeys.issue(account_id, name="k", role=Role.MANAGER, clock=clock, created_by=eve.id)
    holder = apikeys.verify(key.token, clock)
    assert sessions.role_now(account_id, eve.id, session_id) is Role.MANAGER
    thief("UPDATE accounts_membership SET role = 'owner' WHERE user_id = %s", eve.id)
    assert sessions.role_now(account_id, eve.id, session_id) is None
    assert not apikeys.still_may(holder, Action.SEE_CALLS, clock)
    with pytest.raises(KeyRefused):
        apikeys.verify(key.token, clock)


def test_an_invitation_asks_whom_its_account_asked(
    account_id: UUID, owner: User, outsider: User, thief: Sql, clock: ManualClock
) -> None:
    """A link of one's own account, written into another's."""
    elsewhere = belongings(outsider.id)[0].account_id
    email = an_address()
    token = invite(elsewhere, email=email, role=Role.ANALYST, clock=clock, mailed=False)
    assert invited(token, clock).account_id == elsewhere
    ((mark,),) = thief("SELECT token_mark FROM people_invitation WHERE email = %s", email, of=elsewhere)
    thief(
        "INSERT INTO people_invitation (id, account_id, email, role, token_mark, mailed, created_at, expires_at)"
        " VALUES (%s, %s, %s, 'owner', %s, true, %s, %s)",
        uuid4(), account_id, email, mark, clock.now(), clock.now() + timedelta(days=7),
    )  # fmt: skip
    for _ in range(3):
        with suppress(LinkOver):
            assert invited(token, clock).account_id == elsewhere


def test_a_link_to_set_a_password_is_its_persons(
    owner: User, outsider: User, thief: Sql, clock: ManualClock
) -> None:
    """Asked for by oneself, and written over to somebody else under the same id."""
    token = new_errand(outsider, "password", clock)
    (row,) = thief(
        "SELECT id, kind, token_mark, said_sealed, created_at, expires_at, mark FROM people_errand"
        " WHERE user_id = %s AND used_at IS NULL", outsider.id,
    )  # fmt: skip
    thief("DELETE FROM people_errand WHERE id = %s", row[0])
    insert = (
        "INSERT INTO people_errand (id, user_id, kind, token_mark, said_sealed, created_at, expires_at, mark)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
    )
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief(insert, row[0], owner.id, *row[1:])
    thief(insert, row[0], owner.id, *row[1:-1], None)
    with pytest.raises(LinkOver):
        meant(token, "password", clock)


def test_another_identity_provider_lets_nobody_in_and_none_lets_nobody_out_of_it(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    signon.set_provider(
        account_id,
        issuer="https://login.example.org",
        client_id="c",
        secret="s",
        domains="example.org",
        clock=clock,
    )
    signon.enforce(account_id, enforced=True)
    (asked,) = rules_of(owner.id).values()
    assert asked.enforced
    thief("UPDATE people_signon SET enforced = false")
    (asked,) = rules_of(owner.id).values()
    assert asked.enforced
    assert asked.sign_on is None
    thief("UPDATE people_signon SET enforced = true, issuer = 'https://eve.example'")
    assert signon.provider_of(account_id) is None


def test_a_name_at_an_identity_provider_is_its_persons(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    """Known there as oneself, and written over to the owner; the library's own table does not decide."""
    signon.set_provider(
        account_id,
        issuer="https://login.example.org",
        client_id="c",
        secret="s",
        domains="example.org",
        clock=clock,
    )
    found = signon.provider_of(account_id)
    assert found is not None
    eve = a_member(account_id, clock, Role.ANALYST)
    signon.know(found, "eve", eve, clock)
    assert signon.person_of(found, "eve") == eve
    (row,) = thief("SELECT id, sign_on, subject, mark FROM people_identity WHERE user_id = %s", eve.id)
    thief("DELETE FROM people_identity WHERE id = %s", row[0])
    insert = "INSERT INTO people_identity (id, user_id, sign_on, subject, mark) VALUES (%s, %s, %s, %s, %s)"
    with pytest.raises(psycopg.errors.UniqueViolation):
        thief(insert, row[0], owner.id, *row[1:])
    thief(insert, row[0], owner.id, *row[1:-1], None)
    assert signon.person_of(found, "eve") is None


def test_a_number_is_confirmed_by_its_code_alone(
    account_id: UUID, owner: User, thief: Sql, clock: ManualClock
) -> None:
    sent = request_code(account_id, owner.id, "+493012345678", clock=clock)
    thief("UPDATE numbers_confirmednumber SET confirmed_at = now() WHERE id = %s", sent.id)
    assert not is_confirmed(account_id, "+493012345678")


def test_no_engine_and_no_carrier_is_moved_to_somewhere_else(
    office: Office, thief: Sql, clock: ManualClock
) -> None:
    """Their secrets, and what is said, would go there: by SQL the register of recipients is written, too."""
    account_id = office.account_id
    add_engine(
        account_id,
        name="mine",
        kind=EngineKind.LLM,
        base_url="https://llm.example.org/v1",
        model="m",
        secret="s",
        clock=clock,
    )
    settings = {"account_sid": "AC1", "base_url": "https://api.example.org"}
    carrier = connect(account_id, vendor="twilio", label="c", settings=settings, secret="s", clock=clock)
    assert connection_of(account_id, "mine").secret == "s"
    assert connection_for_webhook(carrier).settings == settings
    assert asyncio.run(office.desk.carrier_secret(str(carrier))) == "s"
    assert "mine" in office.answer(office.ring()).admitted.engines
    thief("UPDATE agents_engine SET base_url = 'https://eve.example/v1'")
    thief(
        "UPDATE numbers_connection SET settings = jsonb_set(settings, '{base_url}', '\"https://eve.example\"')"
    )
    with pytest.raises(NoSuchEngine):
        connection_of(account_id, "mine")
    assert "mine" not in office.answer(office.ring()).admitted.engines
    assert asyncio.run(office.desk.carrier_secret(str(carrier))) is None
    with pytest.raises(NoSuchConnection):
        connection_for_webhook(carrier)
    with pytest.raises(NoSuchConnection):
        open_connection(account_id, carrier)


def test_no_agent_answers_with_what_nobody_published(
    office: Office, database: Database, thief: Sql, clock: ManualClock
) -> None:
    """With tools and transfers of the thief's own, what callers say would be theirs."""
    agent_id, planted = office.agent(), uuid4()
    ringing = office.ring()
    thief(
        "INSERT INTO agents_agentversion (id, account_id, agent_id, number, definition, published_at)"
        " SELECT %s, account_id, agent_id, number + 1, replace(definition, 'Harbour', 'Robbers'), published_at"
        " FROM agents_agentversion WHERE agent_id = %s",
        planted, agent_id, of=office.account_id,
    )  # fmt: skip
    thief("UPDATE agents_agent SET live_version = 2 WHERE id = %s", agent_id, of=office.account_id)
    with pytest.raises(NotPublished):
        get_for_call(office.account_id, agent_id)
    with pytest.raises(NoSuchVersion):
        definition_of(office.account_id, agent_id, 2)
    thief("UPDATE calls_call SET agent_version = 2 WHERE id = %s", ringing.id, of=office.account_id)
    assert asyncio.run(office.desk.redeem(ringing.ticket, Channel.LOOPBACK, None)) is None
    assert ("agents_agentversion", planted) in forged(database)


def test_the_work_after_a_call_follows_no_version_that_was_changed(
    office: Office, database: Database, clock: ManualClock
) -> None:
    """By the engine that it names the words would leave. Even a superuser's change counts as not there."""
    call_id = office.call(run_after=False)
    with database.superuser() as server:
        server.execute("ALTER TABLE agents_agentversion DISABLE TRIGGER agents_agentversion_immutable")
        changed = server.execute(
            "UPDATE agents_agentversion SET definition = definition || ' ' WHERE account_id = %s RETURNING id",
            [office.account_id],
        ).fetchone()
        server.execute("ALTER TABLE agents_agentversion ENABLE TRIGGER agents_agentversion_immutable")
    assert changed is not None
    assert ("agents_agentversion", changed[0]) not in forged(database)
    office.after.run(office.account_id, call_id)
    assert ("agents_agentversion", changed[0]) in forged(database)


def test_no_ticket_is_made_by_hand(office: Office, thief: Sql, clock: ManualClock) -> None:
    """One's own token, written in for somebody else's call that rings."""
    new = office.ring()
    token = "a token of one's own"
    thief(
        "INSERT INTO calls_ticket (id, account_id, call_id, sha256, expires_at) VALUES (%s, %s, %s, %s, %s)",
        uuid4(), office.account_id, new.id, sha256(token.encode()).digest(), clock.now() + timedelta(days=1),
    )  # fmt: skip
    assert asyncio.run(office.desk.redeem(token, Channel.LOOPBACK, None)) is None
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        thief("SELECT sha256 FROM calls_ticket")
    assert asyncio.run(office.desk.redeem(new.ticket, Channel.LOOPBACK, None)) is not None


def _comes_in(email: str, password: str = PASSWORD) -> bool:
    visitor = Visitor()
    visitor.password(email, password)
    return visitor.inside()
