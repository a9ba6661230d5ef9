"""The commands about time: what is overdue, and the keys by which time destroys."""

from typing import Any

import click

from ringfence.boot.commands import Command, Group, as_json, say

_SWEEP: Any = """\b
Examples:
  ringfence sweep                    how it stands; status 1 if something is behind
  ringfence sweep --now              destroy what is overdue, and watch it go
  ringfence sweep --confirm-clock    after `date -u` showed the right time

\b
When nothing is destroyed because the clock is not believed:
  clock_ahead, clock_set_back   set the clock right (`timedatectl`), or, if it is right now, confirm it
  clock_witness                 the database's or the object store's clock differs by more than a minute: set it right
  clock_silence                 no sweep for more than seven days: look at `date -u`, then confirm
"""


@click.command(cls=Command, epilog=_SWEEP)
@click.option(
    "--now", "at_once", is_flag=True, help="Destroy what is overdue now instead of waiting for the worker."
)
@click.option("--confirm-clock", is_flag=True, help="Vouch that the clock is right as it stands, and sweep.")
@as_json
def sweep(*, at_once: bool, confirm_clock: bool, as_json: bool) -> None:
    """How the destruction of what is overdue stands; with --now, do it.

    The worker sweeps every ten minutes and soon after each UTC midnight. It destroys nothing while the clock is in doubt: if it runs
    ahead of the machine's own ticks, was set back, differs from a second clock, or after more than seven days of silence.
    """
    from ringfence.boot import time_commands

    kept = (
        time_commands.sweep(confirm=confirm_clock, as_json=as_json)
        if at_once or confirm_clock
        else time_commands.standing(as_json=as_json)
    )
    if not kept:
        raise click.exceptions.Exit(1)


_ROTATE: Any = """\b
Examples:
  ringfence keyring rotate                 all of it, on one machine, with calls going on
  ringfence keyring rotate --one-step      on a fleet, three times; copy the file after each:
                                             1 the new key joins the file, and wraps nothing yet
                                             2 it takes over
                                             3 everything is wrapped under it; the key before is let go

\b
Killed or refused on the way, nothing is lost: run it again, and it goes on from there.
"""


@click.group(cls=Group)
def keyring() -> None:
    """The keys by which time destroys. They have a copy of their own, apart from every other backup."""


@keyring.command("backup")
@click.option("--to", "target", help="A folder or bucket of its own; RINGFENCE_KEYRING_BACKUP unless given.")
@as_json
def keyring_backup(*, target: str | None, as_json: bool) -> None:
    """Bring the keyring's copy up to date: the newest and no older one. What was destroyed leaves it.

    The root key is not in it: keep that somewhere else again.
    """
    from ringfence.boot import time_commands

    say(time_commands.back_up(target), as_json=as_json)


@keyring.command("restore")
@click.option("--from", "target", help="Where the copy is; RINGFENCE_KEYRING_BACKUP unless given.")
@as_json
def keyring_restore(*, target: str | None, as_json: bool) -> None:
    """Bring back keys that the keyring lost. None whose day has passed and none that was destroyed comes back."""
    from ringfence.boot import time_commands

    say(time_commands.bring_back(target), as_json=as_json)


@keyring.command("rotate", epilog=_ROTATE)
@click.option("--one-step", is_flag=True, help="Go one stage further, and say what comes next.")
@click.option(
    "--to", "target", help="Another copy of the keyring, besides RINGFENCE_KEYRING_BACKUP, that is to follow."
)
@as_json
def keyring_rotate(*, one_step: bool, target: str | None, as_json: bool) -> None:
    """Let a new root key take over, while everything goes on.

    Every epoch of the keyring is wrapped under the new key, and its copy follows; then the key before is let go, and what somebody has of
    it opens nothing of the keyring any more. No process is started again, no call and no read fails. Keep a copy of the root key's
    file anew afterwards.

    What is drawn from the root key (passwords' pepper, marks, logins of the embedded database, the signing key) stays as it is, and
    so the very first key stays in the file, where it neither wraps nor opens.
    """
    from ringfence.boot import time_commands

    say(time_commands.rotate(target, one_step=one_step, quiet=as_json), as_json=as_json)
