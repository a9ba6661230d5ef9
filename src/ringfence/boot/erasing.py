"""Erasure in a worker: first what a restored database has back, then what could not be erased when it was asked for.

Imported once Django is up.
"""

import asyncio
import time
from datetime import timedelta
from typing import Final

import structlog

from ringfence.boot.trail import Step
from ringfence.core.config import Config
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.backup.days import destroy_passed
from ringfence.lifecycle.deletion import AT_ONCE, SETTLES_AFTER, Part, erase_all, open_erasures, settle
from ringfence.lifecycle.ledger.book import place
from ringfence.lifecycle.replay import replay
from ringfence.lifecycle.sweep.sweeper import Sweeper
from ringfence.policy import load
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

FINISH_S: Final = 10.0
SETTLE_S: Final = 300.0
DAYS_S: Final = 600.0
AGAIN_S: Final = 2.0
_OPEN: Final = "SELECT * FROM lookup.accounts_with_open_erasures()"
_UNSETTLED: Final = "SELECT * FROM lookup.accounts_with_unsettled_erasures(%s)"


def replay_first(vault: Vault) -> None:
    """Come through the ledger before anything else is done; as long as it is away, wait. Raises LedgerBroken."""
    while True:
        try:
            replay(vault.clock)
        except Unavailable as error:
            structlog.get_logger().error("the erasure ledger cannot be read", code=error.code)
            time.sleep(AGAIN_S)
        else:
            return


def erasing_jobs(
    config: Config, vault: Vault, database: Database, sweeper: Sweeper
) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between."""

    async def finish() -> None:
        await asyncio.to_thread(finish_erasures, database, vault)

    async def look_again() -> None:
        await asyncio.to_thread(settle_erasures, database, vault)

    async def let_go() -> None:
        await asyncio.to_thread(end_days, config, vault, sweeper)

    return [(finish, FINISH_S), (look_again, SETTLE_S), (let_go, DAYS_S)]


def finish_erasures(database: Database, vault: Vault) -> None:
    """Try again what could not be erased when it was asked for."""
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_OPEN).fetchall()]
    for account_id in accounts:
        for part in Part:
            ids = [call_id for call_id, asked in open_erasures(account_id) if asked is part]
            erase_all(account_id, ids, part, vault.clock)


def settle_erasures(database: Database, vault: Vault) -> None:
    """Look once more for what late uploads may have brought back."""
    with database.transaction() as cursor:
        before = vault.clock.now() - SETTLES_AFTER
        accounts = [row[0] for row in cursor.execute(_UNSETTLED, (before,)).fetchall()]
    for account_id in accounts:
        while settle(account_id, vault.clock) == AT_ONCE:
            continue


def end_days(config: Config, vault: Vault, sweeper: Sweeper) -> None:
    """Backups whose seven days have passed open nothing from here on; what the ledger need not know any longer goes.

    A clock that is not believed destroys nothing.
    """
    if sweeper.look_at_clock() is not None:
        return
    for name in destroy_passed(vault):
        structlog.get_logger().info("the backups of a day have ended", code=name)
    place(config.ledger_url).forget(vault.clock.now() - ledger_period())


def ledger_period() -> timedelta:
    """The longest backup and a year, as the policy says it."""
    kept = {line.id: line for line in load().kept}
    years = kept["receipts"].years or 1
    days = next((each for each in kept["backups"].days.values() if each), 7)
    return timedelta(days=366 * years + days)
