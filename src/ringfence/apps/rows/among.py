"""`id__among=ids`: what `id__in` says, with one parameter however many ids there are.

With thousands of ids Django's `in` spends more time spelling the question than PostgreSQL does answering it.
"""

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models.lookups import Lookup

if TYPE_CHECKING:
    AnyLookup = Lookup[Any]
else:
    AnyLookup = Lookup  # generic for the type checker alone


class Among(AnyLookup):
    """For ids, and for columns that refer to one. Takes any collection; an empty one is nobody."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s)", (*params, list(self.rhs))


def register() -> None:
    for kind in (models.UUIDField, models.ForeignKey):
        kind.register_lookup(Among)
