"""How long a backup opens: the days of the policy, by the destruction of its UTC day's epoch.

A day's epoch goes at the beginning of the last of those days, so that whatever is deleted is out of every backup within them,
however late in its day the last backup that holds it was made.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from ringfence.core.errors import RingfenceError
from ringfence.policy import Plan, until
from ringfence.policy.values import KeptLine
from ringfence.vault.keyring import GONE, Keyring, day_of, gone_mark
from ringfence.vault.stores import KeyringStore
from ringfence.vault.vault import Vault

KIND: Final = "backup"


class NoPeriod(RingfenceError):
    """The policy does not say for how long backups are kept."""

    code = "no_backup_period"


def backup_epoch(day: date) -> str:
    """The epoch under which all backups of a UTC day are sealed."""
    return f"{KIND}/{day.isoformat()}"


def ends(day: date) -> date:
    """The first day on which no backup of `day` opens any longer."""
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    last = until(KeptLine.BACKUPS, Plan.STARTER, begins)
    if last is None:
        raise NoPeriod("policy.toml must say for how many days backups are kept.")
    return last.date()


def days(keyring: Keyring) -> list[date]:
    """The days whose backups still open, oldest first."""
    found = (day_of(name) for name in keyring.list(KIND))
    return sorted(day for day in found if day is not None)


def destroy_passed(vault: Vault) -> list[str]:
    """Destroy the epochs of backups whose days have passed; their names."""
    today = vault.clock.now().date()
    passed = [backup_epoch(day) for day in days(vault.keyring) if ends(day) <= today]
    for name in passed:
        vault.keyring.destroy(name)
    return passed


@dataclass(frozen=True, slots=True)
class BackupDays:
    """The days of which there are backups, and of which there were."""

    store: KeyringStore
    open: tuple[date, ...]
    gone: tuple[date, ...]

    @classmethod
    def of(cls, keyring: Keyring) -> "BackupDays":
        prefix = gone_mark(f"{KIND}/")
        marks = (name.removeprefix(prefix) for name in keyring.list(GONE) if name.startswith(prefix))
        return cls(keyring.store, tuple(days(keyring)), tuple(date.fromisoformat(each) for each in marks))

    def held_until(self, first: date, last: date) -> date | None:
        """Until which day backups may hold what was there from `first` to `last`; None if no backup of these days opens."""
        return max((ends(day) for day in self.open if first <= day <= last), default=None)

    def destroyed_at(self, first: date, last: date) -> datetime | None:
        """When the last of the backups of these days was destroyed; None if there never was one."""
        newest = max((day for day in self.gone if first <= day <= last), default=None)
        written = self.store.get(gone_mark(backup_epoch(newest))) if newest else None
        return datetime.fromisoformat(written.decode()) if written else None
