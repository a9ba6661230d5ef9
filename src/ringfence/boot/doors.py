"""The front process: the one port with this installation's certificate."""

import asyncio
import errno
import signal
import socket
import time
from collections.abc import Coroutine
from functools import partial
from typing import Final

import uvloop

from ringfence.boot import certificates, front, plain
from ringfence.boot.clock import SystemClock
from ringfence.boot.showing import Showing
from ringfence.boot.wiring import configure, ready_file, socket_of
from ringfence.core.config import Config
from ringfence.core.errors import Unavailable

LEAVING_S: Final = 1.0  # how long a killed run may take to let go of the port


class PortTaken(Unavailable):
    """Another program listens on the port."""

    code = "port_taken"


def open_port(port: int, name: str = "RINGFENCE_PORT") -> list[socket.socket]:
    """The sockets of the port. Raises PortTaken, also where the user may not open it."""
    deadline = time.monotonic() + LEAVING_S
    while True:
        try:
            return front.listen(port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise PortTaken(
                    f"Port {port} cannot be opened: {error.strerror}. Stop what uses it, or set {name} to "
                    "another."
                ) from error
        time.sleep(0.1)


def open_http_port(config: Config) -> list[socket.socket]:
    """The sockets of the port for plain HTTP; none where none is wanted. Raises PortTaken."""
    return [] if config.http_port is None else open_port(config.http_port, "RINGFENCE_HTTP_PORT")


def certificate_of(config: Config) -> certificates.Certificates:
    """The certificate that was given, or the installation's own, made or renewed as needed."""
    if config.tls_chain is not None and config.tls_key is not None:
        return certificates.Certificates(config.authority, config.tls_chain, config.tls_key)
    return certificates.ensure(config.data_dir / "tls", config.public_host, SystemClock())


def serve(descriptors: tuple[int, ...] = (), plain_descriptors: tuple[int, ...] = ()) -> None:
    """Serve until told to stop; on sockets that were handed down, or on the configured ports."""
    config = configure("web")
    sockets = [socket.socket(fileno=each) for each in descriptors] or open_port(config.port)
    clear = [socket.socket(fileno=each) for each in plain_descriptors] or open_http_port(config)
    for each in (*sockets, *clear):
        each.setblocking(False)
    showing = Showing(
        lambda: certificate_of(config), config.public_host, SystemClock(), ready_file(config, "front")
    )
    backends = front.Backends(socket_of(config, "web"), ready_file(config, "media"), config.public_host)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(
            _until_told(
                showing,
                showing.watch(),
                front.serve(sockets, showing.context, backends),
                plain.serve(clear, config.public_url),
            )
        )


async def _until_told(showing: Showing, *serving: Coroutine[None, None, None]) -> None:
    """SIGHUP has the certificate's files read again at once."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, partial(showing.look, at_once=True))
    tasks = [loop.create_task(each) for each in serving]
    for task in tasks:
        task.add_done_callback(
            lambda _done: stop.set()
        )  # one that failed takes the others along; it is started again
    await stop.wait()
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended
