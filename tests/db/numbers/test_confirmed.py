"""Confirming a number by a code, and who may not be called in spite of it."""

from uuid import UUID, uuid4

import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.numbers import confirmed, suppressions
from ringfence.apps.numbers.causes import Cause
from ringfence.apps.numbers.dialling import may_dial_now
from ringfence.apps.numbers.errors import CodeOver, NoSuchNumber, NotCalled, TooManyCodes, WrongCode
from ringfence.apps.numbers.may_dial import Reason
from ringfence.core.clock import ManualClock
from ringfence.vault.vault import Vault
from tests.support.accounts import an_account
from tests.support.database import Database

NUMBER = "+12125550100"
ME = uuid4()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_the_code_confirms_once(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    sent = confirmed.request_code(account_id, ME, "+1 212 555 0100", clock=clock, label="mobile")
    assert sent.number == NUMBER
    assert len(sent.code) == 6
    assert not may_dial_now(account_id, NUMBER)
    confirmed.confirm(account_id, sent.id, f" {sent.code} ", clock)
    assert may_dial_now(account_id, NUMBER)
    [facts] = confirmed.confirmed_numbers(account_id)
    assert (facts.number, facts.label, facts.user_id) == (NUMBER, "mobile", ME)
    with pytest.raises(CodeOver):
        confirmed.confirm(account_id, sent.id, sent.code, clock)


def test_confirmed_in_one_account_says_nothing_in_another(
    account_id: UUID, clock: ManualClock, vault: Vault
) -> None:
    sent = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    confirmed.confirm(account_id, sent.id, sent.code, clock)
    other = an_account(clock)
    assert may_dial_now(other, NUMBER).reason is Reason.NOT_CONFIRMED
    with pytest.raises(NoSuchNumber):
        confirmed.confirm(other, sent.id, sent.code, clock)


def test_five_tries_and_no_more(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    sent = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    for _ in range(5):
        with pytest.raises(WrongCode):
            confirmed.confirm(account_id, sent.id, wrong(sent.code), clock)
    with pytest.raises(CodeOver):
        confirmed.confirm(account_id, sent.id, sent.code, clock)
    assert not may_dial_now(account_id, NUMBER)


@pytest.mark.parametrize(("after", "late"), [(599.999, False), (600, True)])
def test_a_code_lasts_ten_minutes(
    account_id: UUID, clock: ManualClock, vault: Vault, after: float, late: bool
) -> None:
    sent = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    clock.advance(after)
    if late:
        with pytest.raises(CodeOver):
            confirmed.confirm(account_id, sent.id, sent.code, clock)
    else:
        confirmed.confirm(account_id, sent.id, sent.code, clock)


def test_a_new_code_voids_the_one_before(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    first = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    second = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    assert first.id == second.id
    if first.code != second.code:
        with pytest.raises(WrongCode):
            confirmed.confirm(account_id, first.id, first.code, clock)
    confirmed.confirm(account_id, second.id, second.code, clock)


def test_a_number_is_not_flooded_with_codes_not_even_by_removing_it(
    account_id: UUID, clock: ManualClock, vault: Vault
) -> None:
    for _ in range(5):
        sent = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
        confirmed.remove_confirmed(account_id, sent.id)
    assert confirmed.confirmed_numbers(account_id) == ()
    with pytest.raises(TooManyCodes):
        confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    clock.advance(86_400 + 601)
    confirmed.request_code(account_id, ME, NUMBER, clock=clock)


def test_an_account_does_not_flood_many_numbers(account_id: UUID, clock: ManualClock, vault: Vault) -> None:
    for last in range(30):
        confirmed.request_code(account_id, ME, f"+121255501{last:02d}", clock=clock)
    with pytest.raises(TooManyCodes):
        confirmed.request_code(account_id, ME, "+12125550199", clock=clock)


def test_a_removed_number_is_forgotten(
    account_id: UUID, clock: ManualClock, vault: Vault, database: Database
) -> None:
    sent = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    confirmed.confirm(account_id, sent.id, sent.code, clock)
    confirmed.remove_confirmed(account_id, sent.id)
    assert not may_dial_now(account_id, NUMBER)
    with database.superuser() as look:
        count = look.execute(
            "SELECT count(*) FROM numbers_confirmednumber WHERE account_id = %s", [account_id]
        )
        assert count.fetchone() == (0,)
    with pytest.raises(NoSuchNumber):
        confirmed.remove_confirmed(account_id, sent.id)


def test_neither_number_nor_code_rests_in_the_clear(
    account_id: UUID, clock: ManualClock, vault: Vault, database: Database
) -> None:
    sent = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    with database.superuser() as look:
        row = look.execute(
            "SELECT n::text FROM numbers_confirmednumber n WHERE id = %s", [sent.id]
        ).fetchone()
    assert row is not None
    assert NUMBER.encode().hex() not in row[0]
    assert NUMBER not in row[0]
    assert sent.code not in repr(sent)
    assert NUMBER not in repr(sent)


def test_stop_calling_me_beats_a_confirmed_number_and_gets_no_code(
    account_id: UUID, clock: ManualClock, vault: Vault
) -> None:
    sent = confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    confirmed.confirm(account_id, sent.id, sent.code, clock)
    for cause in (Cause.SPOKEN, Cause.KEYED):
        with tenant(account_id), connection.cursor() as cursor:
            suppressions.suppress(cursor, vault, account_id, NUMBER, cause)
    assert may_dial_now(account_id, NUMBER).reason is Reason.SUPPRESSED
    with pytest.raises(NotCalled):
        confirmed.request_code(account_id, ME, NUMBER, clock=clock)
    assert may_dial_now(an_account(clock), NUMBER).reason is Reason.NOT_CONFIRMED
    with tenant(account_id), connection.cursor() as cursor:
        suppressions.lift(cursor, vault, account_id, NUMBER)
    assert may_dial_now(account_id, NUMBER)


def test_the_voice_suppresses_over_a_plain_connection(
    account_id: UUID, vault: Vault, database: Database
) -> None:
    from ringfence.apps.rows.cursor import set_tenant

    with database.connect("media") as media, media.transaction(), media.cursor() as cursor:
        set_tenant(cursor, account_id)
        suppressions.suppress(cursor, vault, account_id, NUMBER, Cause.SPOKEN)
        assert suppressions.is_suppressed(cursor, vault, account_id, NUMBER)
    assert may_dial_now(account_id, NUMBER).reason is Reason.SUPPRESSED
