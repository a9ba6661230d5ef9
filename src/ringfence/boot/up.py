"""`ringfence up`: everything on one machine, from nothing to an address and a sign-in link."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from ringfence.boot import environment, migrate, running
from ringfence.boot.console import Console
from ringfence.boot.doors import certificate_of, open_http_port, open_port
from ringfence.boot.gate_port import bind
from ringfence.boot.half_restored import refuse_half_restored
from ringfence.boot.keeper import Keeper
from ringfence.boot.postgres import EmbeddedPostgres
from ringfence.boot.supervisor import Role, Supervisor, claim, command
from ringfence.boot.unprivileged import die_with_parent
from ringfence.boot.wiring import configure, ready_file, socket_of
from ringfence.core.config import Config
from ringfence.core.errors import BadInput, RingfenceError
from ringfence.vault.rootkey import FileRootKey

DRAIN_S: Final = 3
# No library that we use may report to its makers. Said to each, in its own words.
SILENT: Final = {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "1"}


class Stopped(Exception):
    """SIGINT or SIGTERM arrived."""


class StepFailed(RingfenceError):
    """A command that `up` runs failed; it has said why."""

    code = "step_failed"


def run(*, demo: bool) -> None:
    """Start everything, and tend it until Ctrl-C or SIGTERM."""
    if not environment.embedded():
        raise BadInput(
            "`ringfence up` brings its own database. Unset DATABASE_URL, or start each role by itself."
        )
    console = Console()
    with stoppable() as stopped:
        config = configure("owner")
        held = claim(config.data_dir)
        refuse_half_restored(config.data_dir)
        running.forget(config)
        ports, way_out = open_port(config.port), bind(ready_file(config, "gate"))
        plain_ports = open_http_port(config)
        root = FileRootKey.load(config.root_key_path)
        server = EmbeddedPostgres(
            config.data_dir, config.run_dir, environment.database_password(root, "postgres")
        )
        supervisor = Supervisor({**os.environ, **SILENT})
        try:
            console.title()
            with console.step("Keys and certificate"):
                certificate_of(config)
            with console.step("Database"):
                server.start()
            _bring_schema(config, server, root, supervisor.environment, console)
            with console.step("The gate"):
                supervisor.start(_gate(config, way_out.fileno()))
                supervisor.await_ready()
            with console.step("Pages, calls and jobs"):
                supervisor.start(*_roles(config, ports, plain_ports))
                greeting = _ask("welcome", *(["--demo"] if demo else []), env=supervisor.environment)
                supervisor.await_ready()
            _first_call(greeting.get("call"), supervisor.environment, console)
            running.say(config)
            console.ready(config, greeting.get("sign_in"))
            supervisor.run(Keeper(server).tend)
        except Stopped:
            console.stopping()
        finally:
            stopped()
            running.forget(config)
            supervisor.stop()
            server.stop()
            os.close(held)


def _gate(config: Config, listening: int) -> Role:
    """First: stores that are away from this machine are reached through it."""
    return Role("gate", ready_file(config, "gate"), (f"--descriptor={listening}",), (listening,))


def _roles(
    config: Config, ports: Sequence[socket.socket], plain_ports: Sequence[socket.socket]
) -> list[Role]:
    """The front is handed its ports down: one that is started again has them still."""
    listening = (
        *(f"--descriptor={each.fileno()}" for each in ports),
        *(f"--plain-descriptor={each.fileno()}" for each in plain_ports),
    )
    handed = tuple(each.fileno() for each in (*ports, *plain_ports))
    return [
        Role("web", socket_of(config, "web")),
        Role("media", ready_file(config, "media"), (f"--drain={DRAIN_S}",)),
        Role("worker"),
        Role("front", ready_file(config, "front"), listening, handed),
    ]


def _bring_schema(
    config: Config,
    server: EmbeddedPostgres,
    root: FileRootKey,
    env: Mapping[str, str],
    console: Console,
) -> None:
    if migrate.up_to_date(config.database_urls.of("owner")):
        return
    with console.step("Schema"):
        migrate.make_logins(server, root)
        _ask("migrate", "--json", env=env)


def _first_call(line: list[str] | None, env: Mapping[str, str], console: Console) -> None:
    """So that the call log has something to show. The platform is up without it, too."""
    if line is None:
        return
    try:
        with console.step("A first call, by a synthetic caller"):
            _ask(*line, env=env)
    except StepFailed as error:
        console.warn(str(error))


def _ask(*arguments: str, env: Mapping[str, str]) -> dict[str, Any]:
    """Run one of our commands to its end and read its answer. Raises StepFailed."""
    done = subprocess.run(
        command(*arguments),
        env=dict(env),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        check=False,
        preexec_fn=die_with_parent,
        start_new_session=True,
    )
    if done.returncode:
        raise StepFailed(f"`ringfence {arguments[0]}` failed; what it said stands above.")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def ask_ours(*arguments: str) -> dict[str, Any]:
    """`_ask` for other commands that are made of several of ours."""
    return _ask(*arguments, env={**os.environ, **SILENT})


@contextmanager
def stoppable() -> Iterator[Callable[[], None]]:
    """SIGINT and SIGTERM raise Stopped, once; after the given function was called they are let pass."""
    asked = False

    def stop(*_signal: object) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise Stopped

    def let_pass() -> None:
        nonlocal asked
        asked = True

    before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield let_pass
    except Stopped:
        return
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def program() -> Path:
    """The `ringfence` command beside the running Python, for what people are told to type."""
    return Path(sys.executable).with_name("ringfence")
