"""The commands about the installation's own recipients: its mail server and its stores. Customers say of theirs on the pages."""

from typing import Any

import click

from ringfence.boot.commands import Group, as_json, say, say_rows

_kind = click.option("--kind", type=click.Choice(["mail", "objects"]), required=True)
_host = click.option("--host", required=True, help="Its name; with a dot before it, every name below.")
_port = click.option(
    "--port", type=click.IntRange(1, 65535), default=443, show_default=True, help="Its port."
)


@click.group(cls=Group)
def recipient() -> None:
    """Who receives data of the whole installation, and on what ground."""


@recipient.command("list")
@as_json
def recipient_list(*, as_json: bool) -> None:
    """The mail server and the stores, where they are, and whether they may receive."""
    from ringfence.boot.recipients import listed

    say_rows(listed(), as_json=as_json)


@recipient.command("say")
@_kind
@_host
@_port
@click.option("--ground", type=click.Choice(["eea", "adequacy", "scc"]), required=True)
@click.option("--country", required=True, help="Two letters, as in DE.")
@click.option("--agreement", required=True, help="Which agreement binds it, of which day.")
@click.option("--module", default="", help="Of the Standard Contractual Clauses, 1 to 4.")
@click.option("--assessed-on", default="", help="Day of the transfer assessment, as in 2026-11-23.")
@as_json
def recipient_say(*, kind: str, host: str, port: int, as_json: bool, **said: Any) -> None:
    """Say where a recipient is and on what ground it may receive; it is registered if it was not."""
    from ringfence.boot.recipients import say_of

    say(say_of(kind, host, port, said), as_json=as_json)


@recipient.command("end")
@_kind
@_host
@_port
def recipient_end(*, kind: str, host: str, port: int) -> None:
    """It receives nothing more."""
    from ringfence.boot.recipients import end

    end(kind, host, port)
    click.echo("Done: nothing more goes there.")
