"""As much of a database cursor as keys need: Django's has it, and plain psycopg's, which the voice's side uses."""

from collections.abc import Sequence
from typing import Any, Protocol


class Cursor(Protocol):
    """Runs one statement of the enclosing transaction, in which the account is set."""

    def execute(self, query: Any, params: Sequence[Any] | None = None, /) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...
