"""Sweeping: once a minute in a worker, and by hand. Imported once Django is up."""

import asyncio
from typing import Final

import structlog

from ringfence.apps.calls.objects import Objects
from ringfence.boot.clock import machine, resume
from ringfence.boot.trail import Step
from ringfence.core.config import Config
from ringfence.core.errors import Unavailable
from ringfence.egress.stores import bucket
from ringfence.lifecycle.sweep.status import Standing, SweepStatus, read_facts, sweep_status
from ringfence.lifecycle.sweep.sweeper import Sweeper
from ringfence.vault.copies import NotACopy, claim
from ringfence.vault.stores import KeyringStore, open_store
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

TICK_S: Final = 60.0
WATCH_S: Final = 300.0


def sweep_jobs(config: Config, vault: Vault, database: Database) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between. Cancelled, a sweep ends after the batch in hand."""
    sweeper = sweeper_of(config, vault, database)

    async def sweep() -> None:
        try:
            await asyncio.to_thread(sweeper.tick)
        except asyncio.CancelledError:
            sweeper.stop.set()  # the process waits for its threads
            raise

    async def watch() -> None:
        await asyncio.to_thread(alert, database, vault)

    return [(sweep, TICK_S), (watch, WATCH_S)]


def sweeper_of(config: Config, vault: Vault, database: Database) -> Sweeper:
    """A sweeper over this installation; the clock begins at the mark of the last sweep."""
    resume(config.database_urls.of("worker"))
    return Sweeper(database, vault, Objects(config.object_store_url), machine(), copy_of(config, vault))


def copy_of(config: Config, vault: Vault) -> KeyringStore | None:
    """The keyring's configured copy. One that is away or is none is said, and keeps nothing from being swept."""
    if config.keyring_backup_url is None:
        return None
    copy = open_store(config.keyring_backup_url, bucket)
    try:
        claim(copy, owner_of(vault))
    except (NotACopy, Unavailable) as error:
        structlog.get_logger().error("the keyring's copy is not kept", code=error.code)
        return None
    return copy


def owner_of(vault: Vault) -> bytes:
    """What a copy is known by: drawn from the root key, and telling nothing of it."""
    return vault.root.subkey("keyring-copy").hex().encode()


def status_of(database: Database, vault: Vault) -> SweepStatus:
    """How destruction stands at this moment."""
    with database.transaction() as cursor:
        return sweep_status(read_facts(cursor, vault.keyring, vault.clock.now()))


def alert(database: Database, vault: Vault) -> None:
    """Say that the sweeper is behind, again and again until it is not. The gauge is in `seconds`."""
    found = status_of(database, vault)
    if found.standing is Standing.NOT_KEPT:
        structlog.get_logger().error(
            "destruction is behind", code=found.alarm or "sweeper_behind",
            seconds=round(max(found.oldest_overdue_s, found.oldest_key_s)), count=len(found.problems),
        )  # fmt: skip
