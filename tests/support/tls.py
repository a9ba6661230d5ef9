"""A server on the loopback that shakes hands as a context says, and nothing else."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from ringfence.boot.certificates import Certificates


def spoken_by(files: Certificates) -> ssl.SSLContext:
    """A server's context that a test may weaken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.chain, files.key)
    return context


@contextmanager
def shaking_hands(context: ssl.SSLContext) -> Iterator[int]:
    """Its port, while the block runs."""
    bound = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            while True:
                connection, _ = bound.accept()
                with (
                    connection,
                    suppress(OSError),
                    context.wrap_socket(connection, server_side=True) as wrapped,
                ):
                    wrapped.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield int(bound.getsockname()[1])
    finally:
        bound.shutdown(socket.SHUT_RDWR)
        bound.close()
        thread.join(5)
