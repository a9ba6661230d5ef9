"""Row-level security as a migration step, so that no tenant table exists without it for even one commit.

The tenant is `ringfence.account_id`, set for one transaction by `apps.accounts.tenancy`. When it is unset, or empty
as PostgreSQL leaves it after a transaction that set it, no row matches.
"""

from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation

TENANT = "NULLIF(current_setting('ringfence.account_id', true), '')::uuid"
POLICY = "ringfence_tenant"


class Fence(Operation):
    """Enable and force row-level security on a model's table.

    `column` is the one that names the account: `id` for the table of accounts itself.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, column: str = "account_id") -> None:
        self.model = model
        self.column = column

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Change nothing that Django knows of."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        table = self._table(app_label, schema_editor, to_state)
        column = schema_editor.quote_name(self.column)
        schema_editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        schema_editor.execute(
            f"CREATE POLICY {POLICY} ON {table} USING ({column} = {TENANT}) WITH CHECK ({column} = {TENANT})"
        )

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: Any,
        to_state: Any,
    ) -> None:
        table = self._table(app_label, schema_editor, from_state)
        schema_editor.execute(f"DROP POLICY {POLICY} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def _table(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: Any) -> str:
        table: str = state.apps.get_model(app_label, self.model)._meta.db_table  # noqa: SLF001 - Django's public API
        return schema_editor.quote_name(table)

    def describe(self) -> str:
        return f"Fence the rows of {self.model} by account"
