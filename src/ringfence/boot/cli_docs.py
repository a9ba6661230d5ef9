"""What the platform says of itself on paper."""

import click

from ringfence.boot.commands import Command


@click.command(cls=Command)
@click.option("--records", is_flag=True, help="The records of processing activities (GDPR 30) instead.")
@click.option("--logins", is_flag=True, help="What each login of the database sees in the clear instead.")
def datamap(*, records: bool, logins: bool) -> None:
    """Print where which data rests, as Markdown: every table, object, key, file, job and log line."""
    from ringfence.policy import load
    from ringfence.policy.catalogue import catalogue
    from ringfence.policy.catalogue.mapping import data_map
    from ringfence.policy.catalogue.records import records as made

    if logins:
        from ringfence.policy.logins import logins as known
        from ringfence.policy.logins import page

        click.echo(page(known().values()), nl=False)
        return
    click.echo((made if records else data_map)(catalogue(), load()), nl=False)


@click.command(cls=Command)
def roles() -> None:
    """Print who may do what, as Markdown: roles, scopes of keys, and every address."""
    from ringfence.boot.wiring import django_of_code

    django_of_code()
    from ringfence.web.matrix import markdown

    click.echo(markdown(), nl=False)
