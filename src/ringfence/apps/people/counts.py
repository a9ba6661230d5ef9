"""How often something was tried lately: one count for all processes of an installation, in the database.

Keys are keyed hashes: whoever reads the table learns of no address and of no person. Moments are the caller's clock's.
"""

import json
from datetime import timedelta
from typing import Any, Final

from django.db import connection

from ringfence.apps.keys.wiring import vault
from ringfence.apps.rows.purpose import reading_for
from ringfence.core.clock import Clock
from ringfence.vault.people import mark_of

SECURITY: Final = "security"
_ONE_MORE: Final = """
INSERT INTO people_count AS c (key, value, expires_at) VALUES (%s, '1', %s)
ON CONFLICT (key) DO UPDATE SET
  value = CASE WHEN c.expires_at <= %s THEN '1'::jsonb ELSE to_jsonb((c.value #>> '{}')::integer + 1) END,
  expires_at = CASE WHEN c.expires_at <= %s THEN EXCLUDED.expires_at ELSE c.expires_at END
RETURNING (value #>> '{}')::integer
"""
_GET: Final = "SELECT value FROM people_count WHERE key = %s AND expires_at > %s"
_PUT: Final = """
INSERT INTO people_count (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at
"""
_ADD: Final = """
INSERT INTO people_count AS c (key, value, expires_at) VALUES (%s, %s, %s)
ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at WHERE c.expires_at <= %s
RETURNING true
"""
_DROP: Final = "DELETE FROM people_count WHERE key = %s RETURNING true"


def one_more(family: str, subject: str, within: timedelta, clock: Clock) -> int:
    """How many there were since the first of them, this one included; they are forgotten together after `within`."""
    now = clock.now()
    return int(_ask(_ONE_MORE, [_key(family, subject), now + within, now, now])[0])


def read(family: str, subject: str, clock: Clock) -> Any:
    """What was put there and is not over; else None."""
    row = _ask(_GET, [_key(family, subject), clock.now()])
    return None if row is None else json.loads(row[0]) if isinstance(row[0], str) else row[0]


def put(family: str, subject: str, value: Any, within: timedelta, clock: Clock) -> None:
    """Put a plain value there, whatever was."""
    with reading_for(SECURITY), connection.cursor() as cursor:
        cursor.execute(_PUT, [_key(family, subject), json.dumps(value), clock.now() + within])


def put_once(family: str, subject: str, value: Any, within: timedelta, clock: Clock) -> bool:
    """Put a plain value where none is; whether there was none. Of two at once, one is told so."""
    now = clock.now()
    row = _ask(_ADD, [_key(family, subject), json.dumps(value), now + within, now])
    return row is not None


def drop(family: str, subject: str) -> bool:
    """Forget it; whether it was there."""
    return _ask(_DROP, [_key(family, subject)]) is not None


def _key(family: str, subject: str) -> bytes:
    return mark_of(vault().root, "count", family, subject)


def _ask(statement: str, values: list[Any]) -> Any:
    with reading_for(SECURITY), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
