"""Mails, and what is over of people's coming in: again and again, in a worker."""

import asyncio
from typing import Final

from ringfence.boot.trail import Step
from ringfence.core.config import Config
from ringfence.egress.gate import Gate
from ringfence.egress.smtp import Relay
from ringfence.vault.vault import Vault
from ringfence.work.database import Database
from ringfence.work.mails import send_waiting, tidy

SEND_S: Final = 2.0
TIDY_S: Final = 600.0


def mail_jobs(config: Config, vault: Vault, database: Database) -> list[tuple[Step, float]]:
    """What is to be done again and again, with the seconds between."""

    async def clear() -> None:
        await asyncio.to_thread(tidy, database, vault)

    steps: list[tuple[Step, float]] = [(clear, TIDY_S)]
    if config.smtp_url is None:
        return steps
    relay = Relay.of(config.smtp_url)

    async def send() -> None:
        await asyncio.to_thread(send_waiting, database, vault, relay, Gate.of(config))

    return [*steps, (send, SEND_S)]
