"""Many calls in a real database, sealed as intake seals them, made fast: rows by COPY, one index build at the end.

The words are drawn from a vocabulary with Zipf's frequencies, so that a common word is in half of the calls and a rare
one in a handful. Beside the sealed tokens stands a plain table with a `tsvector` of the same words, to compare with.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection, connections
from psycopg.types.json import Jsonb
from tests.support import database as support
from tests.support.accounts import an_account
from tests.support.keys import a_vault

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.content import LOG, TRANSCRIPT, Place, seal_json, wrap
from ringfence.apps.keys import wiring
from ringfence.apps.keys.buckets import BucketKey, bucket_for
from ringfence.core.clock import ManualClock
from ringfence.core.ids import id_at
from ringfence.policy import Part, Plan
from ringfence.vault.blind import Tokens, number_index
from ringfence.vault.seal import new_key
from ringfence.vault.vault import Vault

DAYS: Final = 90
VOCABULARY: Final = 5_000
WORDS: Final = 40
NUMBERS: Final = 5_000
NOW: Final = datetime(2026, 11, 20, 12, tzinfo=UTC)
OUTCOMES: Final = ("finished", "caller_hung_up", "no_input", "transferred")
_CALL: Final = """
COPY calls_call (id, account_id, agent_id, agent_slug, agent_version, direction, channel, status, outcome, started_at,
  answered_at, ended_at, seen_at, duration_ms, plan, policy_version, expires_at, disclosure, consent, wrapped_key,
  numbers_sealed, from_index, to_index, problems, costs, timings, log_bucket_id) FROM STDIN
"""
_TRANSCRIPT: Final = """
COPY calls_transcript (id, account_id, call_id, state, bucket_id, wrapped_key, expires_at, turns_sealed,
  summary_sealed, variables_sealed) FROM STDIN
"""
_TOKENS: Final = "COPY calls_searchtokens (id, account_id, call_id, bucket_id, tokens) FROM STDIN"
_PLAIN: Final = "COPY bench_plain (id, account_id, words) FROM STDIN"


@dataclass(frozen=True)
class Many:
    """An account with that many calls, and what to look for."""

    account_id: UUID
    agent_id: UUID
    clock: ManualClock
    database: support.Database
    ids: list[UUID]


def word(number: int) -> str:
    return f"word{number}"


@contextmanager
def installation() -> Iterator[tuple[support.Database, Vault, ManualClock]]:
    """A server with the schema, Django pointed at it as the pages' login, and an open vault."""
    clock = ManualClock(NOW)
    with TemporaryDirectory() as folder, support.running_server() as server:
        with server.superuser() as admin:
            admin.execute("ALTER SYSTEM SET shared_buffers = '256MB'")
            admin.execute(f"CREATE DATABASE {support.TEMPLATE}")
        database = support.Database(support.TEMPLATE, server.sockets, server.passwords)
        support.hand_over(database)
        support.configure(database, Path(folder))
        support.migrate(database)
        vault = a_vault(Path(folder), clock)
        wiring.install(vault)
        try:
            yield database, vault, clock
        finally:
            connections.close_all()


def fill(
    database: support.Database, vault: Vault, clock: ManualClock, count: int, *, plain: bool = True
) -> Many:
    """A new account with `count` calls over the last ninety days, newest last. `plain` makes the table to compare with."""
    account_id = an_account(clock, Plan.GROWTH)
    agent_id = id_at(NOW - timedelta(days=100))
    rng = np.random.default_rng(count)
    step = timedelta(days=DAYS - 1) / count
    moments = [NOW - timedelta(minutes=5) - step * back for back in range(count, 0, -1)]
    ids = [id_at(moment) for moment in moments]
    with tenant(account_id), connection.cursor() as cursor:
        buckets = {
            (part, day): bucket_for(cursor, vault, account_id, part, day, DAYS)
            for part in (Part.LOG, Part.TRANSCRIPT)
            for day in sorted({(moment + timedelta(minutes=2)).date() for moment in moments})
        }
    with database.superuser() as server:
        server.execute("SET maintenance_work_mem = '1GB'")
        server.execute(
            "CREATE TABLE IF NOT EXISTS bench_plain (id uuid, account_id uuid, words text[], vector tsvector "
            "GENERATED ALWAYS AS (array_to_tsvector(words)) STORED)"
        )
        server.execute("DROP INDEX IF EXISTS bench_plain_gin")
        server.execute("DROP INDEX calls_searchtokens_gin")
        writer = _Writer(account_id, agent_id, buckets, rng, plain=plain)
        for first in range(0, count, 20_000):
            writer.write(server, ids[first : first + 20_000], moments[first : first + 20_000])
        server.execute("CREATE INDEX calls_searchtokens_gin ON calls_searchtokens USING gin (tokens)")
        server.execute("CREATE INDEX bench_plain_gin ON bench_plain USING gin (vector)")
        server.execute("CREATE INDEX IF NOT EXISTS bench_plain_id ON bench_plain (account_id, id DESC)")
        server.execute("GRANT SELECT ON bench_plain TO rf_web")
        server.execute("VACUUM ANALYZE")
    return Many(account_id, agent_id, clock, database, ids)


