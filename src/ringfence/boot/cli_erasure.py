"""The commands about what must stay erased: backups, restoring, the erasure ledger."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ringfence.boot.commands import Command, Group, as_json, say
from ringfence.lifecycle.backup.archive import Progress as Seen


@click.command(cls=Command)
@click.option("--to", required=True, help="A folder, or a bucket's URL (s3://, gs://, az://).")
@as_json
def backup(*, to: str, as_json: bool) -> None:
    """Back up database and recordings, sealed under a key of today that is destroyed when the policy says.

    Works while the installation runs. Old backups in the same place go. Root key, keyring and erasure ledger are in no
    backup: keep copies of the first two elsewhere (`ringfence keyring backup`), and the ledger on another disk.
    """
    from ringfence.boot import backing_up, logs

    logs.configure("backup")
    with _shown("Backing up", hidden=as_json) as seen:
        made = backing_up.backup(to, seen)
    say(made, as_json=as_json)


@click.command(cls=Command)
@click.argument("source", metavar="FROM")
@as_json
def restore(*, source: str, as_json: bool) -> None:
    """Restore a backup into an empty RINGFENCE_DATA. FROM is a backup, or the folder or bucket that has them (then the newest).

    The root key, the keyring and the erasure ledger of the installation must be in their places. Everything that was deleted
    after the backup is deleted again before anything is served.
    """
    from ringfence.boot import logs, restoring
    from ringfence.boot.up import ask_ours

    logs.configure("restore")
    with _shown("Restoring", hidden=as_json) as seen:
        done = restoring.restore(source, seen, ask_ours)
    say(done, as_json=as_json)


@click.group(cls=Group)
def ledger() -> None:
    """The record of erasures, apart from the database."""


@ledger.command("status")
@as_json
def ledger_status(*, as_json: bool) -> None:
    """How far the ledger is, how far the database, and whether every batch is what was written."""
    from ringfence.boot import ledger_commands

    found = ledger_commands.status()
    say(found, as_json=as_json)
    if not found["ok"]:
        raise click.exceptions.Exit(1)


@ledger.command("replay")
@as_json
def ledger_replay(*, as_json: bool) -> None:
    """Delete again what the ledger has and the database does not know. A start does this by itself."""
    from ringfence.boot import ledger_commands

    say(ledger_commands.replay_now(), as_json=as_json)


@ledger.command("new-key")
@as_json
def ledger_new_key(*, as_json: bool) -> None:
    """Begin a new signing key. What the older ones signed still verifies; all are published."""
    from ringfence.boot import ledger_commands

    say(ledger_commands.new_key(), as_json=as_json)


@contextmanager
def _shown(title: str, *, hidden: bool) -> Iterator[Seen]:
    """Bars on the terminal: bytes so far, of each kind as it comes."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=hidden, transient=True) as bar:
        tasks: dict[str, TaskID] = {}

        def seen(kind: str, count: int) -> None:
            if kind not in tasks:
                tasks[kind] = bar.add_task(f"{title}: {kind}", total=None)
            bar.advance(tasks[kind], count)

        yield seen
