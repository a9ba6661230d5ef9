"""What a database leaves behind: dead versions of rows stay in its files, readable by whoever reads files.

PostgreSQL takes a deleted row out of sight, not out of its page; a wrapped key was read back from a heap file after DELETE and
VACUUM. So, once a day, tables from which something was deleted are written anew (VACUUM FULL) as long as that takes a moment;
their old files go, and the log's with the next checkpoints. After a call's deletion those are the tables of calls. Other tables hold names
and addresses in the clear: after an account's erasure every table is written anew, and those of people every night, since somebody who was removed, and an address that was changed,
leave no other sign. A table too large for that is vacuumed, and what it
still holds ends with the keys above it; receipts say which of the two it is.

What people wrote is kept out of PostgreSQL's statistics altogether (`apps/accounts/logins`): they would outlive their rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from ringfence.apps.rows.cursor import set_tenant
from ringfence.policy.catalogue import PlaceKind, catalogue
from ringfence.policy.catalogue.values import Erasure, Whose

TABLES: Final = ("calls_searchtokens", "calls_recording", "calls_transcript", "calls_call")
LARGEST: Final = 256 * 1024 * 1024  # two or three seconds
_WAIT: Final = "SET lock_timeout = '2s'"
_SIZE: Final = "SELECT pg_total_relation_size(%s::regclass)"
_ACCOUNTS: Final = "SELECT * FROM lookup.accounts_with_unscrubbed_erasures(%s)"
_WHOLE: Final = """
SELECT EXISTS (SELECT 1 FROM calls_erasure WHERE account_id = %s AND part = 'account' AND scrubbed_at IS NULL AND done_at < %s)
"""
_SCRUBBED: Final = """
UPDATE calls_erasure SET scrubbed_at = %s
WHERE account_id = %s AND state = 'done' AND scrubbed_at IS NULL AND done_at < %s AND (part <> 'account' OR %s)
"""
_NEXT_FILE: Final = "SELECT pg_switch_wal()"


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
    whole = any(_with_tenant(connection, account_id, _WHOLE, now) for account_id in accounts)
    tables = (*TABLES, *sorted(others())) if whole else TABLES
    anew = tuple(table for table in tables if _anew(connection, table))
    large = tuple(table for table in tables if table not in anew)
    if not set(large) & set(TABLES):
        for account_id in accounts:
            with connection.transaction(), connection.cursor() as cursor:
                set_tenant(cursor, account_id)
                cursor.execute(_SCRUBBED, (now, account_id, now, not large))
    _close_log(connection)
    return Scrubbed(anew, large)


def scrub_people(connection: psycopg.Connection[Any]) -> Scrubbed:
    """Write the tables of people anew, whatever happened to them: they are small. Those that are large or in use are named.

    `connection` is rf_worker's, in autocommit.
    """
    connection.execute(_WAIT)
    tables = sorted(of_people())
    anew = tuple(table for table in tables if _anew(connection, table))
    _close_log(connection)
    return Scrubbed(anew, tuple(table for table in tables if table not in anew))


def too_large(cursor: Any) -> tuple[str, ...]:
    """The tables of people that take too long to be written anew, over any cursor."""
    found = []
    for table in sorted(of_people()):
        cursor.execute(_SIZE, (table,))
        if cursor.fetchone()[0] > LARGEST:
            found.append(table)
    return tuple(found)


def of_people() -> set[str]:
    """Tables about people who sign in, as the catalogue says, but for the trail: that is sealed, and the largest."""
    return {
        place.name
        for place in catalogue().of(PlaceKind.TABLE).values()
        if place.facets.whose is Whose.MEMBER and place.facets.erasure is Erasure.DELETED
    }


def others() -> set[str]:
    """Every table that is not of calls: an account may have left a name in any of them."""
    return set(catalogue().of(PlaceKind.TABLE)) - set(TABLES)


def _with_tenant(connection: psycopg.Connection[Any], account_id: UUID, query: str, now: datetime) -> bool:
    with connection.transaction(), connection.cursor() as cursor:
        set_tenant(cursor, account_id)
        row = cursor.execute(query, (account_id, now)).fetchone()
    return bool(row and row[0])


def _close_log(connection: psycopg.Connection[Any]) -> None:
    """Begin a new file of the write-ahead log, so that the one with the old rows in it goes with the next checkpoints."""
    try:
        connection.execute(_NEXT_FILE)
    except psycopg.errors.InsufficientPrivilege:  # somebody else's server: its log is the operator's
        structlog.get_logger().info("the database's log was not closed after a deletion")


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
