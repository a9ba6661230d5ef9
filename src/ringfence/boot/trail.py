"""The trail's jobs in a worker: sealed every second, pruned every ten minutes, each chain verified once a day."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Final

import structlog

from ringfence.core.config import Config
from ringfence.lifecycle.audit.checking import check_trails
from ringfence.lifecycle.audit.ledger import open_ledger
from ringfence.lifecycle.audit.pruning import prune
from ringfence.lifecycle.audit.sealing import Sealer
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

SEAL_S: Final = 1.0
PRUNE_S: Final = 600.0
CHECK_S: Final = 300.0
Step = Callable[[], Awaitable[None]]


@contextmanager
def trail_jobs(config: Config, vault: Vault, database: Database) -> Iterator[list[tuple[Step, float]]]:
    """What is to be done again and again, with the seconds between. Pruning has its own login, and waits for it."""
    ledger = open_ledger(config.ledger_url)
    sealer = Sealer(database, vault, ledger)
    url = config.database_urls.audit
    pruner = Database(url, most=1) if url else None

    async def seal() -> None:
        await asyncio.to_thread(sealer.run)

    async def take_away() -> None:
        if pruner is None:
            structlog.get_logger().error("the audit trail is not pruned: AUDIT_DATABASE_URL is not set")
        elif count := await asyncio.to_thread(prune, pruner, vault):
            structlog.get_logger().info("events whose time has passed are gone", count=count)

    async def look_again() -> None:
        await asyncio.to_thread(check_trails, ledger, vault.clock)

    if pruner is not None:
        pruner.open()
    try:
        yield [(seal, SEAL_S), (take_away, PRUNE_S), (look_again, CHECK_S)]
    finally:
        if pruner is not None:
            pruner.close()
