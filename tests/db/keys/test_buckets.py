"""Bucket keys: one for each place, opened until their day is destroyed."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.keys.buckets import BucketGone, BucketKey, bucket_for, expiry, open_bucket, open_buckets
from ringfence.apps.rows.cursor import set_tenant
from ringfence.core.clock import ManualClock
from ringfence.core.errors import BadInput
from ringfence.policy import NO_PERIODS, Part, Plan, due
from ringfence.vault.errors import EpochGone, Tampered
from ringfence.vault.vault import Vault
from tests.support.accounts import an_account
from tests.support.database import Database

DAY = date(2026, 1, 1)


def bucket(
    vault: Vault, account_id: UUID, part: Part = Part.LOG, day: date = DAY, days: int | None = 30
) -> BucketKey:
    with tenant(account_id), connection.cursor() as cursor:
        return bucket_for(cursor, vault, account_id, part, day, days)


def reopened(vault: Vault, account_id: UUID, bucket_id: UUID) -> BucketKey:
    with tenant(account_id), connection.cursor() as cursor:
        return open_bucket(cursor, vault, account_id, bucket_id)


def test_the_same_place_is_the_same_bucket(account_id: UUID, vault: Vault) -> None:
    first = bucket(vault, account_id)
    assert bucket(vault, account_id) == first
    assert reopened(vault, account_id, first.id) == first
    assert len(first.key) == 32
    assert first.key.hex() not in repr(first)


def test_every_other_place_is_another_bucket(account_id: UUID, vault: Vault, clock: ManualClock) -> None:
    keys = [
        bucket(vault, account_id),
        bucket(vault, account_id, part=Part.RECORDING),
        bucket(vault, account_id, day=DAY + timedelta(days=1)),
        bucket(vault, account_id, days=29),
        bucket(vault, account_id, days=None),
        bucket(vault, an_account(clock)),
    ]
    assert len({key.id for key in keys}) == len({key.key for key in keys}) == len(keys)


def test_no_period_is_one_place_too(account_id: UUID, vault: Vault) -> None:
    assert bucket(vault, account_id, days=None) == bucket(vault, account_id, days=None)


def test_two_who_make_it_at_once_get_the_same(account_id: UUID, vault: Vault) -> None:
    start, made = Barrier(6), list[BucketKey]()

    def go() -> None:
        start.wait()
        try:
            made.append(bucket(vault, account_id))
        finally:
            connection.close()

    threads = [Thread(target=go) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 6
    assert len({each.key for each in made}) == 1


def test_the_voice_makes_them_over_a_plain_connection(
    account_id: UUID, vault: Vault, database: Database
) -> None:
    with database.connect("media") as media, media.transaction(), media.cursor() as cursor:
        set_tenant(cursor, account_id)
        made = bucket_for(cursor, vault, account_id, Part.RECORDING, DAY, 30)
    assert reopened(vault, account_id, made.id) == made


def test_a_bucket_ends_with_the_day_on_which_its_last_call_falls_due(account_id: UUID, vault: Vault) -> None:
    epoch, expires_at = expiry(DAY, 30)
    assert (epoch, expires_at) == ("day/2026-01-31", datetime(2026, 2, 1, tzinfo=UTC))
    assert expires_at is not None
    for moment in (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 23, 59, 59, 999_999, tzinfo=UTC)):
        falls_due = due(Part.LOG, Plan.STARTER, NO_PERIODS, moment)
        assert falls_due is not None
        assert f"day/{falls_due.date()}" == epoch
        assert falls_due < expires_at
    assert expiry(DAY, None) == (None, None)
    assert expiry(date(2028, 1, 30), 30)[0] == "day/2028-02-29"


@pytest.mark.parametrize("days", [0, -1])
def test_what_is_never_written_needs_no_bucket(account_id: UUID, vault: Vault, days: int) -> None:
    with pytest.raises(BadInput):
        bucket(vault, account_id, days=days)


def test_destroying_the_day_closes_it_for_good(account_id: UUID, vault: Vault) -> None:
    dated, undated = bucket(vault, account_id), bucket(vault, account_id, days=None)
    vault.keyring.destroy("day/2026-01-31")
    with pytest.raises(EpochGone):
        reopened(vault, account_id, dated.id)
    with pytest.raises(EpochGone):
        bucket(vault, account_id)
    assert reopened(vault, account_id, undated.id) == undated


def test_a_search_goes_by_the_keys_and_not_by_the_rows(account_id: UUID, vault: Vault) -> None:
    """The row of a destroyed day is still there, or came back with a copy of the database."""
    bucket(vault, account_id)
    other = bucket(vault, account_id, day=DAY + timedelta(days=1))
    vault.keyring.destroy("day/2026-01-31")
    with tenant(account_id), connection.cursor() as cursor:
        assert open_buckets(cursor, vault, account_id, Part.LOG) == [other]


def test_destroying_the_account_closes_all_of_its_buckets(
    account_id: UUID, vault: Vault, clock: ManualClock
) -> None:
    other = an_account(clock)
    mine, undated, theirs = (
        bucket(vault, account_id),
        bucket(vault, account_id, days=None),
        bucket(vault, other),
    )
    vault.keyring.destroy(f"account/{account_id}")
    for each in (mine, undated):
        with pytest.raises(EpochGone):
            reopened(vault, account_id, each.id)
    assert reopened(vault, other, theirs.id) == theirs


def test_a_row_moved_to_another_bucket_does_not_open(
    account_id: UUID, vault: Vault, database: Database
) -> None:
    one, two = bucket(vault, account_id), bucket(vault, account_id, part=Part.RECORDING)
    with database.superuser() as thief:
        thief.execute(
            "UPDATE keys_bucket SET wrapped = (SELECT wrapped FROM keys_bucket WHERE id = %s) WHERE id = %s",
            [two.id, one.id],
        )
    with pytest.raises(Tampered):
        reopened(vault, account_id, one.id)


def test_anothers_bucket_is_as_none(account_id: UUID, vault: Vault, clock: ManualClock) -> None:
    theirs = bucket(vault, an_account(clock))
    for bucket_id in (theirs.id, uuid4()):
        with pytest.raises(BucketGone):
            reopened(vault, account_id, bucket_id)


def test_a_query_sees_the_buckets_whose_time_has_not_passed(
    account_id: UUID, vault: Vault, clock: ManualClock
) -> None:
    clock.moment = datetime(2026, 1, 1, tzinfo=UTC)
    days = [DAY + timedelta(days=n) for n in range(3)]
    made = {day: bucket(vault, account_id, day=day) for day in days}
    endless = bucket(vault, account_id, day=days[0], days=None)
    bucket(vault, account_id, part=Part.RECORDING)

    def seen(**bounds: date) -> list[BucketKey]:
        with tenant(account_id), connection.cursor() as cursor:
            return open_buckets(cursor, vault, account_id, Part.LOG, **bounds)

    assert [key.day for key in seen()] == [days[2], days[1], days[0], days[0]]
    assert seen(first_day=days[1], last_day=days[1]) == [made[days[1]]]
    clock.moment = datetime(2026, 2, 1, tzinfo=UTC) - timedelta(seconds=1)
    assert made[days[0]] in seen()
    clock.moment = datetime(2026, 2, 1, tzinfo=UTC)
    assert made[days[0]] not in seen()
    clock.moment = datetime(2099, 1, 1, tzinfo=UTC)
    assert seen() == [endless]
