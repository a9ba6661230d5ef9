"""What the database holds, as PostgreSQL's own catalogue says it. information_schema shows a login only what it may touch,
and would hide from it exactly the tables that matter.
"""

from collections.abc import Iterable
from typing import Any, Final

LIVE: Final = """
SELECT CASE n.nspname WHEN 'public' THEN c.relname ELSE n.nspname || '.' || c.relname END,
       a.attname, format_type(a.atttypid, a.atttypmod)
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname <> 'information_schema' AND NOT starts_with(n.nspname, 'pg_')
ORDER BY 1, a.attnum
"""


def tables(rows: Iterable[tuple[Any, ...]]) -> dict[str, dict[str, str]]:
    """The rows of `LIVE` as table → column → type. Tables of other schemas than `public` carry the schema's name."""
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


# What each of some logins may read, by table and column. Anybody may ask it of anybody.
READ: Final = """
SELECT r.rolname, c.relname, a.attname
FROM pg_roles r, pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
WHERE r.rolname = ANY(%s) AND c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
  AND a.attnum > 0 AND NOT a.attisdropped AND has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT')
"""
