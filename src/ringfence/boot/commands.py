"""What every command shares: errors as one line, answers as JSON or for people."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import click
import psycopg

from ringfence.core.errors import RingfenceError

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
account = click.option("--account", default="demo", show_default=True, help="Slug of the account.")
email = click.option("--email", required=True, help="The person's address.")


NOT_RUNNING: Final = (
    "The installation's database does not answer. Is `ringfence up` running, with the same RINGFENCE_DATA?"
)


class Command(click.Command):
    """Turns an error of ours, and a database that is away, into one line and exit status 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except RingfenceError as error:
            message = str(error)
        except Exception as error:  # edge: what is no outage is raised again
            if not isinstance(error.__cause__ or error, psycopg.OperationalError):
                raise
            message = NOT_RUNNING
        click.secho(message, fg="red", err=True)
        raise click.exceptions.Exit(1)


class Group(click.Group):
    """A group whose commands are `Command`s."""

    command_class = Command


def say(answer: Mapping[str, Any], *, as_json: bool) -> None:
    """One answer: a JSON object, or a line for each value."""
    if as_json:
        click.echo(json.dumps(answer))
        return
    width = max((len(key) for key in answer), default=0)
    for key, value in answer.items():
        click.echo(f"{key.replace('_', ' '):<{width}}  {value}")


def say_rows(rows: Iterable[Mapping[str, Any]], *, as_json: bool) -> None:
    """Several answers: a JSON array, or aligned columns."""
    known = list(rows)
    if as_json:
        click.echo(json.dumps(known))
        return
    if not known:
        click.echo("None.")
        return
    table = [[key.replace("_", " ") for key in known[0]], *([str(v) for v in row.values()] for row in known)]
    widths = [max(len(row[n]) for row in table) for n in range(len(table[0]))]
    for row in table:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
