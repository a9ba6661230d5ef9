"""The front process: the one port with this installation's certificate."""

import asyncio
import errno
import signal
import socket
import time
from collections.abc import Coroutine
from typing import Final

import uvloop

from ringfence.boot import certificates, front
from ringfence.boot.clock import SystemClock
from ringfence.boot.wiring import configure, ready_file, socket_of
from ringfence.core.config import Config
from ringfence.core.errors import Unavailable

LEAVING_S: Final = 1.0  # how long a killed run may take to let go of the port


class PortTaken(Unavailable):
    """Another program listens on the port."""

    code = "port_taken"


def open_port(port: int) -> list[socket.socket]:
    """The sockets of the port. Raises PortTaken, also where the user may not open it."""
    deadline = time.monotonic() + LEAVING_S
    while True:
        try:
            return front.listen(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise PortTaken(
                    f"Port {port} cannot be opened: {error.strerror}. Stop what uses it, or set RINGFENCE_PORT to "
                    "another."
                ) from error
        time.sleep(0.1)


def certificate_of(config: Config) -> certificates.Certificates:
    """The installation's own certificate, made or renewed as needed."""
    return certificates.ensure(config.data_dir / "tls", config.public_host, SystemClock())


def serve(descriptors: tuple[int, ...] = ()) -> None:
    """Serve until told to stop; on sockets that were handed down, or on the configured port."""
    config = configure("web")
    sockets = [socket.socket(fileno=each) for each in descriptors] or open_port(config.port)
    for each in sockets:
        each.setblocking(False)
    context = front.server_context(certificate_of(config))
    backends = front.Backends(socket_of(config, "web"), ready_file(config, "media"))
    ready_file(config, "front").touch()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_until_told(front.serve(sockets, context, backends)))


async def _until_told(serving: Coroutine[None, None, None]) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    task = asyncio.get_running_loop().create_task(serving)
    await stop.wait()
    task.cancel()
    await asyncio.wait([task])
