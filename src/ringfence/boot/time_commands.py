"""What `ringfence sweep` and `ringfence keyring` do."""

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from ringfence.boot import logs, wiring
from ringfence.boot.commands import say
from ringfence.core.config import Config
from ringfence.core.errors import BadInput
from ringfence.egress.stores import bucket
from ringfence.vault import rotation
from ringfence.vault.copies import Copied, backup, claim, restore
from ringfence.vault.rootfile import Stage
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.rotation import epochs, step
from ringfence.vault.stores import KeyringStore, open_store
from ringfence.vault.vault import Vault

_NEXT: Final = {
    Stage.PREPARED: "Copy the root key's file to every machine and to where you keep its copy, then run this again: the new key takes over.",
    Stage.IN_USE: "Copy the root key's file to every machine and to where you keep its copy, then run this again: the key before is let go.",
    Stage.SETTLED: "Copy the root key's file to every machine and to where you keep its copy: the copy of before opens nothing of now.",
}


def standing(*, as_json: bool) -> bool:
    """Say how it stands; whether all is well."""
    with _worker() as (_config, vault, database):
        from ringfence.boot.sweeping import status_of
        from ringfence.lifecycle.sweep.status import Standing

        found = status_of(database, vault)
    if as_json:
        say(_plain(found), as_json=True)
    else:
        _tell(found)
    return found.standing is not Standing.NOT_KEPT


def sweep(*, confirm: bool, as_json: bool) -> bool:
    """Sweep now, with a bar where somebody watches; whether nothing was left undone."""
    with _worker() as (config, vault, database):
        from ringfence.apps.sweeps.models import Outcome
        from ringfence.boot.sweeping import sweeper_of
        from ringfence.lifecycle.sweep.trust import SENTENCES, Alarm

        sweeper = sweeper_of(config, vault, database)
        if confirm:
            sweeper.confirm_clock()
        with _bar(sweeper.overdue(), "Destroying what is overdue", quiet=as_json) as progress:
            done = sweeper.run(progress)
    if as_json:
        say(_plain(done), as_json=True)
    elif done.outcome == Outcome.REFUSED.value:
        click.secho(f"Nothing was destroyed. {SENTENCES[Alarm(done.code)]}", fg="red", err=True)
        click.echo(
            "If the clock is right as it stands (`date -u`): ringfence sweep --confirm-clock", err=True
        )
    else:
        counts = ("calls", "recordings", "transcripts", "buckets", "epochs", "last_epoch", "code")
        destroyed = {name: value for name in counts if (value := getattr(done, name))}
        say(destroyed or {"overdue": "nothing"}, as_json=False)
    return bool(done.outcome == Outcome.DONE.value)


def back_up(target: str | None) -> dict[str, Any]:
    """Refresh the copy at a target."""
    config, vault = _keys()
    copy = _copy(config, target)
    claim(copy, _owner(vault))
    return _said(backup(vault.keyring.store, copy, vault.clock.now().date()))


def bring_back(target: str | None) -> dict[str, Any]:
    """Restore from the copy at a target."""
    config, vault = _keys()
    copy = _copy(config, target)
    claim(copy, _owner(vault), new=False)
    opens = partial(rotation.opens, vault.root)
    copied = restore(copy, vault.keyring.store, vault.clock.now().date(), opens)
    return {**_said(copied), "under_another_root_key": len(copied.missing)}


def rotate(target: str | None, *, one_step: bool, quiet: bool) -> dict[str, Any]:
    """Rotate the root key, or go one stage further; how many epochs were wrapped anew, and what is left to do."""
    config, vault = _keys()
    copies = [_copy(config, place) for place in dict.fromkeys((config.keyring_backup_url, target)) if place]
    for copy in copies:
        claim(copy, _owner(vault))
    root = FileRootKey.load(config.root_key_path)
    total = sum(1 for _name in epochs(vault.keyring.store))
    with _bar(total, "Wrapping the keyring anew", quiet=quiet) as progress:
        if one_step:
            wrapped, stage = step(vault.keyring, root, copies, progress)
        else:
            wrapped, stage = rotation.rotate(vault.keyring, root, copies, progress), Stage.SETTLED
    return {
        "stage": stage.value, "wrapped_anew": wrapped, "copies": len(copies), "root_key": str(config.root_key_path),
        "next": _NEXT[stage],
    }  # fmt: skip


def _said(copied: Copied) -> dict[str, Any]:
    return {"added": copied.added, "removed": copied.removed}


def _owner(vault: Vault) -> bytes:
    from ringfence.boot.sweeping import owner_of

    return owner_of(vault)


def _copy(config: Config, target: str | None) -> KeyringStore:
    place = target or config.keyring_backup_url
    if not place:
        raise BadInput("Say where the copy is: --to or --from, or RINGFENCE_KEYRING_BACKUP.")
    ours = (config.keyring_url, str(config.data_dir), config.object_store_url, config.ledger_url)
    if any(place.rstrip("/") == each or place.startswith(f"{each}/") for each in ours):
        raise BadInput(
            "This is where the installation itself keeps its data. A copy belongs on another disk."
        )
    return open_store(place, bucket)


def _keys() -> tuple[Config, Vault]:
    logs.configure("command")
    return wiring.begin("worker")


@contextmanager
def _worker() -> Iterator[tuple[Config, Vault, Any]]:
    config, vault = _keys()
    from ringfence.work.database import Database

    database = Database(config.database_urls.of("worker"))
    database.open()
    try:
        yield config, vault, database
    finally:
        database.close()


@contextmanager
def _bar(total: int, what: str, *, quiet: bool) -> Iterator[Any]:
    if quiet or not sys.stderr.isatty():
        yield lambda _count: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total)
        yield lambda count: progress.advance(task, count)


def _tell(found: Any) -> None:
    click.secho(
        {"kept": "Kept.", "not_kept": "Not kept.", "gap": "Not known yet: no sweep was seen."}[found.standing],
        fg="green" if found.standing == "kept" else "red", bold=True,
    )  # fmt: skip
    for problem in found.problems:
        click.echo(f"  {problem}")
    say(
        {
            "last_sweep": _moment(found.last_sweep_at),
            "oldest_overdue": f"{found.oldest_overdue_s:.0f} s of {found.limit_s:.0f} s",
            "last_destroyed_epoch": found.last_destroyed_epoch or "none yet",
        },
        as_json=False,
    )


def _moment(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else "never"


def _plain(value: Any) -> dict[str, Any]:
    return {
        name: each.isoformat() if isinstance(each, datetime) else each
        for name, each in dataclasses.asdict(value).items()
    }
