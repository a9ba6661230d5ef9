"""What a sweep stands on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from threading import Event

from ringfence.apps.calls.objects import Objects
from ringfence.vault.keyring import DAY, LIVE
from ringfence.vault.stores import KeyringStore
from ringfence.vault.vault import Vault
from ringfence.work.database import Database

Witness = Callable[[], datetime]
Progress = Callable[[int], None]


def unseen(_count: int) -> None:
    """Nobody watches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Doors, and the moment of this sweep: all of it goes by one `now`. `stop` ends it between two steps."""

    database: Database
    vault: Vault
    objects: Objects
    now: datetime
    copy: KeyringStore | None = None
    progress: Progress = unseen
    stop: Event = field(default_factory=Event)

    @property
    def today(self) -> date:
        return self.now.date()


@dataclass(slots=True)
class Swept:
    """What was destroyed so far. `troubles` are the codes of what could not be."""

    calls: int = 0
    recordings: int = 0
    transcripts: int = 0
    buckets: int = 0
    epochs: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    @property
    def things(self) -> int:
        return self.calls + self.recordings + self.transcripts + self.buckets + len(self.epochs)

    def trouble(self, code: str) -> None:
        if code not in self.troubles:
            self.troubles.append(code)

    @property
    def last_epoch(self) -> str:
        """The newest day that was destroyed, or else the newest live day; empty for none."""
        for kind in (DAY, LIVE):
            if found := max((name for name in self.epochs if name.startswith(f"{kind}/")), default=""):
                return found
        return ""
