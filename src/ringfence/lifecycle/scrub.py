"""What a database leaves behind: dead versions of rows stay in its files, readable by whoever reads files.

PostgreSQL takes a deleted row out of sight, not out of its page; a wrapped key was read back from a heap file after DELETE and
VACUUM. So, once a day, tables from which something was deleted are written anew (VACUUM FULL) as long as that takes a moment;
their old files go, and the log's with the next checkpoints. A table too large for that is vacuumed, and what it still holds ends
with the keys above it; receipts say which of the two it is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from ringfence.apps.rows.cursor import set_tenant

TABLES: Final = ("calls_searchtokens", "calls_recording", "calls_transcript", "calls_call")
LARGEST: Final = 256 * 1024 * 1024  # two or three seconds
_WAIT: Final = "SET lock_timeout = '2s'"
_SIZE: Final = "SELECT pg_total_relation_size(%s::regclass)"
_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_unscrubbed_erasures(%s)"
_SCRUBBED: Final = """
UPDATE calls_erasure SET scrubbed_at = %s
WHERE account_id = %s AND state = 'done' AND scrubbed_at IS NULL AND done_at < %s
"""


@dataclass(frozen=True, slots=True)
class Scrubbed:
    """`anew` were written anew; `large` were too large, or in use."""

    anew: tuple[str, ...]
    large: tuple[str, ...]


def scrub(connection: psycopg.Connection[Any], now: datetime) -> Scrubbed | None:
    """Write the tables anew if anything was erased from them before `now` and is not scrubbed. None: there was nothing.

    `connection` is rf_worker's, in autocommit.
    """
    accounts: list[UUID] = [row[0] for row in connection.execute(_ACCOUNTS, (now,)).fetchall()]
    if not accounts:
        return None
    connection.execute(_WAIT)
    anew = tuple(table for table in TABLES if _anew(connection, table))
    large = tuple(table for table in TABLES if table not in anew)
    if not large:
        for account_id in accounts:
            with connection.transaction(), connection.cursor() as cursor:
                set_tenant(cursor, account_id)
                cursor.execute(_SCRUBBED, (now, account_id, now))
    return Scrubbed(anew, large)


def _anew(connection: psycopg.Connection[Any], table: str) -> bool:
    size = connection.execute(_SIZE, (table,)).fetchone()
    small = size is not None and size[0] <= LARGEST
    how = "VACUUM (FULL)" if small else "VACUUM"
    try:
        connection.execute(sql.SQL("{} {}").format(sql.SQL(how), sql.Identifier(table)))
    except psycopg.errors.LockNotAvailable:  # somebody reads for long: tomorrow again
        structlog.get_logger().info("a table is in use and was not written anew")
        return False
    return small
