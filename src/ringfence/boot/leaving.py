"""What was refused at the gate, told to the trails of those whose data it was: again and again, in a worker, which has the keys."""

import asyncio
from typing import Final

from ringfence.boot.trail import Step
from ringfence.vault.vault import Vault
from ringfence.work.database import Database
from ringfence.work.leaving import tell_refusals

TELL_S: Final = 2.0


def leaving_jobs(vault: Vault, database: Database) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between."""

    async def tell() -> None:
        await asyncio.to_thread(tell_refusals, database, vault)

    return [(tell, TELL_S)]
