"""The commands about the operator's own people."""

import click

from ringfence.boot.commands import Group, as_json, email, say, say_rows


@click.group(cls=Group)
def staff() -> None:
    """The operator's own people. They see accounts and support requests at /operator/, and no call without its customer's approval."""


@staff.command("create")
@email
@click.option("--name", default="", help="The person's name, as customers will read it.")
@as_json
def staff_create(*, email: str, name: str, as_json: bool) -> None:
    """Make a person staff, and print a one-time sign-in link. The person sets up a second factor before anything opens."""
    from ringfence.boot.staff import create

    say(create(email, name), as_json=as_json)


@staff.command("link")
@email
@as_json
def staff_link(*, email: str, as_json: bool) -> None:
    """Print another one-time sign-in link. It does not stand in for a second factor that is set up."""
    from ringfence.boot.staff import link

    say(link(email), as_json=as_json)


@staff.command("list")
@as_json
def staff_list(*, as_json: bool) -> None:
    """Who is of the operator's, and who was."""
    from ringfence.boot.staff import listed

    say_rows(listed(), as_json=as_json)


@staff.command("remove")
@email
def staff_remove(*, email: str) -> None:
    """End it: sessions are over at once, and so is every access that a customer approved for this person."""
    from ringfence.boot.staff import remove

    remove(email)
    click.echo("Done: their sessions are over.")
