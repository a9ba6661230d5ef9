"""The mark of a restore that is going on, or did not end: while it is there, nothing starts and nothing is backed up."""

from pathlib import Path
from typing import Final

from ringfence.core.errors import Conflict

_MARK: Final = "restoring"


class Interrupted(Conflict):
    """A restore was begun here and did not end."""

    code = "restore_interrupted"


def mark_of(data_dir: Path) -> Path:
    """The file that says so."""
    return data_dir / _MARK


def refuse_half_restored(data_dir: Path) -> None:
    """Raise Interrupted over a restore that is going on, or what a killed one left."""
    if mark_of(data_dir).exists():
        raise Interrupted(
            "A restore was interrupted here, so nothing is started. Run `ringfence restore FROM` again."
        )
