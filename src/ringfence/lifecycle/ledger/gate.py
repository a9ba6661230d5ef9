"""Nothing is served over a database that has forgotten what was deleted (BEHAVIOURS 21).

Every start compares the ledger's head with the database's mark. A ledger that is ahead means a restored database: until
its rest was replayed the gate is closed, and says so to everybody who asks.
"""

from dataclasses import dataclass, field
from threading import Lock
from typing import Final

from ringfence.core.clock import Clock
from ringfence.core.errors import Unavailable
from ringfence.lifecycle.ledger.batches import LedgerAway, LedgerBroken
from ringfence.lifecycle.ledger.book import book
from ringfence.lifecycle.ledger.mark import read_mark

LOOK_AGAIN_S: Final = 0.5
RESTORED: Final = (
    "This installation was restored from a backup. It serves nothing until everything that was deleted since "
    "that backup has been deleted again, which goes on by itself. Try again in a moment."
)
BEHIND: Final = (
    "The erasure ledger lacks what this database knows was deleted, so nothing is served. "
    "Bring the ledger back to LEDGER_URL, or point LEDGER_URL at it, and start again."
)


class NotReplayed(Unavailable):
    """The gate is closed."""

    code = "not_replayed"


def standing() -> str:
    """Why nothing may be served; empty if the database knows all that the ledger does."""
    try:
        newest = book().newest()
    except LedgerAway as error:
        return str(error)
    mark = read_mark()
    if newest is None:
        return BEHIND if mark.batch else ""
    if newest.batch.number < mark.batch or (newest.batch.number == mark.batch and newest.hash != mark.hash):
        return BEHIND
    return RESTORED if newest.batch.number > mark.batch else ""


@dataclass(slots=True)
class Gate:
    """One for each process that serves. Once it was open it stays open: what is deleted from then on is in both."""

    clock: Clock
    _open: bool = False
    _said: str = ""
    _looked: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def held(self) -> str:
        """Why nothing may be served; empty once it may."""
        if self._open:
            return ""
        with self._lock:
            now = self.clock.monotonic()
            if self._looked is None or now - self._looked >= LOOK_AGAIN_S:
                self._looked, self._said = now, _look()
                self._open = not self._said
            return self._said

    def demand(self) -> None:
        """Raise NotReplayed while the gate is closed."""
        if said := self.held():
            raise NotReplayed(said)


def _look() -> str:
    try:
        return standing()
    except LedgerBroken as error:
        return str(error)


_installed: Gate | None = None


def install(gate: Gate | None) -> None:
    """Put this process behind a gate. Forked children inherit it."""
    global _installed  # noqa: PLW0603 - one per process, by design
    _installed = gate


def held() -> str:
    """Why this process may serve nothing; empty if it may, or if nobody put it behind a gate."""
    return _installed.held() if _installed else ""
