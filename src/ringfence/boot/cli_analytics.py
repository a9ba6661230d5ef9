"""`ringfence analytics`: which pages were shown how often. Counts, of nobody."""

import json
from datetime import date, timedelta
from typing import Final

import click

from ringfence.boot.commands import Command, as_json

WIDE: Final = 40


@click.command(cls=Command)
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True, help="How far back.")
@as_json
def analytics(*, days: int, as_json: bool) -> None:
    """Which pages were shown how often: to visitors, and to people who opted in. Counts of UTC days; no address and no person."""
    from ringfence.boot import logs
    from ringfence.boot.wiring import begin

    logs.configure("command")
    _config, vault = begin("web")
    from ringfence.apps.analytics.figures import figures

    found = figures(days, vault.clock.now().date())
    if as_json:
        click.echo(json.dumps(found.document()))
        return
    shown = {day: found.visitors.get(day, 0) + found.people.get(day, 0) for day in _days(found.first, days)}
    most = max(shown.values())
    for day, count in shown.items():
        browsers = found.browsers.get(day, 0)
        came = (
            f"  {browsers} browser{'' if browsers == 1 else 's'} of people who opted in" if browsers else ""
        )
        click.echo(f"{day}  {_bar(count, most):<{WIDE}}  {count:>6}{came}")
    click.echo(f"\n{'page':<24} {'visitors':>9} {'people':>9}")
    for page in found.pages:
        click.echo(f"{page.page:<24} {page.visitors:>9} {page.people:>9}")


def _days(first: date, count: int) -> list[date]:
    return [first + timedelta(days=n) for n in range(count)]


def _bar(count: int, most: int) -> str:
    return "█" * max(1 if count else 0, round(WIDE * count / most)) if most else ""
