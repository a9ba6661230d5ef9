"""What an erasure needs of the database: a transaction of one account, over a pool or over Django's own connection."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from ringfence.apps.accounts.tenancy import tenant


class Transactions(Protocol):
    """`work.database.Database` is one."""

    def transaction(self, account_id: UUID | None = None) -> AbstractContextManager[Cursor[Any]]: ...


class DjangoTransactions:
    """The same over this process's connection, for whoever has no pool."""

    @contextmanager
    def transaction(self, account_id: UUID | None = None) -> Iterator[Cursor[Any]]:
        if account_id is None:
            raise ValueError("an erasure is of one account")
        with tenant(account_id):
            connection.ensure_connection()
            with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
                yield cursor
