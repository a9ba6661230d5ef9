"""Erasing an account: at once unreadable, then gone everywhere, and looked at again before it is called done.

Steps, each safe to repeat, with a crash allowed between any two; the account's own row goes last, and while it is there a worker
begins anew:

1. mark     `erasing_at`, and a tombstone that becomes the receipt
2. enter    the erasure ledger, outside the database: a restored database erases it again
3. keys     the account's epoch, its shelves and its holds: from here on nothing of it opens, in no copy
4. objects  everything under its prefix
5. rows     every table of the catalogue with an account in it, queued work, sessions, people who belong nowhere else
6. heads    its audit chain in the ledger's place
7. finish   look again, in every place; the receipt is done, and the account's row goes

What the law keeps stays (billing, records of consent and opt-out without content, receipts), as the catalogue says table by table.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg.types.json import Jsonb

from ringfence.apps.accounts.errors import NoSuchAccount
from ringfence.apps.accounts.terms import standing
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.calls.models import ErasedPart
from ringfence.apps.calls.objects import Objects, objects
from ringfence.apps.keys.wiring import vault as installed
from ringfence.core.clock import Clock
from ringfence.core.config import current
from ringfence.core.errors import Unavailable
from ringfence.core.ids import new_id
from ringfence.lifecycle import held
from ringfence.lifecycle.accounts import tables
from ringfence.lifecycle.accounts.leavers import end_sessions
from ringfence.lifecycle.audit.ledger import HeadLedger, open_ledger
from ringfence.lifecycle.doors import DjangoTransactions, Transactions
from ringfence.lifecycle.ledger.batches import Entry, SignedBatch
from ringfence.lifecycle.ledger.book import Book, place
from ringfence.lifecycle.plans.billing import last_bill
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import account_epoch, hold_epoch
from ringfence.vault.vault import Vault

AT_ONCE: Final = 20_000
SETTLES_AFTER: Final = timedelta(hours=1)
PART: Final = ErasedPart.ACCOUNT.value
PLACES: Final = {
    held.KEYRING: held.OPEN, held.DATABASE: held.OPEN, held.QUEUE: held.OPEN, held.OBJECTS: held.OPEN,
    held.PEOPLE: held.OPEN, held.HEADS: held.OPEN,
}  # fmt: skip
_MARK: Final = "UPDATE accounts_account SET erasing_at = %s WHERE id = %s AND erasing_at IS NULL"
_TOMBSTONE: Final = """
INSERT INTO calls_erasure (id, account_id, call_id, part, state, requested_at, requested_by, attempts, places, ledger_hash)
VALUES (%s, %s, %s, 'account', 'requested', %s, %s, 0, %s, '') ON CONFLICT DO NOTHING
"""
_WAITING: Final = """
SELECT requested_at, requested_by FROM calls_erasure
WHERE account_id = %s AND part = 'account' AND ledger_batch IS NULL
"""
_ENTERED: Final = """
UPDATE calls_erasure SET ledger_batch = %s, ledger_hash = %s WHERE account_id = %s AND part = 'account'
"""
_FORWARD: Final = """
INSERT INTO calls_ledgermark (id, batch, hash, at) VALUES (1, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET batch = excluded.batch, hash = excluded.hash, at = excluded.at
WHERE calls_ledgermark.batch < excluded.batch
"""
_ERASE_ROWS: Final = "SELECT lookup.erase_rows(%s, %s, %s)"
_HOLDS: Final = "SELECT id FROM holds_hold WHERE account_id = %s"
_HAS_ROWS: Final = "SELECT lookup.has_rows(%s, %s)"
_ALONE: Final = "SELECT * FROM lookup.people_of_this_account_alone(%s)"
_ERASE_PEOPLE: Final = "SELECT lookup.erase_people(%s)"
_JOBS: Final = "DELETE FROM procrastinate_jobs WHERE status = 'todo' AND args ->> 'account_id' = %s"
_DONE: Final = """
UPDATE calls_erasure SET state = 'done', done_at = COALESCE(done_at, %(now)s), tried_at = %(now)s, attempts = attempts + 1,
  places = (SELECT COALESCE(jsonb_object_agg(e.key, CASE WHEN e.value IN ('open', 'failed') THEN 'erased' ELSE e.value END), '{}')
            FROM jsonb_each_text(places) e)
WHERE account_id = %(account)s AND part = 'account' AND state <> 'done'
"""
_TRIED: Final = """
UPDATE calls_erasure SET tried_at = %s, attempts = attempts + 1, places = places || %s
WHERE account_id = %s AND part = 'account' AND state <> 'done'
"""
_UNSETTLED: Final = """
SELECT 1 FROM calls_erasure
WHERE account_id = %s AND part = 'account' AND state = 'done' AND settled_at IS NULL AND done_at < %s
"""
_SETTLED: Final = "UPDATE calls_erasure SET settled_at = %s WHERE account_id = %s AND part = 'account'"


@dataclass(frozen=True, slots=True)
class Eraser:
    """The places. Runs as the login rf_worker."""

    database: Transactions
    vault: Vault
    objects: Objects
    book: Book
    heads: HeadLedger

    @classmethod
    def here(cls, database: Transactions, vault: Vault) -> "Eraser":
        """The places of this installation."""
        config = current()
        book = Book(place(config.ledger_url), vault)
        return cls(database, vault, objects(config.object_store_url), book, open_ledger(config.ledger_url))

    @property
    def clock(self) -> Clock:
        return self.vault.clock

    def erase(self, account_id: UUID, *, by: str = "platform") -> bool:
        """All steps; whether the account is gone everywhere. Again, and for an account that never was, changes nothing."""
        if not self.mark(account_id, by):
            return True
        failed: dict[str, str] = {}
        steps: tuple[tuple[str, Callable[[UUID], object]], ...] = (
            (held.LEDGER, self.enter), (held.KEYRING, self.keys), (held.OBJECTS, self.objects.clear),
            (held.DATABASE, self.rows), (held.PEOPLE, self.people), (held.HEADS, self.heads.forget),
        )  # fmt: skip
        for where, step in steps:
            try:
                step(account_id)
            except Unavailable as error:
                structlog.get_logger().error("an account's erasure waits", code=error.code)
                if (
                    where == held.LEDGER
                ):  # what does not stand there yet may not be destroyed: a restore would not know
                    return False
                failed[where] = held.FAILED
        return self.finish(account_id, failed)

    def mark(self, account_id: UUID, by: str) -> bool:
        """Step 1; False if there is no such account any more."""
        with self.database.transaction(account_id) as cursor:
            try:
                known = standing(cursor, account_id, alone=True)
            except NoSuchAccount:
                return False
            now = self.clock.now()
            if known.erasing_at is None:
                last_bill(cursor, self.clock, account_id, known)
                note(cursor, self.vault, account_id, Act.ACCOUNT_ERASED, Thing("account", str(account_id)))
                cursor.execute(_MARK, (now, account_id))
            fresh = (new_id(self.clock), account_id, account_id, now, by, Jsonb(PLACES))
            cursor.execute(_TOMBSTONE, fresh)
        return True

    def enter(self, account_id: UUID) -> None:
        """Step 2. Killed after the ledger has it and before the row says so, it is entered once more."""
        with self.database.transaction(account_id) as cursor:
            row = cursor.execute(_WAITING, (account_id,)).fetchone()
        if row is None:
            return
        signed = self.book.enter([Entry(account_id, account_id, PART, row[1], row[0])])
        with self.database.transaction(account_id) as cursor:
            self._entered(cursor, account_id, signed)
            cursor.execute(_FORWARD, (signed.batch.number, signed.hash, self.clock.now()))

    def keys(self, account_id: UUID) -> None:
        """Step 3: in no time, however much there is."""
        keyring = self.vault.keyring
        keyring.destroy(account_epoch(account_id))
        with self.database.transaction(account_id) as cursor:
            holds = [row[0] for row in cursor.execute(_HOLDS, (account_id,)).fetchall()]
        for hold_id in holds:
            keyring.destroy(hold_epoch(hold_id))
        for name in keyring.list("shelf"):
            if name.startswith(f"shelf/{account_id}-"):
                keyring.destroy(name)

    def rows(self, account_id: UUID) -> None:
        """Step 5, the first half."""
        with self.database.transaction(account_id) as cursor:
            cursor.execute(_JOBS, (str(account_id),))
        for table in tables.erased():
            if table == tables.PEOPLE:
                continue
            while self._erase_some(account_id, table) == AT_ONCE:
                continue

    def people(self, account_id: UUID) -> None:
        """Step 5, the second half: sessions first, while it is known whose they are."""
        with self.database.transaction(account_id) as cursor:
            alone = {str(row[0]) for row in cursor.execute(_ALONE, (account_id,)).fetchall()}
            if alone:
                end_sessions(cursor, alone)
        with self.database.transaction(account_id) as cursor:
            cursor.execute(_ERASE_PEOPLE, (account_id,))

    def finish(self, account_id: UUID, failed: dict[str, str]) -> bool:
        """Step 7."""
        left = dict.fromkeys(self.look_again(account_id), held.FAILED) | failed
        with self.database.transaction(account_id) as cursor:
            if left:
                cursor.execute(_TRIED, (self.clock.now(), Jsonb(left), account_id))
                return False
            cursor.execute(_DONE, {"now": self.clock.now(), "account": account_id})
            cursor.execute(_ERASE_ROWS, (account_id, tables.ITSELF, 1))
        structlog.get_logger().info("an account was erased", account_id=str(account_id))
        return True

    def look_again(self, account_id: UUID) -> list[str]:
        """The places where something of it still is."""
        found = []
        try:
            self.vault.keyring.epoch(account_epoch(account_id))
            found.append(held.KEYRING)
        except EpochGone:
            pass
        with self.database.transaction(account_id) as cursor:
            if any(_holds(cursor, account_id, table) for table in tables.erased()):
                found.append(held.DATABASE)
        try:
            if self.objects.clear(account_id):
                found.append(held.OBJECTS)
        except Unavailable:
            found.append(held.OBJECTS)
        return found

    def settle(self, account_id: UUID) -> None:
        """An hour later once more: an upload or a batch of the trail that was under way then is over now."""
        now = self.clock.now()
        with self.database.transaction(account_id) as cursor:
            if cursor.execute(_UNSETTLED, (account_id, now - SETTLES_AFTER)).fetchone() is None:
                return
        self.objects.clear(account_id)
        self.heads.forget(account_id)
        with self.database.transaction(account_id) as cursor:
            cursor.execute(_SETTLED, (now, account_id))

    def again(self, entry: Entry, signed: SignedBatch) -> None:
        """As the ledger remembers it, for a database that does not."""
        with self.database.transaction(entry.account) as cursor:
            values = (new_id(self.clock), entry.account, entry.account, entry.at, entry.by, Jsonb(PLACES))
            cursor.execute(_MARK, (self.clock.now(), entry.account))
            cursor.execute(_TOMBSTONE, values)
            self._entered(cursor, entry.account, signed)
        if not self.erase(entry.account, by=entry.by):
            structlog.get_logger().error("an account's erasure waits", code="again")
        with self.database.transaction(entry.account) as cursor:
            cursor.execute(_DONE, {"now": self.clock.now(), "account": entry.account})

    def _entered(self, cursor: Any, account_id: UUID, signed: SignedBatch) -> None:
        cursor.execute(_ENTERED, (signed.batch.number, signed.hash, account_id))

    def _erase_some(self, account_id: UUID, table: str) -> int:
        with self.database.transaction(account_id) as cursor:
            row = cursor.execute(_ERASE_ROWS, (account_id, table, AT_ONCE)).fetchone()
        return row[0] if row else 0


def erase_again(entry: Entry, signed: SignedBatch) -> None:
    """In a restored database, by whoever replays the ledger."""
    Eraser.here(DjangoTransactions(), installed()).again(entry, signed)


def erase_due(eraser: Eraser, accounts: list[UUID]) -> int:
    """Erase accounts whose days of grace are over; how many are gone. What one of them waits for keeps no other."""
    return sum(eraser.erase(account_id) for account_id in accounts)


def _holds(cursor: Any, account_id: UUID, table: str) -> bool:
    row = cursor.execute(_HAS_ROWS, (account_id, table)).fetchone()
    return bool(row and row[0])
