"""Approvals whose time is over: their keys are destroyed, every few seconds, in a worker."""

import asyncio
from typing import Final

from ringfence.apps.support.ending import DUE, end
from ringfence.boot.trail import Step
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

END_S: Final = 10.0


def support_jobs(vault: Vault, database: Database) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between."""

    async def step() -> None:
        await asyncio.to_thread(end_what_is_over, database, vault)

    return [(step, END_S)]


def end_what_is_over(database: Database, vault: Vault) -> int:
    """How many were ended."""
    with database.transaction() as cursor:
        cursor.execute(DUE, (vault.clock.now(),))
        due = cursor.fetchall()
    for account_id, ask_id in due:
        with database.transaction(account_id) as cursor:
            end(cursor, vault, account_id, ask_id, vault.clock)
    return len(due)
