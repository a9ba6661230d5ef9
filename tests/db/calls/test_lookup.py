"""The questions that no single account could ask, or that row-level security would make slow."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from hashlib import sha256
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.models import Call, Erasure, Recording, Ticket
from ringfence.apps.keys.buckets import bucket_for
from ringfence.apps.rows.cursor import set_tenant
from ringfence.core.clock import ManualClock
from ringfence.core.ids import id_at, new_id
from ringfence.policy import Part
from ringfence.vault.vault import Vault
from tests.support.accounts import an_account
from tests.support.calls import a_call
from tests.support.database import Database

DAY = date(2026, 1, 1)


def ticket(account_id: UUID, clock: ManualClock, token: bytes, lasts: int = 30) -> UUID:
    with tenant(account_id):
        call_id = a_call(account_id, clock)
        Ticket.objects.create(
            id=new_id(clock),
            account_id=account_id,
            call_id=call_id,
            sha256=sha256(token).digest(),
            expires_at=clock.now() + timedelta(seconds=lasts),
        )
    return call_id


def redeem(database: Database, clock: ManualClock, token: bytes) -> list[Any]:
    with database.connect("media") as media:
        found = media.execute(
            "SELECT * FROM lookup.redeem_ticket(%s, %s)", [sha256(token).digest(), clock.now()]
        )
        return found.fetchall()


def test_a_ticket_admits_one_stream(database: Database, account_id: UUID, clock: ManualClock) -> None:
    token = uuid4().bytes
    call_id = ticket(account_id, clock, token)
    start, admitted = Barrier(5), list[Any]()

    def go() -> None:
        start.wait()
        admitted.extend(redeem(database, clock, token))

    threads = [Thread(target=go) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted == [(account_id, call_id, None, None)]
    assert redeem(database, clock, token) == []


@pytest.mark.parametrize(("after", "admitted"), [(29.999, 1), (30, 0)])
def test_a_ticket_lapses(
    database: Database, account_id: UUID, clock: ManualClock, after: float, admitted: int
) -> None:
    token = uuid4().bytes
    ticket(account_id, clock, token)
    clock.advance(after)
    assert len(redeem(database, clock, token)) == admitted
    assert redeem(database, clock, b"another") == []


class Searchable:
    """An account with a bucket a day, to put transcripts in and to search."""

    def __init__(self, account_id: UUID, vault: Vault) -> None:
        self.account_id, self.vault = account_id, vault

    def bucket(self, day: date) -> UUID:
        with tenant(self.account_id), connection.cursor() as cursor:
            return bucket_for(cursor, self.vault, self.account_id, Part.TRANSCRIPT, day, 30).id

    def call(
        self, clock: ManualClock, bucket: UUID, tokens: Sequence[int], call_id: UUID | None = None
    ) -> UUID:
        with tenant(self.account_id), connection.cursor() as cursor:
            made = a_call(self.account_id, clock, call_id=call_id)
            cursor.execute(
                "SELECT lookup.put_tokens(%s, %s, %s, %s, %s::bigint[])",
                [new_id(clock), self.account_id, made, bucket, list(tokens)],
            )
            assert cursor.fetchone() == (True,)
        return made

    def search(
        self, buckets: Sequence[UUID], tokens: Sequence[int], before: UUID | None = None, most: int = 50
    ) -> list[UUID]:
        with tenant(self.account_id), connection.cursor() as cursor:
            cursor.execute(
                "SELECT call_id FROM lookup.search_calls(%s, %s::uuid[], %s::bigint[], %s, %s)",
                [self.account_id, list(buckets), list(tokens), before, most],
            )
            return [row[0] for row in cursor.fetchall()]


@pytest.fixture
def here(account_id: UUID, vault: Vault) -> Searchable:
    return Searchable(account_id, vault)


def test_search_wants_every_word_and_shows_the_newest_first(here: Searchable, clock: ManualClock) -> None:
    bucket = here.bucket(DAY)
    calls = []
    for tokens in ([1, 2], [1, 2, 3], [1], [2], [-5, 2, 1]):
        clock.advance(1)
        calls.append(here.call(clock, bucket, tokens))
    assert here.search([bucket], [1, 2]) == [calls[4], calls[1], calls[0]]
    assert here.search([bucket], [1, 2], most=2) == [calls[4], calls[1]]
    assert here.search([bucket], [1, 2], before=calls[1]) == [calls[0]]
    assert here.search([bucket], [7]) == []
    assert here.search([bucket], []) == []
    assert here.search([], []) == []


def test_a_word_has_another_token_in_every_bucket(here: Searchable, clock: ManualClock) -> None:
    today, yesterday = here.bucket(DAY), here.bucket(DAY - timedelta(days=1))
    old = here.call(clock, yesterday, [10, 20])
    clock.advance(1)
    new = here.call(clock, today, [11, 21])
    here.call(clock, today, [10, 20])
    assert here.search([today, yesterday], [11, 21, 10, 20]) == [new, old]


def test_search_stops_early_and_is_exact_across_midnight(here: Searchable, clock: ManualClock) -> None:
    """A call that ended after midnight may have begun before one that ended before it."""
    buckets = [here.bucket(DAY - timedelta(days=n)) for n in range(4)]
    moment = clock.now()
    across = here.call(clock, buckets[0], [1], id_at(moment - timedelta(minutes=10)))
    within = here.call(clock, buckets[1], [1], id_at(moment - timedelta(minutes=5)))
    older = here.call(clock, buckets[2], [1], id_at(moment - timedelta(days=2)))
    assert here.search(buckets, [1] * 4, most=1) == [within]
    assert here.search(buckets, [1] * 4, most=2) == [within, across]
    assert here.search(buckets, [1] * 4) == [within, across, older]


def test_search_is_of_ones_own_account(here: Searchable, clock: ManualClock, vault: Vault) -> None:
    other = Searchable(an_account(clock), vault)
    theirs = other.bucket(DAY)
    other.call(clock, theirs, [1])
    assert here.search([theirs], [1]) == []
    for statement in (
        "SELECT lookup.search_calls(%s, ARRAY[]::uuid[], ARRAY[]::bigint[], NULL, 5)",
        "SELECT lookup.drop_tokens(%s, ARRAY[]::uuid[])",
    ):
        with (
            pytest.raises(Exception, match="not the account"),
            tenant(here.account_id),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement, [other.account_id])


FILL = """
WITH made AS (
    INSERT INTO calls_call (id, account_id, agent_id, agent_slug, agent_version, direction, channel, status, started_at,
                            plan, policy_version, problems, costs, timings)
    SELECT gen_random_uuid(), %(account)s, %(account)s, 's', 1, 'inbound', 'web', 'completed', now(), 'starter', 'v',
           '[]', '{}', '[]' FROM generate_series(1, 20000) RETURNING id)
