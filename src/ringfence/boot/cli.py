"""The `ringfence` command."""

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from ringfence import __version__
from ringfence.core.errors import RingfenceError

_EXAMPLES = """\b
First steps:
  ringfence up                                   everything on this machine
  ringfence call --agent front-desk --caller hello.wav
  ringfence apikey create --account demo --role analyst
"""


class _Command(click.Command):
    """Turns an error of ours into one line and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RingfenceError as error:
            click.secho(str(error), fg="red", err=True)
            ctx.exit(1)


class _Group(click.Group):
    command_class = _Command


@click.group(cls=_Group, epilog=_EXAMPLES)
@click.version_option(__version__, prog_name="ringfence")
def main() -> None:
    """AI phone calls under a privacy policy that the platform runs."""


def _role(function: Callable[[], None]) -> Callable[[], None]:
    """A process of an installation: its log lines name it."""

    @wraps(function)
    def run() -> None:
        from ringfence.boot import logs

        logs.configure(function.__name__)
        function()

    return run


@main.command()
@click.option("--without-demo", is_flag=True, help="Make no demo account at first start.")
def up(without_demo: bool) -> None:
    """Start everything on one machine, and print the address and a one-time sign-in link.

    Makes keys, a database and a certificate at first start. Ctrl-C stops it.
    """
    from ringfence.boot import logs
    from ringfence.boot.up import run

    logs.configure("up")
    run(demo=not without_demo)


@main.command()
@_role
def web() -> None:
    """Serve pages, API and webhooks on a Unix socket (a role of a fleet)."""
    from ringfence.boot.web import serve

    serve()


@main.command()
@_role
def media() -> None:
    """Carry calls (a role of a fleet). SIGTERM lets calls finish first."""
    from ringfence.boot.media import serve

    serve()


@main.command()
@_role
def worker() -> None:
    """Do after-call work and recover what died (a role of a fleet)."""
    from ringfence.boot.worker import serve

    serve()


@main.command()
@_role
def front() -> None:
    """End TLS on the one port (one machine only; on a fleet the balancer does this)."""
    from ringfence.boot.doors import serve

    serve()


@main.command()
def migrate() -> None:
    """Bring the database to what this version needs, as its owner. Safe to repeat."""
    from ringfence.boot import migrate as schema
    from ringfence.boot.wiring import configure, start_django

    config = configure("owner")
    start_django(config)
    schema.migrate(config)
    click.echo("The database is up to date.")


@main.command()
@click.option("--account", default="demo", show_default=True, help="Slug of the account.")
@click.option("--agent", required=True, help="Slug of the agent to talk to.")
@click.option(
    "--caller",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the caller says: a WAV file, or a YAML script of WAV files.",
)
@click.option("--from", "from_number", default="+15550100", show_default=True, help="The caller's number.")
@click.option("--fast", is_flag=True, help="As fast as the machine goes instead of in real time.")
@click.option("--json", "as_json", is_flag=True, help="Print the call's JSON and nothing else.")
def call(account: str, agent: str, caller: Path, from_number: str, fast: bool, as_json: bool) -> None:
    """Place a real call with a synthetic caller, through the real media path, and print its call log.

    Needs a running installation (`ringfence up`) with the same RINGFENCE_DATA.
    """
    from ringfence.boot.calling import place, show

    document = place(account=account, agent=agent, caller=caller, from_number=from_number, realtime=not fast)
    show(document, as_json=as_json)


@main.group(cls=_Group)
def apikey() -> None:
    """Keys for the API."""


@apikey.command("create")
@click.option("--account", required=True, help="Slug of the account.")
@click.option("--role", required=True, help="owner, admin, manager, analyst, billing or privacy_officer.")
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option(
    "--days", type=click.IntRange(min=1), default=90, show_default=True, help="Days until it expires."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def apikey_create(account: str, role: str, name: str, days: int, as_json: bool) -> None:
    """Make a key and show it once."""
    from ringfence.boot.people import create_key

    create_key(account, role, name, days, as_json=as_json)


@main.group(cls=_Group)
def member() -> None:
    """People of an account."""


@member.command("link")
@click.option("--account", required=True, help="Slug of the account.")
@click.option("--email", required=True, help="The member's address.")
@click.option("--role", default="owner", show_default=True, help="The role, if this adds the member.")
def member_link(account: str, email: str, role: str) -> None:
    """Print a one-time sign-in link for a member, adding the member if needed."""
    from ringfence.boot.people import sign_in_link

    click.echo(sign_in_link(account, email, role))


@main.command()
def trust() -> None:
    """Make this machine trust the installation's own certificate authority."""
    from ringfence.boot.trust import install

    install()


if __name__ == "__main__":
    sys.exit(main())
