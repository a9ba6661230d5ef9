"""The commands about accounts, their members and their keys."""

import click

from ringfence.boot.commands import Group, as_json, email, say, say_rows
from ringfence.boot.commands import account as account_option

_ROLES = "owner, admin, manager, analyst, billing or privacy_officer."
_SCOPES = "What of its role it may: everything, reading, calls, calls-reading, agents or audit."
role_option = click.option("--role", required=True, help=_ROLES)


@click.group(cls=Group)
def account() -> None:
    """Customers of this installation."""


@account.command("create")
@click.option("--slug", required=True, help="Short name, for addresses and commands.")
@click.option("--name", default="", help="What people call it.")
@click.option("--owner", required=True, help="E-mail address of its first owner.")
@click.option("--plan", type=click.Choice(["starter", "growth", "enterprise"]), default="starter")
@click.option("--timezone", default="UTC", show_default=True, help="Where it is, as in Europe/Berlin.")
@as_json
def account_create(*, slug: str, name: str, owner: str, plan: str, timezone: str, as_json: bool) -> None:
    """Open an account, and print its owner's one-time sign-in link."""
    from ringfence.boot.people import create_account

    say(create_account(slug, name, plan, timezone, owner), as_json=as_json)


@account.command("invite")
@email
@as_json
def account_invite(*, email: str, as_json: bool) -> None:
    """Print a link with which this address may open an account (RINGFENCE_SIGN_UP=invited)."""
    from ringfence.boot.people import ask_in

    say(ask_in(email), as_json=as_json)


@account.command("let-in")
@account_option
def account_let_in(*, account: str) -> None:
    """Enforce an account's single sign-on no longer, where its identity provider is lost."""
    from ringfence.boot.people import let_in

    let_in(account)
    click.echo("Done: the other ways in open the account again.")


@click.group(cls=Group)
def member() -> None:
    """People of an account."""


@member.command("list")
@account_option
@as_json
def member_list(*, account: str, as_json: bool) -> None:
    """Who belongs to an account, and as what."""
    from ringfence.boot.people import listed

    say_rows(listed(account), as_json=as_json)


@member.command("add")
@account_option
@email
@role_option
@click.option("--name", default="", help="The person's name.")
@as_json
def member_add(*, account: str, email: str, role: str, name: str, as_json: bool) -> None:
    """Make a person a member, and print a one-time sign-in link for them."""
    from ringfence.boot.people import add

    say(add(account, email, role, name), as_json=as_json)


@member.command("role")
@account_option
@email
@role_option
def member_role(*, account: str, email: str, role: str) -> None:
    """Give a member another role."""
    from ringfence.boot.people import change

    change(account, email, role)
    click.echo("Done: felt at the member's next request.")


@member.command("remove")
@account_option
@email
def member_remove(*, account: str, email: str) -> None:
    """End a membership."""
    from ringfence.boot.people import remove

    remove(account, email)
    click.echo("Done: felt at the member's next request.")


@member.command("link")
@account_option
@email
@as_json
def member_link(*, account: str, email: str, as_json: bool) -> None:
    """Print a one-time sign-in link for a member."""
    from ringfence.boot.people import link

    say(link(account, email), as_json=as_json)


@click.group(cls=Group)
def apikey() -> None:
    """Keys for the API."""


@apikey.command("create")
@click.option("--account", required=True, help="Slug of the account.")
@role_option
@click.option("--name", default="command line", show_default=True, help="What the key is for.")
@click.option("--scope", default="everything", show_default=True, help=_SCOPES)
@click.option(
    "--expires-in",
    default="90d",
    show_default=True,
    help="Days, hours or minutes, as in 30d, 12h, 15m.",
)
@as_json
def apikey_create(*, account: str, role: str, name: str, scope: str, expires_in: str, as_json: bool) -> None:
    """Make a key and show it once."""
    from ringfence.boot.people import create_key

    say(create_key(account, role, name, scope, expires_in), as_json=as_json)
