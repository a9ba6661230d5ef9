"""Rows that decide who gets in, each with a mark of the vault's: what a stolen login writes counts as not existing.

    class Membership(Marked, Row):
        COVERED = ("id", "account_id", "user_id", "role")

Whatever is read through `objects` was looked at; a row whose mark is wrong is left out, and noted for `/trust` (guard.roles).
Writing through `objects` and `save` marks anew; `update` of covered columns passes over rows that are not genuine, so that
nothing that somebody else wrote is ever vouched for. Rows that plain SQL reads are held against `genuine`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, Self, TypeVar
from uuid import UUID

import structlog
from django.db import connection, models, transaction
from django.db.models.query import ModelIterable

from ringfence.apps.keys.wiring import vault
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.ids import new_id
from ringfence.vault.access import MARK_BYTES, is_marked, mark_row
from ringfence.vault.errors import Unmarkable

M = TypeVar("M", bound=models.Model)

_NOTE: Final = """
INSERT INTO keys_forgedrow (id, place, row_id, seen_at) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


class _Genuine(ModelIterable):  # type: ignore[type-arg]
    """What a queryset hands out: the rows that are ours."""

    def __iter__(self) -> Iterator[Any]:
        for row in super().__iter__():
            if row.is_genuine():
                yield row


class MarkedRows(models.QuerySet[M]):
    """Rows with a mark. `count`, `exists` and `values` are not looked at: decide nothing by them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._iterable_class: type[Any] = _Genuine

    def update(self, **kwargs: Any) -> int:
        model: Any = self.model
        if not kwargs.keys() & set(model.COVERED):
            return super().update(**kwargs)
        with transaction.atomic(using=self.db, savepoint=False):
            rows: list[Any] = list(self.select_for_update(of=("self",)))
            for row in rows:
                for name, value in kwargs.items():
                    setattr(row, name, value)
                row.put_mark()
                plain: models.QuerySet[M] = models.QuerySet(self.model, using=self.db)
                plain.filter(pk=row.pk).update(**kwargs, mark=row.mark)
        return len(rows)

    update.alters_data = True  # type: ignore[attr-defined]

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> list[Any]:
        fresh: list[Any] = list(objs)
        for row in fresh:
            row.put_mark()
        return super().bulk_create(fresh, *args, **kwargs)


MarkedManager = models.Manager.from_queryset(MarkedRows)


class Marked(models.Model):
    """A row with a mark over its columns COVERED."""

    COVERED: ClassVar[tuple[str, ...]] = ()

    mark = models.BinaryField(max_length=MARK_BYTES, null=True)

    objects: ClassVar[models.Manager[Self]] = MarkedManager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        named = kwargs.get("update_fields")
        if named is None or set(named) & set(self.COVERED):
            self.put_mark()
            if named is not None:
                kwargs["update_fields"] = {*named, "mark"}
        super().save(*args, **kwargs)

    def put_mark(self) -> None:
        """Mark what stands here. Only for a row that we make, or that was looked at."""
        self.mark = mark_row(vault().root, self._meta.db_table, covered(self))

    def is_genuine(self) -> bool:
        """Whether we wrote it; noted where not."""
        if self.get_deferred_fields() & {*self.COVERED, "mark"}:
            raise Unmarkable("Half a row cannot be looked at: read all that its mark covers.")
        return genuine(type(self), covered(self), self.mark)


def covered(row: Any) -> dict[str, object]:
    """The values that a row's mark is over."""
    field = row._meta.get_field  # noqa: SLF001 - Django's public API
    said = {name: getattr(row, name) for name in row.COVERED}
    if unsaid := [name for name, value in said.items() if hasattr(value, "resolve_expression")]:
        raise Unmarkable(f"What a mark covers is said, and not left to the database: {', '.join(unsaid)}.")
    return {name: field(name).to_python(value) for name, value in said.items()}


def genuine(
    model: type[Any],
    values: Mapping[str, object],
    mark: bytes | memoryview | None,
    cursor: Cursor | None = None,
) -> bool:
    """Whether we wrote these values, all that the model's mark covers; noted where not, over `cursor` if one is given."""
    table = model._meta.db_table  # noqa: SLF001 - Django's public API
    if is_marked(vault().root, table, values, None if mark is None else bytes(mark)):
        return True
    _note(table, values["id"], cursor)
    return False


def row_of(
    model: type[Any], names: Sequence[str], row: Sequence[Any] | None, cursor: Cursor | None = None
) -> dict[str, Any] | None:
    """A row that plain SQL read, by its columns' names, `mark` among them; None if there is none, or we did not write it.

    Whoever reads with a connection of its own gives its cursor.
    """
    if row is None:
        return None
    values = dict(zip(names, row, strict=True))
    looked = {name: values[name] for name in model.COVERED}
    return values if genuine(model, looked, values["mark"], cursor) else None


def _note(table: str, row_id: object, cursor: Cursor | None) -> None:
    structlog.get_logger().error("a row that we did not write was passed over", code=table)
    if not isinstance(row_id, UUID):
        return
    clock = vault().clock
    seen = (new_id(clock), table, row_id, clock.now())
    if cursor is not None:
        cursor.execute(_NOTE, seen)
        return
    with connection.cursor() as own:
        own.execute(_NOTE, seen)