INSERT INTO calls_searchtokens (id, account_id, call_id, bucket_id, tokens)
SELECT gen_random_uuid(), %(account)s, id, %(bucket)s,
       ARRAY(SELECT hashint8extended(n, hashtext(id::text)) %% 1000000 FROM generate_series(1, 40) n) FROM made
"""


@pytest.fixture
def full(here: Searchable, database: Database) -> UUID:
    """A bucket of 20,000 transcripts."""
    bucket = here.bucket(DAY)
    with database.superuser() as admin:
        admin.execute(FILL, {"account": here.account_id, "bucket": bucket})
        admin.execute("VACUUM ANALYZE calls_searchtokens")
    return bucket


def test_the_statement_inside_search_uses_the_gin_index_behind_the_fence(
    full: UUID, database: Database
) -> None:
    with database.superuser() as look:
        [(source,)] = look.execute("SELECT prosrc FROM pg_proc WHERE proname = 'search_calls'").fetchall()
        inner = re.search(r"SELECT t\.call_id.*?OFFSET 0", source, re.DOTALL)
        assert inner is not None
        statement, replaced = re.subn(r"wanted\[.*?\]", "'{1234,5678}'::bigint[]", inner[0], flags=re.DOTALL)
        assert replaced == 1
        look.execute("SET ROLE rf_lookup")
        plan = "\n".join(row[0] for row in look.execute(f"EXPLAIN {statement}").fetchall())
    assert "Bitmap Index Scan on calls_searchtokens_gin" in plan
    assert "Seq Scan" not in plan


def test_search_reads_the_index_and_never_the_table_from_end_to_end(
    here: Searchable, full: UUID, database: Database
) -> None:
    def counts() -> tuple[int, int]:
        with database.superuser() as look:
            row = look.execute(
                "SELECT t.seq_scan, i.idx_scan FROM pg_stat_user_tables t JOIN pg_stat_user_indexes i USING (relid)"
                " WHERE i.indexrelname = 'calls_searchtokens_gin'"
            ).fetchone()
        assert row is not None
        return row[0], row[1]

    with database.connect("web") as web:
        web.execute("SELECT 1")
        before = counts()
        with web.transaction():
            set_tenant(web.cursor(), here.account_id)
            web.execute(
                "SELECT * FROM lookup.search_calls(%s, %s::uuid[], %s::bigint[], NULL, 50)",
                [here.account_id, [full], [1234, 5678]],
            )
        web.execute("SELECT pg_stat_force_next_flush()")
        web.execute("SELECT 1")
    after = counts()
    assert after[0] == before[0]
    assert after[1] == before[1] + 1


def test_an_erasure_fences_late_tokens_and_takes_early_ones(here: Searchable, clock: ManualClock) -> None:
    bucket = here.bucket(DAY)
    call_id = here.call(clock, bucket, [1])
    with tenant(here.account_id), connection.cursor() as cursor:
        Erasure.objects.create(
            id=new_id(clock),
            account_id=here.account_id,
            call_id=call_id,
            part="transcript",
            state="requested",
            requested_at=clock.now(),
            requested_by="test",
        )
        cursor.execute("SELECT lookup.drop_tokens(%s, %s::uuid[])", [here.account_id, [call_id]])
        assert cursor.fetchone() == (1,)
        cursor.execute(
            "SELECT lookup.put_tokens(%s, %s, %s, %s, '{1}')",
            [new_id(clock), here.account_id, call_id, bucket],
        )
        assert cursor.fetchone() == (False,)
    assert here.search([bucket], [1]) == []


def test_a_call_whose_tokens_were_forgotten_cannot_be_deleted(here: Searchable, clock: ManualClock) -> None:
    call_id = here.call(clock, here.bucket(DAY), [1])
    with pytest.raises(Exception, match="calls_searchtokens"), tenant(here.account_id):
        Call.objects.filter(account_id=here.account_id, id=call_id).delete()
    with tenant(here.account_id), connection.cursor() as cursor:
        cursor.execute("SELECT lookup.drop_tokens(%s, %s::uuid[])", [here.account_id, [call_id]])
        Call.objects.filter(account_id=here.account_id, id=call_id).delete()


def scan(database: Database, function: str, *values: object) -> set[UUID]:
    marks = ", ".join(["%s"] * len(values))
    with database.connect("worker") as worker:
        return {row[0] for row in worker.execute(f"SELECT lookup.{function}({marks})", values).fetchall()}


def test_the_worker_finds_where_there_is_work(
    database: Database, account_id: UUID, clock: ManualClock
) -> None:
    now, other = clock.now(), an_account(clock)
    with tenant(account_id):
        call_id = a_call(account_id, clock, seen_at=now)
        Recording.objects.create(
            id=new_id(clock),
            account_id=account_id,
            call_id=call_id,
            state="kept",
            expires_at=now + timedelta(days=30),
        )
        Erasure.objects.create(
            id=new_id(clock),
            account_id=account_id,
            call_id=call_id,
            part="recording",
            state="requested",
            requested_at=now,
            requested_by="test",
        )
    assert account_id not in scan(database, "accounts_with_silent_calls", now)
    silent = scan(database, "accounts_with_silent_calls", now + timedelta(milliseconds=1))
    assert account_id in silent
    assert account_id in scan(database, "accounts_with_open_erasures")
    assert account_id not in scan(
        database, "accounts_with_overdue_parts", now + timedelta(days=30, seconds=-1)
    )
    assert account_id in scan(database, "accounts_with_overdue_parts", now + timedelta(days=30))
    assert other not in silent


@pytest.mark.parametrize(
    ("login", "call"),
    [
        ("media", "accounts_with_open_erasures()"),
        ("web", "accounts_with_open_erasures()"),
        ("worker", "redeem_ticket('', now())"),
        ("media", "drop_tokens(NULL, NULL)"),
        ("media", "search_calls(NULL, NULL, NULL, NULL, 1)"),
        ("media", "api_key_by_prefix('x')"),
        ("worker", "memberships_of_user(NULL)"),
    ],
)
def test_questions_are_only_for_those_who_need_the_answer(database: Database, login: Any, call: str) -> None:
    with database.connect(login) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(f"SELECT lookup.{call}")
