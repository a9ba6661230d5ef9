"""The little that is asked of a database cursor: Django's can do it, and plain psycopg's, which the voice's side uses."""

from collections.abc import Sequence
from typing import Any, Final, Protocol
from uuid import UUID

_SET_TENANT: Final = "SELECT set_config('ringfence.account_id', %s, true)"


class Cursor(Protocol):
    """Runs one statement of the enclosing transaction, in which the account is set."""

    def execute(self, query: Any, params: Sequence[Any] | None = None, /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


def set_tenant(cursor: Cursor, account_id: UUID) -> None:
    """Make `account_id` the account of the open transaction, and of no later one. Django code uses `tenancy.tenant`."""
    cursor.execute(_SET_TENANT, [str(account_id)])
