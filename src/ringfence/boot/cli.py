"""The `ringfence` command: starting the platform, and looking after it."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from ringfence import __version__
from ringfence.boot.cli_analytics import analytics
from ringfence.boot.cli_docs import datamap, roles
from ringfence.boot.cli_erasure import backup, ledger, restore
from ringfence.boot.cli_people import account, apikey, member
from ringfence.boot.cli_recipients import recipient
from ringfence.boot.cli_staff import staff
from ringfence.boot.cli_time import keyring, sweep
from ringfence.boot.commands import Group, as_json, say
from ringfence.boot.verifying import verify

_EXAMPLES = """\b
First steps:
  ringfence up                                        everything on this machine
  ringfence trust                                     let this machine trust its certificate
  ringfence call --agent front-desk --caller demo     a call by a synthetic caller
  ringfence apikey create --account demo --role analyst

\b
On a fleet, each role alone, with DATABASE_URL of its own login:
  ringfence migrate · ringfence gate · ringfence web · ringfence media · ringfence worker
"""


@click.group(cls=Group, epilog=_EXAMPLES)
@click.version_option(__version__, prog_name="ringfence")
def main() -> None:
    """AI phone calls under a privacy policy that the platform runs."""


def _role(function: Callable[..., None]) -> Callable[..., None]:
    """A process of an installation: its log lines name it."""

    @wraps(function)
    def run(**options: Any) -> None:
        from ringfence.boot import logs

        logs.configure(function.__name__)
        with logs.last_words():
            function(**options)

    return run


@main.command()
@click.option("--without-demo", is_flag=True, help="Make no demo account at first start.")
@_role
def up(*, without_demo: bool) -> None:
    """Start everything on one machine, and print the address and a one-time sign-in link.

    Makes keys, a database and a certificate at first start. Ctrl-C stops it. RINGFENCE_PORT, RINGFENCE_DATA and
    RINGFENCE_PUBLIC_URL move it.
    """
    from ringfence.boot.up import run

    run(demo=not without_demo)


@main.command()
@_role
def web() -> None:
    """Serve pages, API and webhooks on a Unix socket (a role of a fleet)."""
    from ringfence.boot.web import serve

    serve()


@main.command()
@click.option(
    "--drain",
    type=click.FloatRange(min=0),
    default=600,
    show_default=True,
    help="Seconds that calls get to end by themselves after SIGTERM.",
)
@_role
def media(*, drain: float) -> None:
    """Carry calls (a role of a fleet). SIGTERM lets calls finish first."""
    from ringfence.boot import clock, declared
    from ringfence.boot.wiring import begin

    config, vault = begin("media")
    declared.enforce(config.database_urls.of("media"))
    clock.resume(config.database_urls.of("media"))
    from ringfence.boot.media import serve
    from ringfence.boot.waiting import for_the_ledger

    for_the_ledger(vault)

    serve(config, vault, drain)


@main.command()
@_role
def worker() -> None:
    """Do after-call work and recover what died (a role of a fleet)."""
    from ringfence.boot import declared
    from ringfence.boot.wiring import begin

    config, vault = begin("worker")
    declared.enforce(config.database_urls.of("worker"))
    from ringfence.boot.worker import serve

    serve(config, vault)


@main.command()
@click.option("--descriptor", type=int, hidden=True, help="A listening socket, handed down.")
@_role
def gate(*, descriptor: int | None) -> None:
    """Let data out to registered recipients, and nothing else (a role; one on each machine of a fleet)."""
    from ringfence.boot import declared
    from ringfence.boot.wiring import configure, django_alone

    config = configure("gate")
    django_alone()
    declared.check(config.database_urls.of("gate"))
    from ringfence.boot.gate import serve

    serve(config, descriptor)


@main.command()
@click.option("--descriptor", type=int, multiple=True, hidden=True, help="A listening socket, handed down.")
@click.option("--plain-descriptor", type=int, multiple=True, hidden=True, help="The same, for plain HTTP.")
@_role
def front(*, descriptor: tuple[int, ...], plain_descriptor: tuple[int, ...]) -> None:
    """End TLS on the one port (one machine only; on a fleet the balancer does this)."""
    from ringfence.boot.doors import serve

    serve(descriptor, plain_descriptor)


@main.command()
@as_json
@_role
def migrate(*, as_json: bool) -> None:
    """Bring the database to what this version needs, as its owner. Safe to repeat."""
    from ringfence.boot import migrate as schema
    from ringfence.boot.wiring import begin

    config, _ = begin("owner")
    schema.migrate(config)
    if as_json:
        say({"schema": schema.fingerprint()}, as_json=True)
    else:
        click.echo("The database is up to date.")


@main.command()
@click.option("--account", default="demo", show_default=True, help="Slug of the account.")
@click.option("--agent", required=True, help="Slug of the agent to talk to.")
@click.option(
    "--caller",
    required=True,
    help="What the caller says: a WAV file, a YAML script of WAV files, or `demo`, the caller that is shipped.",
)
@click.option("--from", "from_number", default="+15550100", show_default=True, help="The caller's number.")
@click.option("--fast", is_flag=True, help="As fast as the machine goes instead of in real time.")
@as_json
def call(*, account: str, agent: str, caller: str, from_number: str, fast: bool, as_json: bool) -> None:
    """Place a real call with a synthetic caller, through the real media path, and print its call log.

    Needs a running installation (`ringfence up`) with the same RINGFENCE_DATA.
    """
    from ringfence.boot.calling import place, show

    document = place(account=account, agent=agent, caller=caller, from_number=from_number, fast=fast)
    show(document, as_json=as_json)


@main.command()
@click.option("--show", is_flag=True, help="Only say what would be run.")
def trust(*, show: bool) -> None:
    """Make this machine trust the installation's own certificate authority.

    The authority can vouch for this installation's names alone, so trusting it gives nobody power over other sites.
    """
    from ringfence.boot.trust import install

    for line in install(show=show):
        click.echo(line)


@main.command()
@as_json
def prove(*, as_json: bool) -> None:
    """Try every promise against the running installation, and say how each stands.

    A line each: kept, not kept, a gap (not built, or not measurable here), not applicable. Uses a throw-away account with
    canary calls of its own; nobody's data and nobody's clock is touched. Exit status 1 if a promise is not kept.
    """
    from ringfence.boot import proving

    verdict = proving.prove()
    if as_json:
        say({"promises": verdict.promises}, as_json=True)
    else:
        proving.show(verdict)
    if verdict.broken:
        raise click.exceptions.Exit(1)


@main.command(hidden=True)
@click.option("--demo", is_flag=True)
@_role
def welcome(*, demo: bool) -> None:
    """What `ringfence up` greets with."""
    from ringfence.boot.people import welcome as greeting

    say(greeting(demo=demo), as_json=True)


main.add_command(datamap)
main.add_command(roles)
main.add_command(verify)
main.add_command(sweep)
main.add_command(keyring)
main.add_command(backup)
main.add_command(restore)
main.add_command(ledger)
main.add_command(account)
main.add_command(member)
main.add_command(apikey)
main.add_command(recipient)
main.add_command(analytics)
main.add_command(staff)

if __name__ == "__main__":
    sys.exit(main())
