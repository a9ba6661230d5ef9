"""Pruning: an event whose time has passed goes with its salt and its indexes; its leaf stays, and says nothing.

Done as the login rf_audit, the only one that can take an event away. Before anything goes, periods are lengthened where an
account's plan now promises a longer one than its events were written under. They are never shortened: an event keeps what
was promised when it happened.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from ringfence.apps.audit.buckets import epoch_of, period
from ringfence.core.ids import id_at
from ringfence.policy import Plan
from ringfence.vault.errors import EpochGone
from ringfence.vault.vault import Vault
from ringfence.vault.wrap import open_bucket_key, wrap_bucket_key
from ringfence.work.database import Database

AT_ONCE: Final = 10_000
_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_old_events(%s, %s, %s, %s)"
_PLAN: Final = "SELECT plan FROM accounts_account WHERE id = %s"
_SHORT: Final = """
SELECT b.id, b.day, b.epoch, b.wrapped FROM audit_bucket b
WHERE b.account_id = %s AND b.period_days < COALESCE(%s::integer, 2147483647) AND b.day + b.period_days >= %s
FOR UPDATE
"""
_LENGTHEN: Final = """
UPDATE audit_bucket SET period_days = %s, epoch = %s, wrapped = %s WHERE account_id = %s AND id = %s
"""
_DUE: Final = """
SELECT id, period_days, day FROM audit_bucket WHERE account_id = %s AND day + period_days <= %s ORDER BY day
"""
_PRUNE: Final = """
DELETE FROM audit_event WHERE account_id = %s AND id IN (
  SELECT id FROM audit_event WHERE account_id = %s AND bucket_id = %s AND id < %s LIMIT %s)
"""
_EMPTY: Final = """
DELETE FROM audit_bucket b WHERE b.account_id = %s AND b.id = %s
  AND NOT EXISTS (SELECT 1 FROM audit_event e WHERE e.account_id = b.account_id AND e.bucket_id = b.id)
"""


def prune(database: Database, vault: Vault) -> int:
    """Lengthen what is promised longer, then take away what is due, in every account; how many events went. Idempotent."""
    today = vault.clock.now().date()
    with database.transaction() as cursor:
        periods = [period(plan) for plan in (Plan.STARTER, Plan.GROWTH, Plan.ENTERPRISE)]
        accounts = [row[0] for row in cursor.execute(_ACCOUNTS, (today, *periods)).fetchall()]
    count = 0
    for account_id in accounts:
        with database.transaction(account_id) as cursor:
            _lengthen(cursor, vault, account_id)
        count += _prune(database, vault, account_id)
    return count


def _lengthen(cursor: Any, vault: Vault, account_id: UUID) -> None:
    """Rewrap the day's key under a later epoch, or under the account's alone: the events themselves are not touched."""
    row = cursor.execute(_PLAN, (account_id,)).fetchone()
    if row is None:
        return
    days, today = period(Plan(row[0])), vault.clock.now().date()
    for bucket_id, day, epoch, wrapped in cursor.execute(_SHORT, (account_id, days, today)).fetchall():
        later = epoch_of(day, days)
        try:
            key = open_bucket_key(vault.keyring, account_id, bucket_id, epoch or None, bytes(wrapped))
        except EpochGone:
            continue  # its day is over
        fresh = wrap_bucket_key(vault.keyring, account_id, bucket_id, later, key)
        cursor.execute(_LENGTHEN, (days, later or "", fresh, account_id, bucket_id))


def _prune(database: Database, vault: Vault, account_id: UUID) -> int:
    now, count = vault.clock.now(), 0
    with database.transaction(account_id) as cursor:
        buckets = cursor.execute(_DUE, (account_id, now.date())).fetchall()
    for bucket_id, days, day in buckets:
        before = id_at(now - timedelta(days=days))
        while True:
            with database.transaction(account_id) as cursor:
                cursor.execute(_PRUNE, (account_id, account_id, bucket_id, before, AT_ONCE))
                gone = cursor.rowcount
                if gone < AT_ONCE and day + timedelta(days=days) < now.date():
                    cursor.execute(_EMPTY, (account_id, bucket_id))
            count += gone
            if gone < AT_ONCE:
                break
    return count
