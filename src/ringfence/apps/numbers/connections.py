"""An account's connections to carriers. Their secrets open here and nowhere else."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.marks import row_of
from ringfence.apps.keys.wiring import vault
from ringfence.apps.numbers.errors import NoSuchConnection
from ringfence.apps.numbers.models import Connection
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

_COLUMNS: Final = (*Connection.COVERED, "mark")
_FOR_WEBHOOK: Final = f"SELECT {', '.join(_COLUMNS)} FROM lookup.connection_for_webhook(%s)"  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionFacts:
    """A connection as pages show it: never its secret."""

    id: UUID
    vendor: str
    label: str
    settings: dict[str, Any]
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenConnection:
    """A connection as it is used: `secret` is the carrier's token."""

    id: UUID
    account_id: UUID
    vendor: str
    settings: dict[str, Any]
    secret: str = field(repr=False)


def connect(
    account_id: UUID, *, vendor: str, label: str, settings: dict[str, Any], secret: str, clock: Clock
) -> UUID:
    """Keep a carrier's credentials; the secret is sealed under the account."""
    connection_id = new_id(clock)
    sealed = vault().seal_secret(account_id, connection_id, secret)
    with tenant(account_id):
        Connection.objects.create(
            id=connection_id,
            account_id=account_id,
            vendor=vendor,
            label=label,
            settings=settings,
            sealed_secret=sealed,
            created_at=clock.now(),
        )
        record(account_id, Act.CARRIER_CONNECTED, Thing("connection", str(connection_id)))
    return connection_id


def connections(account_id: UUID) -> tuple[ConnectionFacts, ...]:
    """The account's connections, newest first."""
    with tenant(account_id):
        rows = list(Connection.objects.filter(account_id=account_id).order_by("-id"))
    return tuple(
        ConnectionFacts(
            id=row.id, vendor=row.vendor, label=row.label, settings=row.settings, created_at=row.created_at
        )
        for row in rows
    )


def open_connection(account_id: UUID, connection_id: UUID) -> OpenConnection:
    """One connection with its secret. Raises `NoSuchConnection`."""
    with tenant(account_id):
        row = Connection.objects.filter(account_id=account_id, id=connection_id).first()
    if row is None:
        raise NoSuchConnection("There is no such connection.")
    return _opened(row.id, account_id, row.vendor, row.settings, bytes(row.sealed_secret))


def connection_for_webhook(connection_id: UUID) -> OpenConnection:
    """The connection a carrier's request names, whoever's it is. Check the request's signature with its secret next.

    Raises `NoSuchConnection`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FOR_WEBHOOK, [connection_id])
        found = cursor.fetchone()
    said = {**dict(zip(_COLUMNS, found, strict=True)), "settings": orjson.loads(found[3])} if found else None
    row = row_of(Connection, _COLUMNS, tuple(said.values())) if said else None
    if row is None:
        raise NoSuchConnection("There is no such connection.")
    return _opened(connection_id, row["account_id"], row["vendor"], row["settings"], row["sealed_secret"])


def disconnect(account_id: UUID, connection_id: UUID) -> None:
    """Forget a connection, its secret and its numbers. Raises `NoSuchConnection`."""
    with tenant(account_id):
        gone, _ = Connection.objects.filter(account_id=account_id, id=connection_id).delete()
        if gone:
            record(account_id, Act.CARRIER_DISCONNECTED, Thing("connection", str(connection_id)))
    if not gone:
        raise NoSuchConnection("There is no such connection.")


def _opened(
    connection_id: UUID, account_id: UUID, vendor: str, settings: dict[str, Any], sealed: bytes
) -> OpenConnection:
    return OpenConnection(
        id=connection_id,
        account_id=account_id,
        vendor=vendor,
        settings=settings,
        secret=vault().open_secret(account_id, connection_id, bytes(sealed)),
    )
