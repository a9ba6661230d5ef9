"""Erasure in a worker: first what a restored database has back, then what could not be erased when it was asked for.

Imported once Django is up.
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Final

import psycopg
import structlog

from ringfence.boot.trail import Step
from ringfence.core.config import Config
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.accounts.leavers import erase_leavers
from ringfence.lifecycle.backup.days import destroy_passed
from ringfence.lifecycle.deletion import AT_ONCE, SETTLES_AFTER, Part, erase_all, open_erasures, settle
from ringfence.lifecycle.ledger.book import place
from ringfence.lifecycle.replay import replay
from ringfence.lifecycle.scrub import scrub, scrub_people
from ringfence.lifecycle.sweep.sweeper import Sweeper
from ringfence.policy import Plan, until
from ringfence.policy.values import KeptLine
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

FINISH_S: Final = 10.0
SETTLE_S: Final = 300.0
DAYS_S: Final = 600.0
LEFT_S: Final = 1800.0
SCRUB_S: Final = 600.0
QUIET_HOUR: Final = 3  # UTC; writing a table anew stops its readers for a moment
AGAIN_S: Final = 2.0
_OPEN: Final = "SELECT * FROM lookup.accounts_with_open_erasures()"
_OLD: Final = "SELECT * FROM lookup.accounts_with_old_receipts(%s)"
_FORGET: Final = "DELETE FROM calls_erasure WHERE account_id = %s AND state = 'done' AND done_at < %s"
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
        await asyncio.to_thread(end_days, config, vault, database, sweeper)

    nights: list[datetime] = []

    async def write_anew() -> None:
        now = vault.clock.now()
        if now.hour >= QUIET_HOUR and (not nights or nights[-1].date() < now.date()):
            await asyncio.to_thread(forget_leavers, vault, database, sweeper)
            await asyncio.to_thread(scrub_tables, config, now)
            nights[:] = [now]

    async def forget() -> None:
        await asyncio.to_thread(forget_leavers, vault, database, sweeper)

    return [
        (forget, LEFT_S),
        (finish, FINISH_S),
        (look_again, SETTLE_S),
        (let_go, DAYS_S),
        (write_anew, SCRUB_S),
    ]


def forget_leavers(vault: Vault, database: Database, sweeper: Sweeper) -> None:
    """People who belong to no account any more go, unless the clock is in doubt."""
    if sweeper.look_at_clock() is None and (count := erase_leavers(database, vault.clock)):
        structlog.get_logger().info("people who belong to no account were erased", count=count)


def scrub_tables(config: Config, now: datetime) -> None:
    """Take out of the database's files what deletions, and people who left, have left in them."""
    with psycopg.connect(config.database_urls.of("worker"), autocommit=True) as connection:
        done, people = scrub(connection, now), scrub_people(connection)
    if people.large:
        structlog.get_logger().warning("tables of people were not written anew", count=len(people.large))
    if done is not None and done.large:
        structlog.get_logger().info(
            "tables too large to be written anew were vacuumed", count=len(done.large)
        )


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


def end_days(config: Config, vault: Vault, database: Database, sweeper: Sweeper) -> None:
    """Backups whose days have passed open nothing from here on; receipts and ledger that need not be kept any longer go.

    A clock that is not believed destroys nothing.
    """
    if sweeper.look_at_clock() is not None:
        return
    for name in destroy_passed(vault):
        structlog.get_logger().info("the backups of a day have ended", code=name)
    before = receipts_since(vault.clock.now())
    place(config.ledger_url).forget(before)
    with database.transaction() as cursor:
        accounts = [row[0] for row in cursor.execute(_OLD, (before,)).fetchall()]
    for account_id in accounts:
        with database.transaction(account_id) as cursor:
            cursor.execute(_FORGET, (account_id, before))


def receipts_since(now: datetime) -> datetime:
    """From when on receipts and the ledger are still kept, as the policy says: the longest backup and a year."""
    ends = until(KeptLine.RECEIPTS, Plan.STARTER, now)
    return now - (ends - now) if ends else datetime.min.replace(tzinfo=UTC)
