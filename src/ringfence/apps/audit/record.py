"""Writing an event down: one insert, in the transaction of what it tells.

    record(account_id, Act.KEY_REVOKED, Thing("key", str(key_id)))      in pages and commands, within `tenant`
    note(cursor, vault, account_id, Act.CALL_TAKEN_IN, thing)           in plain psycopg, in a transaction of the account

If the transaction is rolled back, so is the event; if the event cannot be written, nothing was done.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from psycopg import Cursor

from ringfence.apps.audit.acting import absorbed, actor
from ringfence.apps.audit.acts import FACTS, Act, Thing
from ringfence.apps.audit.buckets import OpenBucket, bucket_of_today
from ringfence.apps.audit.errors import NoTransaction
from ringfence.apps.keys.wiring import vault as installed
from ringfence.apps.rows.cursor import Cursor as AnyCursor
from ringfence.core.ids import id_at, new_id
from ringfence.vault.vault import Vault

SERVICE: Final = "service"
_INSERT: Final = """
INSERT INTO audit_event (id, account_id, bucket_id, actor_kind, actor_index, act_index, object_index, body, leaf) VALUES
"""
_VALUES: Final = "(%s, %s, %s, %s, %s, %s, %s, %s, %s)"
_LATELY: Final = """
SELECT EXISTS (SELECT 1 FROM audit_event WHERE account_id = %s AND object_index IS NOT DISTINCT FROM %s
  AND actor_index = %s AND act_index = %s AND id >= %s)
"""
_ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(%s)"


def record(
    account_id: UUID, act: Act, *things: Thing, purpose: str = SERVICE, once_within: timedelta | None = None,
    calls: Sequence[UUID] = (), under: Thing | None = None,
) -> None:  # fmt: skip
    """Write down that whoever is acting did this to each of the things, or to none in particular.

    `calls` are the ids a page of results showed; `under` is what permitted it, where something had to. With `once_within`, the same act of the same person on the same thing
    (without one, with the same `calls` shown) so lately is this one still going on. Raises NoTransaction outside of `tenant`.
    """
    if not connection.in_atomic_block:
        raise NoTransaction("An event is written in the transaction of what it tells. Open `tenant` first.")
    # Beside Django's cursor, which writes values into the text: an event is the same statement each time, prepared once.
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        note(
            cursor, installed(), account_id, act, *things, purpose=purpose, once_within=once_within, calls=calls, under=under
        )  # fmt: skip


def note(
    cursor: AnyCursor, vault: Vault, account_id: UUID, act: Act, *things: Thing, purpose: str = SERVICE,
    once_within: timedelta | None = None, calls: Sequence[UUID] = (), under: Thing | None = None,
) -> None:  # fmt: skip
    """The same over any cursor whose transaction has its account set."""
    if FACTS[act].reads and absorbed():
        return
    bucket, shown = bucket_of_today(cursor, vault, account_id), None
    if once_within is not None:
        shown = " ".join(str(each) for each in calls) or None
        which = things[0].id if things else shown
        if _still_going_on(cursor, vault, account_id, bucket, act, which, once_within):
            return
    body = _body(account_id, act, purpose, calls, under)
    rows = [_row(vault, account_id, bucket, act, body, thing, shown) for thing in things or (None,)]
    cursor.execute(_INSERT + ", ".join([_VALUES] * len(rows)), [value for row in rows for value in row])


def actor_name(kind: str, actor_id: object) -> str:
    """What an actor is indexed under."""
    return f"{kind}:{actor_id or ''}"


def _body(
    account_id: UUID, act: Act, purpose: str, calls: Sequence[UUID], under: Thing | None
) -> dict[str, Any]:
    who, facts = actor(), FACTS[act]
    body: dict[str, Any] = {
        "account": str(account_id),
        "actor": {"kind": who.kind.value, "id": str(who.id) if who.id else None},
        "act": act.value,
        "purpose": purpose,
    }
    if facts.source and who.source:
        body["source"] = who.source
    if calls:
        body["calls"] = [str(each) for each in calls]
    if under is not None:
        body["under"] = {"kind": under.kind, "id": under.id}
    return body


def _row(
    vault: Vault, account_id: UUID, bucket: OpenBucket, act: Act, body: dict[str, Any], thing: Thing | None,
    shown: str | None,
) -> tuple[Any, ...]:  # fmt: skip
    event_id, writer, who = new_id(vault.clock), bucket.writer, actor()
    which = thing.id if thing else shown
    event = body | {
        "id": str(event_id),
        "at": vault.clock.now().isoformat(),
        "object": {"kind": thing.kind, "id": thing.id} if thing else None,
    }
    entry = writer.seal(event_id, event)
    return (
        event_id, account_id, bucket.id, who.kind.value, writer.token("actor", actor_name(who.kind.value, who.id)),
        writer.token("act", act.value), writer.token("object", which) if which else None, entry.sealed, entry.leaf,
    )  # fmt: skip


def _still_going_on(
    cursor: AnyCursor, vault: Vault, account_id: UUID, bucket: OpenBucket, act: Act, what: str | None,
    within: timedelta,
) -> bool:  # fmt: skip
    """Whether the same was begun lately, on this UTC day. Two who ask at once ask one after the other."""
    who, writer = actor(), bucket.writer
    whose = writer.token("actor", actor_name(who.kind.value, who.id))
    which = writer.token("object", what) if what else None
    cursor.execute(_ONE_AT_A_TIME, (whose ^ (which or 0),))
    since = id_at(vault.clock.now() - within)
    cursor.execute(_LATELY, (account_id, which, whose, writer.token("act", act.value), since))
    return bool(cursor.fetchone()[0])
