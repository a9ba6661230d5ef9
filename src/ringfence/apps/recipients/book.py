"""The gate's two hands on the database, over any cursor: the register it reads, the books it writes. Runs as rf_gate.

Whatever names an account is asked in a transaction of that account.
"""

import secrets
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from ringfence.apps.rows.cursor import Cursor
from ringfence.core.ids import id_at
from ringfence.core.personal import Category
from ringfence.egress.recipients import NOTHING_SAID, Going, Ground, Kind, Recipient, Role, Terms

_COLUMNS: Final = (
    "id, kind, role, host, port, purposes, categories, ground, country, module, assessed_on, agreement"
)
_OWN: Final = f"""
SELECT {_COLUMNS} FROM recipients_recipient
WHERE account_id = %s AND host = %s AND port = %s AND kind = %s AND ended_at IS NULL
"""  # noqa: S608 - the columns above
_HOUSE: Final = f"""
SELECT {_COLUMNS} FROM recipients_house
WHERE host = ANY(%s) AND port = %s AND kind = %s AND ended_at IS NULL ORDER BY length(host) DESC LIMIT 1
"""  # noqa: S608
_HOUSES: Final = f"SELECT {_COLUMNS} FROM recipients_house WHERE ended_at IS NULL ORDER BY kind, host, port"  # noqa: S608
_BEGUN: Final = """
INSERT INTO recipients_passage AS p (id, account_id, recipient_id, day, purpose, category, tunnels, sent, received, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (account_id, recipient_id, day, purpose, category) DO UPDATE SET tunnels = p.tunnels + excluded.tunnels,
  sent = p.sent + excluded.sent, received = p.received + excluded.received, last_at = excluded.last_at
"""
_HOUSE_BEGUN: Final = """
INSERT INTO recipients_housepassage AS p (id, recipient_id, day, purpose, category, tunnels, sent, received, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (recipient_id, day, purpose, category) DO UPDATE SET tunnels = p.tunnels + excluded.tunnels,
  sent = p.sent + excluded.sent, received = p.received + excluded.received, last_at = excluded.last_at
"""
_REFUSED: Final = """
INSERT INTO recipients_refusal AS r (id, account_id, day, kind, purpose, category, host, port, reason, times, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, 1, %s)
ON CONFLICT (account_id, day, kind, purpose, category, host, port, reason)
DO UPDATE SET times = r.times + 1, last_at = excluded.last_at
"""
_HOUSE_REFUSED: Final = """
INSERT INTO recipients_houserefusal AS r (id, day, kind, purpose, category, host, port, reason, times, last_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, %s)
ON CONFLICT (day, kind, purpose, category, host, port, reason)
DO UPDATE SET times = r.times + 1, last_at = excluded.last_at
"""
_HOUSE_ADDED: Final = """
INSERT INTO recipients_house (id, kind, role, host, port, purposes, categories, ground, country, agreement, registered_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, '', '', %s)
ON CONFLICT (host, port, kind) WHERE ended_at IS NULL DO NOTHING
"""
_HOUSE_SAID: Final = """
UPDATE recipients_house SET ground = %s, country = %s, module = %s, assessed_on = %s, agreement = %s
WHERE host = %s AND port = %s AND kind = %s AND ended_at IS NULL
"""
_HOUSE_ENDED: Final = """
UPDATE recipients_house SET ended_at = %s WHERE host = %s AND port = %s AND kind = %s AND ended_at IS NULL
"""
_IS_THERE: Final = "SELECT 1 FROM accounts_account WHERE id = %s"
_MOST_DOTS: Final = 20


def find(cursor: Cursor, going: Going, host: str, port: int) -> Recipient | None:
    """The recipient at this place: the account's own, or else the installation's."""
    if going.account_id is not None:
        cursor.execute(_OWN, (going.account_id, host, port, going.kind.value))
        if (row := cursor.fetchone()) is not None:
            return recipient(going.account_id, row)
    cursor.execute(_HOUSE, (_names(host), port, going.kind.value))
    row = cursor.fetchone()
    return None if row is None else recipient(None, row)


def carried(
    cursor: Cursor,
    recipient_id: UUID,
    going: Going,
    at: datetime,
    counts: tuple[int, int, int],
    *,
    house: bool,
) -> None:
    """Add tunnels, bytes sent and bytes received to what a recipient was given today."""
    day, what = at.date(), (going.purpose, going.category.value)
    if house:
        cursor.execute(_HOUSE_BEGUN, (_fresh(at), recipient_id, day, *what, *counts, at))
    else:
        cursor.execute(_BEGUN, (_fresh(at), going.account_id, recipient_id, day, *what, *counts, at))


def refused(cursor: Cursor, going: Going | None, host: str, port: int, reason: str, at: datetime) -> None:
    """Write down that something did not leave."""
    kind, what = (
        ("", ("", "")) if going is None else (going.kind.value, (going.purpose, going.category.value))
    )
    place = (at.date(), kind, *what, host, port, reason)
    if going is not None and going.account_id is not None:
        cursor.execute(_IS_THERE, (going.account_id,))
        if cursor.fetchone() is not None:
            cursor.execute(_REFUSED, (_fresh(at), going.account_id, *place, at))
            return
    cursor.execute(_HOUSE_REFUSED, (_fresh(at), *place, at))


def houses(cursor: Cursor) -> tuple[Recipient, ...]:
    """The installation's own recipients."""
    cursor.execute(_HOUSES)
    return tuple(recipient(None, row) for row in cursor.fetchall())


def add_house(cursor: Cursor, made: Recipient, at: datetime) -> None:
    """Enter one in the register, with nothing said about it yet; one that is there stays as it is."""
    cursor.execute(
        _HOUSE_ADDED,
        (made.id, made.kind.value, made.role.value, made.host, made.port, sorted(made.purposes),
         sorted(each.value for each in made.categories), NOTHING_SAID.ground.value, at),
    )  # fmt: skip


def say_of_house(cursor: Any, kind: Kind, host: str, port: int, terms: Terms) -> bool:
    """Say where it is and on what ground; whether it is in the register."""
    cursor.execute(
        _HOUSE_SAID,
        (
            terms.ground.value,
            terms.country,
            terms.module,
            terms.assessed_on,
            terms.agreement,
            host,
            port,
            kind.value,
        ),
    )
    return bool(cursor.rowcount)


def end_house(cursor: Any, kind: Kind, host: str, port: int, at: datetime) -> bool:
    cursor.execute(_HOUSE_ENDED, (at, host, port, kind.value))
    return bool(cursor.rowcount)


def recipient(account_id: UUID | None, row: tuple[Any, ...]) -> Recipient:
    """A row of `_COLUMNS` as a value."""
    (
        identifier,
        kind,
        role,
        host,
        port,
        purposes,
        categories,
        ground,
        country,
        module,
        assessed_on,
        agreement,
    ) = row
    return Recipient(
        id=identifier, account_id=account_id, kind=Kind(kind), role=Role(role), host=host, port=port,
        purposes=frozenset(purposes), categories=frozenset(Category(each) for each in categories),
        terms=Terms(ground=Ground(ground), country=country, module=module, assessed_on=assessed_on, agreement=agreement),
    )  # fmt: skip


def _names(host: str) -> list[str]:
    """A host, and every name above it as the register writes it: `.example.org`."""
    parts = host.split(".")[-_MOST_DOTS:]
    return [host, *("." + ".".join(parts[n:]) for n in range(1, len(parts)))]


def _fresh(at: datetime) -> UUID:
    return id_at(at, secrets.randbits(74))
