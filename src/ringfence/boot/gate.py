"""The gate's process: the one that alone connects to the outside. It has its login and a word, and no key of the vault."""

import asyncio
import signal
import socket
from pathlib import Path
from typing import Final

import structlog

from ringfence.boot.clock import SystemClock
from ringfence.boot.gate_port import bind
from ringfence.boot.houses import houses_of, ours_of
from ringfence.boot.wiring import ready_file
from ringfence.core.config import Config
from ringfence.egress.nearby import Nearby
from ringfence.egress.proxy import Server
from ringfence.egress.proxy.judge import Judge
from ringfence.work.database import Database
from ringfence.work.leaving import Books

MOST: Final = 8  # connections to the database


def serve(config: Config, descriptor: int | None) -> None:
    """Let out what the register allows, until SIGTERM."""
    listening = bind(ready_file(config, "gate")) if descriptor is None else socket.socket(fileno=descriptor)
    listening.setblocking(False)
    clock = SystemClock()
    database = Database(config.database_urls.of("gate"), most=MOST)
    database.open()
    try:
        houses_of(config, database, clock)
        judge = Judge(Books(database, clock), clock, Nearby.of(config.nearby), ours_of(config))
        asyncio.run(_run(Server(judge, config.gate_word), listening, ready_file(config, "gate")))
    finally:
        database.close()


async def _run(server: Server, listening: socket.socket, ready: Path) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def announce() -> None:
        draft = ready.with_suffix(".new")
        draft.write_text(str(listening.getsockname()[1]))
        draft.replace(ready)
        structlog.get_logger().debug("the gate is open")

    serving = asyncio.get_running_loop().create_task(server.run(listening, announce))
    stopping = asyncio.get_running_loop().create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if serving.done():
        serving.result()  # raises what ended it
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
