"""What told one browser of a day from another goes when the day is over: again and again, in a worker."""

import asyncio
from typing import Final

from ringfence.apps.analytics.counting import forget_marks
from ringfence.boot.trail import Step
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

FORGET_S: Final = 300.0


def counting_jobs(vault: Vault, database: Database) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between."""

    def forget() -> None:
        with database.transaction() as cursor:
            forget_marks(cursor, vault.clock)

    async def step() -> None:
        await asyncio.to_thread(forget)

    return [(step, FORGET_S)]
