"""Our WSGI application over TLS on the loopback, in this process, so that a test can move its clock."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.db import connections

from ringfence.boot.certificates import ensure
from ringfence.boot.clock import SystemClock
from ringfence.boot.showing import server_context
from ringfence.boot.web import over_tls


class _Handler(WSGIRequestHandler):
    """Says nothing, and takes a browser that goes away as what it is."""

    timeout = 5

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the library's name)
        return


class _Server(ThreadedWSGIServer):
    block_on_close = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser closed its connection while we were writing to it."""

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            request.do_handshake()
            super().process_request_thread(request, client_address)
        except (OSError, ssl.SSLError):
            request.close()
        finally:
            connections.close_all()


@contextmanager
def served(folder: Path, application: Any) -> Iterator[str]:
    """The address of a server that runs while the block does."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.set_app(over_tls(application))
    server.daemon_threads = True
    context = server_context(ensure(folder, "localhost", SystemClock()))
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"https://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.socket.close()
        thread.join()
