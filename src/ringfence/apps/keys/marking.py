"""Marks as a step of a migration: the rows that are there are marked once, and from then on no mark enters twice.

Only a migration marks what is there: it runs as the owner, once, and that it ran is written where no serving login can write. A
row without a mark that turns up later is nobody's.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

from ringfence.apps.keys.wiring import vault
from ringfence.vault.access import mark_row

# As the owner, whoever writes: no login reaches the table itself. A key is unique whatever a transaction sees, so that a mark
# which went a moment ago does not come back either.
FUNCTION = """
CREATE FUNCTION keys_mark_enters() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.mark IS NOT NULL AND (TG_OP = 'INSERT' OR NEW.mark IS DISTINCT FROM OLD.mark) THEN
        INSERT INTO public.keys_enteredmark (mark) VALUES (NEW.mark);
    END IF;
    RETURN NULL;
END $$;
"""
NO_FUNCTION = "DROP FUNCTION keys_mark_enters();"


class EnterOnce(Operation):
    """Mark a table's rows, over `covered`, and let each mark into it once. `fenced`: whether the rows are an account's."""

    reversible = True
    atomic = True

    def __init__(self, model: str, covered: tuple[str, ...], *, fenced: bool = True) -> None:
        self.model = model
        self.covered = covered
        self.fenced = fenced

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing that Django knows of."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model)
        table = schema_editor.quote_name(model._meta.db_table)  # noqa: SLF001 - Django's public API
        schema_editor.execute(
            f"CREATE TRIGGER keys_mark_once AFTER INSERT OR UPDATE OF mark ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION keys_mark_enters()"
        )
        if self.fenced:
            schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        _mark_all(model, self.covered, schema_editor.connection.alias)
        if self.fenced:
            schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: Any
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model)
        table = schema_editor.quote_name(model._meta.db_table)  # noqa: SLF001
        schema_editor.execute(f"DROP TRIGGER keys_mark_once ON {table}")

    def describe(self) -> str:
        return f"Mark the rows of {self.model}, and let each mark in once"


def _mark_all(model: Any, covered: tuple[str, ...], alias: str) -> None:
    field = model._meta.get_field  # noqa: SLF001 - Django's public API
    table = model._meta.db_table  # noqa: SLF001
    for row in model.objects.using(alias).only(*covered).iterator(chunk_size=500):
        values = {name: field(name).to_python(getattr(row, name)) for name in covered}
        model.objects.using(alias).filter(pk=row.pk).update(mark=mark_row(vault().root, table, values))
