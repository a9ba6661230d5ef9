"""The worker process: after-call jobs from the queue, and what dead processes left. Imported once Django is up."""

import asyncio
import contextlib
import signal
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import structlog
from django.db import OperationalError
from procrastinate import App, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import ConnectorException

from ringfence.apps.calls.objects import Objects
from ringfence.boot.counting import counting_jobs
from ringfence.boot.erasing import erasing_jobs, replay_first
from ringfence.boot.leaving import leaving_jobs
from ringfence.boot.living import life_jobs
from ringfence.boot.mailing import mail_jobs
from ringfence.boot.supporting import support_jobs
from ringfence.boot.sweeping import sweep_jobs, sweeper_of
from ringfence.boot.trail import Step, trail_jobs
from ringfence.boot.wiring import live_folder
from ringfence.core.config import Config
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.assurance.looks import measure
from ringfence.lifecycle.assurance.values import Looking
from ringfence.vault.vault import Vault
from ringfence.work.aftercall.run import AfterCall
from ringfence.work.database import Database
from ringfence.work.intake import Intake
from ringfence.work.jobs import QUEUE, check
from ringfence.work.recovery import Recovery

AT_ONCE: Final = 2
SWEEP_S: Final = 10.0
MEASURE_S: Final = 300.0
STALLED_AFTER_S: Final = 30.0
STOP_S: Final = 4.0
AGAIN: Final = RetryStrategy(max_attempts=20, exponential_wait=2, retry_exceptions={Unavailable})


def serve(config: Config, vault: Vault) -> None:
    """Work until SIGTERM; jobs in hand get a few seconds, and are done again if that was too little."""
    database = Database(config.database_urls.of("worker"))
    billing = config.database_urls.billing
    biller = Database(billing, most=1) if billing else None
    for each in filter(None, (database, biller)):
        each.open()
    try:
        replay_first(vault)
        with trail_jobs(config, vault, database) as trail:
            steps = trail + sweep_jobs(config, vault, database)
            sweeper = sweeper_of(config, vault, database)
            steps += erasing_jobs(config, vault, database, sweeper)
            steps += life_jobs(vault, database, sweeper, biller)
            steps += mail_jobs(config, vault, database)
            steps += counting_jobs(vault, database)
            steps += leaving_jobs(vault, database)
            steps += support_jobs(vault, database)
            asyncio.run(_run(config, vault, database, steps))
    finally:
        for each in filter(None, (database, biller)):
            each.close()


async def _run(config: Config, vault: Vault, database: Database, trail: list[tuple[Step, float]]) -> None:
    objects = Objects(config.object_store_url)
    recovery = Recovery(database, vault, Intake(database, vault, objects), live_folder(config))
    jobs = queue(config, vault, AfterCall(database, vault, objects))
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    async def recover() -> None:
        if count := await asyncio.to_thread(recovery.run):
            structlog.get_logger().warning("interrupted calls were taken in", calls=count)

    async def take_up() -> None:
        for job in await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
            await jobs.job_manager.retry_job(job)
            structlog.get_logger().warning("a job of a dead worker is done again", job_id=job.id)

    async def look() -> None:
        await asyncio.to_thread(measure, Looking(vault.clock, config, vault))

    async with jobs.open_async(), asyncio.TaskGroup() as group:
        working = group.create_task(
            jobs.run_worker_async(
                queues=[QUEUE],
                concurrency=AT_ONCE,
                delete_jobs="successful",
                install_signal_handlers=False,
                shutdown_graceful_timeout=STOP_S,
                update_heartbeat_interval=STALLED_AFTER_S / 3,
            )
        )
        sweeping = [group.create_task(_again_and_again(each)) for each in (recover, take_up)]
        sweeping.append(group.create_task(_again_and_again(look, MEASURE_S)))
        sweeping += [group.create_task(_again_and_again(step, every)) for step, every in trail]
        await stop.wait()
        for task in (working, *sweeping):
            task.cancel()


def queue(config: Config, vault: Vault, after_call: AfterCall) -> App:
    """The jobs that this installation does. Each is idempotent, and done only with a mark of ours."""
    jobs = App(connector=PsycopgConnector(conninfo=config.database_urls.of("worker"), min_size=1, max_size=3))

    @jobs.task(name="ringfence.after_call", queue=QUEUE, retry=AGAIN)
    def _after_call(account_id: str, mac: str, call_id: str) -> None:
        check(vault, "after_call", UUID(account_id), mac, {"call_id": call_id})
        after_call.run(UUID(account_id), UUID(call_id))

    return jobs


async def _again_and_again(step: Callable[[], Awaitable[None]], every_s: float = SWEEP_S) -> None:
    """Every few seconds, whatever happened the last time."""
    while True:
        with contextlib.suppress(Unavailable, ConnectorException, OperationalError):  # away now, asked again
            await step()
        await asyncio.sleep(every_s)
