"""The gate's port on the loopback: the same again where that can be, since others remember it."""

import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from ringfence.egress.gate import HERE

BACKLOG: Final = 256


def bind(ready: Path) -> socket.socket:
    """A listening socket; on the port that `ready` names from the last time, if it is free."""
    try:
        wanted = int(ready.read_text())
    except (OSError, ValueError):
        wanted = 0
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with suppress(OSError, OverflowError):
        made.bind((HERE, wanted))
    if not made.getsockname()[1]:
        made.bind((HERE, 0))
    made.listen(BACKLOG)
    return made