class _Writer:
    def __init__(
        self, account_id: UUID, agent_id: UUID, buckets: dict[tuple[Part, date], BucketKey],
        rng: np.random.Generator, *, plain: bool,
    ) -> None:  # fmt: skip
        self._plain = plain
        self._account_id, self._agent_id, self._buckets, self._rng = account_id, agent_id, buckets, rng
        share = 1 / np.arange(1, VOCABULARY + 1)
        self._shares = share / share.sum()
        self._hashes: dict[UUID, list[int]] = {}
        self._numbers: dict[tuple[UUID, int], bytes] = {}

    def write(self, server: psycopg.Connection[object], ids: list[UUID], moments: list[datetime]) -> None:
        said = self._rng.choice(VOCABULARY, (len(ids), WORDS), p=self._shares)
        ends = [moment + timedelta(minutes=2) for moment in moments]
        account_id = self._account_id
        with server.cursor() as cursor:
            with cursor.copy(_CALL) as copy:
                for number, (call_id, moment, end) in enumerate(zip(ids, moments, ends, strict=True)):
                    copy.write_row(self._call(call_id, moment, end, number))
            with cursor.copy(_TRANSCRIPT) as copy:
                for call_id, end in zip(ids, ends, strict=True):
                    copy.write_row(self._transcript(call_id, end))
            with cursor.copy(_TOKENS) as copy:
                for call_id, end, row in zip(ids, ends, said, strict=True):
                    bucket = self._buckets[Part.TRANSCRIPT, end.date()]
                    hashes = self._hashed(bucket)
                    tokens = [hashes[each] for each in np.unique(row)]
                    copy.write_row((call_id, account_id, call_id, bucket.id, tokens))
            if not self._plain:
                return
            with cursor.copy(_PLAIN) as copy:
                for call_id, row in zip(ids, said, strict=True):
                    copy.write_row((call_id, account_id, [word(each) for each in np.unique(row)]))

    def _call(self, call_id: UUID, moment: datetime, end: datetime, number: int) -> tuple[object, ...]:
        bucket, key = self._buckets[Part.LOG, end.date()], new_key()
        place, caller = Place(self._account_id, call_id), int(self._rng.integers(NUMBERS))
        numbers = {"from": e164(caller), "to": e164(NUMBERS)}
        return (
            call_id, self._account_id, self._agent_id, "front-desk", 1, "inbound", "twilio", "completed",
            OUTCOMES[number % len(OUTCOMES)], moment, moment, end, end, 120_000, "growth", "bench",
            end + timedelta(days=DAYS), Jsonb({}), Jsonb({}), wrap(bucket.key, key, place, LOG),
            seal_json(key, numbers, place, LOG, "numbers_sealed"), self._index(bucket, caller),
            self._index(bucket, NUMBERS), Jsonb([]), Jsonb({}), Jsonb([]), bucket.id,
        )  # fmt: skip

    def _transcript(self, call_id: UUID, end: datetime) -> tuple[object, ...]:
        bucket, key = self._buckets[Part.TRANSCRIPT, end.date()], new_key()
        place = Place(self._account_id, call_id)
        turns = [
            {"speaker": "caller", "text": "as long as a short turn is", "start_s": 1.0, "end_s": 2.0}
        ] * 8
        sealed = (
            seal_json(key, value, place, TRANSCRIPT, f"{name}_sealed")
            for name, value in (("turns", turns), ("summary", "A summary."), ("variables", []))
        )
        return (
            call_id, self._account_id, call_id, "kept", bucket.id, wrap(bucket.key, key, place, TRANSCRIPT),
            end + timedelta(days=DAYS), *sealed,
        )  # fmt: skip

    def _hashed(self, bucket: BucketKey) -> list[int]:
        if bucket.id not in self._hashes:
            tokens = Tokens(bucket.key)
            self._hashes[bucket.id] = [tokens.word(word(number)) for number in range(VOCABULARY)]
        return self._hashes[bucket.id]

    def _index(self, bucket: BucketKey, number: int) -> bytes:
        place = (bucket.id, number)
        if place not in self._numbers:
            self._numbers[place] = number_index(bucket.key, e164(number))
        return self._numbers[place]


def e164(number: int) -> str:
    return f"+1202555{number:04d}"
