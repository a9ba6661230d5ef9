"""The media process: calls while they live, on one event loop. Imported once the models that intake writes are up."""

import asyncio
import signal
from pathlib import Path
from typing import Final

import structlog
import uvloop

from ringfence.apps.calls.objects import Objects
from ringfence.boot.clock import SystemClock
from ringfence.boot.engines import EngineRoom
from ringfence.boot.wiring import live_folder, ready_file
from ringfence.core.config import Config
from ringfence.egress.gate import Gate
from ringfence.vault.vault import Vault
from ringfence.voice.runtime.board import Board
from ringfence.voice.runtime.media import bind, listen
from ringfence.voice.runtime.services import Services
from ringfence.voice.runtime.tools import Tools
from ringfence.voice.speech.vad.silero import SileroVad
from ringfence.work.database import Database
from ringfence.work.desk import Desk
from ringfence.work.intake import Intake

RATES: Final = (8_000, 16_000)


def serve(config: Config, vault: Vault, drain_s: float) -> None:
    """Carry calls until SIGTERM, then give those in progress `drain_s` seconds to end by themselves."""
    database = Database(config.database_urls.of("media"))
    database.open()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(config, vault, database, drain_s))
    finally:
        database.close()


async def _run(config: Config, vault: Vault, database: Database, drain_s: float) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    engines = EngineRoom(Gate.of(config))
    engines.start()
    services = services_of(config, vault, database, engines)
    board = Board(services)
    ticking = services.tasks.spawn(board.run())
    bound = bind()
    server = await listen(board, bound, config.public_url)
    _announce(ready_file(config, "media"), bound.getsockname()[1])
    structlog.get_logger().debug("calls are taken")
    await stop.wait()
    await board.drain(drain_s)
    server.close()
    ticking.cancel()
    await services.tasks.cancel()
    await services.tools.aclose()
    await engines.aclose()


def services_of(config: Config, vault: Vault, database: Database, engines: EngineRoom) -> Services:
    """What every call of this process shares."""
    folder = live_folder(config)
    folder.mkdir(exist_ok=True, mode=0o700)
    return Services(
        clock=SystemClock(),
        folder=folder,
        admission=Desk(database, vault, Gate.of(config)),
        sink=Intake(database, vault, Objects(config.object_store_url)),
        engines=engines,
        vads={rate: SileroVad(rate) for rate in RATES},
        tools=Tools(Gate.of(config)),
    )


def _announce(path: Path, port: int) -> None:
    """Say where we are in one step, for the front reads it at any time."""
    draft = path.with_suffix(".new")
    draft.write_text(str(port))
    draft.replace(path)
