"""`ringfence prove`: look at every promise, try what can be tried, and say how each stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from ringfence.boot import environment, logs, running, wiring
from ringfence.core import config as settings
from ringfence.core.config import Config
from ringfence.vault.vault import Vault

MARKS: Final = {
    "kept": ("✓", "green"), "not_kept": ("✗", "red"), "gap": ("·", "yellow"), "not_applicable": ("–", "bright_black"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every promise's line, and whether one is not kept."""

    promises: list[dict[str, Any]]
    broken: bool


def prove() -> Verdict:
    """Measure as the worker does, try as a stranger would, at the address at which the installation runs, whatever this shell says.

    Raises Unavailable if it does not run.
    """
    logs.configure("command")
    config = running.as_it_runs(wiring.configure("web"))
    settings.install(config)
    vault = wiring.start_django(config)
    from ringfence.apps.assurance.measurements import LOOK, TRIAL, Measured
    from ringfence.lifecycle.assurance.told import tell
    from ringfence.policy import load

    measured = []
    for source, found in ((LOOK, _look(config, vault)), (TRIAL, _try(config, vault))):
        now = vault.clock.now()
        measured += [
            Measured(
                promise=promise, source=source, state=seen.state.value, says=seen.says,
                facts=tuple(seen.facts.items()), measured_at=now, since=now,
            )
            for promise, seen in found.items()
        ]  # fmt: skip
    lines = tell(load(), measured, vault.clock.now())
    told = [
        {
            "id": line.promise, "state": line.state.value, "says": line.says, "promise": line.text,
            "measured_at": line.measured_at.isoformat() if line.measured_at else None,
            "evidence": [
                {"source": each.source, "state": each.state, "says": each.says, "facts": dict(each.facts)}
                for each in line.measured
            ],
        }
        for line in lines
    ]  # fmt: skip
    return Verdict(told, any(line["state"] == "not_kept" for line in told))


def show(verdict: Verdict) -> None:
    """A line for each promise, for people."""
    for line in verdict.promises:
        mark, colour = MARKS[line["state"]]
        click.echo(f"{click.style(mark, fg=colour)} {line['id']:<22} {line['says']}")
    counts = [
        f"{sum(each['state'] == state for each in verdict.promises)} {state.replace('_', ' ')}"
        for state in MARKS
    ]
    click.echo(f"\n{', '.join(counts)}")


def _look(config: Config, vault: Vault) -> Any:
    """Look as the worker's login, and write it down."""
    from ringfence.lifecycle.assurance.looks import measure
    from ringfence.lifecycle.assurance.values import Looking

    with _as_worker():
        return measure(Looking(vault.clock, config, vault))


def _try(config: Config, vault: Vault) -> Any:
    from ringfence.apps.assurance.measurements import TRIAL, write
    from ringfence.boot.sweeping import sweeper_of
    from ringfence.lifecycle.assurance.trials import opened, try_all
    from ringfence.work.database import Database

    worker = Database(_worker_url())
    worker.open()
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    )
    try:
        with (
            bar,
            opened(
                config,
                vault,
                worker,
                sweeper_of(running.as_it_runs(environment.read(login="worker")), vault, worker).run,
            ) as scene,
        ):
            task = bar.add_task("")
            found = try_all(scene, lambda promise: bar.update(task, description=f"trying {promise}"))
    finally:
        worker.close()
    with _as_worker():
        write([(p, seen.state.value, seen.says, seen.facts) for p, seen in found.items()], TRIAL, vault.clock)
    return found


def _worker_url() -> str:
    return environment.read(login="worker").database_urls.of("worker")


@contextmanager
def _as_worker() -> Iterator[None]:
    """Within it, Django's connection is the worker's."""
    from django.db import connections

    from ringfence.web.databases import database

    before = connections["default"]
    connections.databases["worker"] = {**connections.databases["default"], **database(_worker_url())}
    connections["default"] = connections.create_connection("worker")
    try:
        yield
    finally:
        connections["default"].close()
        connections["default"] = before
