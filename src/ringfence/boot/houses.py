"""The installation's own recipients, as its settings name them: the mail server and the stores."""

import os
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from ringfence.apps.recipients import book
from ringfence.core.clock import Clock
from ringfence.core.config import Config
from ringfence.core.ids import new_id
from ringfence.egress.nearby import Entry, Nearby
from ringfence.egress.recipients import LIMITS, NOTHING_SAID, Kind, Recipient, Role
from ringfence.egress.smtp import Relay
from ringfence.work.database import Database

HTTPS: Final = 443


def places(config: Config) -> Iterator[tuple[Kind, str, int]]:
    """Kind, host and port of each."""
    if config.smtp_url is not None:
        relay = Relay.of(config.smtp_url)
        yield Kind.MAIL, relay.host.casefold(), relay.port
    stores = (config.object_store_url, config.keyring_url, config.ledger_url, config.keyring_backup_url)
    for host in sorted({each for url in stores if url for each in store_hosts(url)}):
        yield Kind.OBJECTS, host, HTTPS


def store_hosts(url: str) -> tuple[str, ...]:
    """The hosts behind a store's address; none for a folder. Where a region or an endpoint is set beside it, that is asked too."""
    parts = urlsplit(url)
    if "://" not in url or parts.scheme == "file":
        return ()
    if parts.scheme in {"s3", "s3a"}:
        if own := urlsplit(
            os.environ.get("AWS_ENDPOINT_URL") or os.environ.get("AWS_ENDPOINT") or ""
        ).hostname:
            return (own,)
        region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or "us-east-1"
        return (f"s3.{region}.amazonaws.com", f".s3.{region}.amazonaws.com")
    if parts.scheme == "gs":
        return ("storage.googleapis.com", "oauth2.googleapis.com")
    if parts.scheme in {"az", "azure", "adl", "abfs", "abfss"}:
        return (".blob.core.windows.net", "login.microsoftonline.com")
    return (parts.hostname.casefold(),) if parts.hostname else ()


def houses_of(config: Config, database: Database, clock: Clock) -> None:
    """Enter them in the register. Of one off this machine somebody has to say where it is (`ringfence recipient say`)."""
    with database.transaction() as cursor:
        for kind, host, port in places(config):
            book.add_house(cursor, house(kind, host, port, clock), clock.now())


def house(kind: Kind, host: str, port: int, clock: Clock) -> Recipient:
    """One of whom nothing is said yet."""
    purposes, categories = LIMITS[kind]
    role = Role.PROCESSOR if kind is Kind.MAIL else Role.SUBPROCESSOR
    return Recipient(
        id=new_id(clock), account_id=None, kind=kind, role=role, host=host, port=port, purposes=purposes,
        categories=categories, terms=NOTHING_SAID,
    )  # fmt: skip


def ours_of(config: Config) -> Nearby:
    """That an address inside the operator's network may be the mail server's or a store's, since the operator set it so."""
    entries = []
    for _kind, host, port in places(config):
        if not host.startswith("."):
            entries.append(Entry(host, port))
    return Nearby(entries)
