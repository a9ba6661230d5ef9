"""Plain psycopg for the voice's side: a pool, a transaction with its account set, and outages said as such."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from uuid import UUID

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from ringfence.apps.rows.cursor import set_tenant
from ringfence.apps.rows.purpose import StatedCursor
from ringfence.core.errors import Unavailable

WAIT_S: Final = 5.0


class DatabaseAway(Unavailable):
    """PostgreSQL does not answer. The same call may be made again: nothing was half written."""

    code = "database_away"


class Database:
    """A few connections of one login, shared by threads."""

    def __init__(self, url: str, *, most: int = 4) -> None:
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=most,
            open=False,
            timeout=WAIT_S,
            name="ringfence",
            kwargs={"cursor_factory": StatedCursor},
            # A server that came back has forgotten every connection: one that is dead is not handed out.
            check=ConnectionPool.check_connection,
        )

    def open(self) -> None:
        self._pool.open()

    def close(self) -> None:
        self._pool.close()

    @contextmanager
    def transaction(self, account_id: UUID | None = None) -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
        """A cursor in a transaction, of one account if it is given. Raises DatabaseAway."""
        try:
            with self._pool.connection() as connection, connection.cursor() as cursor:
                if account_id is not None:
                    set_tenant(cursor, account_id)
                yield cursor
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            raise DatabaseAway("The database does not answer.") from error
