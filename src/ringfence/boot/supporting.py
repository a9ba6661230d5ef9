"""Approvals whose time is over, or which somebody who died took back: ended for good every few seconds, in a worker."""

import asyncio
from typing import Final

import structlog

from ringfence.apps.support.ending import DUE, IN_FORCE, end, end_keyless, keyless
from ringfence.boot.trail import Step
from ringfence.core.errors import RingfenceError
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

END_S: Final = 10.0


def support_jobs(vault: Vault, database: Database) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between."""

    async def step() -> None:
        await asyncio.to_thread(end_what_is_over, database, vault)

    return [(step, END_S)]


def end_what_is_over(database: Database, vault: Vault) -> int:
    """How many were ended: by their time, or because their key is gone."""
    now = vault.clock.now()
    with database.transaction() as cursor:
        cursor.execute(DUE, (now,))
        due = cursor.fetchall()
        cursor.execute(IN_FORCE, (now,))
        left = [(account_id, ask_id) for account_id, ask_id in cursor.fetchall() if keyless(vault, ask_id)]
    for account_id, ask_id in due:
        with database.transaction(account_id) as cursor:
            end(cursor, vault, account_id, ask_id, vault.clock)
    for account_id, ask_id in left:
        try:
            with database.transaction(account_id) as cursor:
                end_keyless(cursor, vault, account_id, ask_id, vault.clock)
        except RingfenceError as error:  # what one of them waits for keeps no other
            structlog.get_logger().error("an approval without a key was not ended", code=error.code)
    return len(due) + len(left)
