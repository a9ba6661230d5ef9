"""Starts the embedded database again when it ends by itself: out of memory, killed, a disk that was full.

Everybody else waits for it. Calls go on meanwhile, and what they leave is handed over once it answers.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from ringfence.core.errors import RingfenceError

FIRST_WAIT_S: Final = 0.25
LONGEST_WAIT_S: Final = 15.0


class Server(Protocol):
    """What `EmbeddedPostgres` is to its keeper."""

    @property
    def alive(self) -> bool: ...

    def start(self) -> None:
        """Raises RingfenceError if it does not come up."""
        ...


@dataclass(slots=True)
class Keeper:
    """Looks after one server. Each start that fails is followed by a longer wait than the one before."""

    server: Server
    now: Callable[[], float] = time.monotonic
    _wait_s: float = 0.0
    _due: float = 0.0

    def tend(self) -> None:
        """Start the server if it is not running and the wait is over. Blocks until it answers."""
        if self.server.alive or self.now() < self._due:
            return
        log = structlog.get_logger()
        log.error("the database ended and is started again")
        try:
            self.server.start()
        except RingfenceError as error:
            self._wait_s = min(LONGEST_WAIT_S, max(FIRST_WAIT_S, self._wait_s * 2))
            self._due = self.now() + self._wait_s
            log.warning("the database does not come up", code=error.code, seconds=self._wait_s)
        else:
            self._wait_s = 0.0
            log.warning("the database answers again")
