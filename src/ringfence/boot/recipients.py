"""The installation's own recipients from the command line, as the gate's login."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ringfence.boot import logs, wiring
from ringfence.boot.clock import SystemClock
from ringfence.boot.houses import house
from ringfence.core.errors import NotFound
from ringfence.egress.decide import REASONS, grounded
from ringfence.egress.recipients import Kind
from ringfence.egress.target import named
from ringfence.work.database import Database


def listed() -> list[dict[str, Any]]:
    with _database() as database, database.transaction() as cursor:
        from ringfence.apps.recipients.book import houses

        today = SystemClock().now().date()
        return [
            {
                "kind": each.kind.value, "host": each.host, "port": each.port, "ground": each.terms.ground.value,
                "country": each.terms.country, "agreement": each.terms.agreement,
                "off_this_network": "may receive" if (said := grounded(each.terms, today)) else REASONS[said.reason],
            }
            for each in houses(cursor)
        ]  # fmt: skip


def say_of(kind: str, host: str, port: int, said: dict[str, Any]) -> dict[str, Any]:
    """Raises BadTerms for what cannot be so, BadTarget for a host that is none."""
    clock = SystemClock()
    with _database() as database:
        from ringfence.apps.recipients.book import add_house, say_of_house
        from ringfence.apps.recipients.register import checked

        terms, place = checked(said, clock.now().date()), _named(host, port)
        with database.transaction() as cursor:
            add_house(cursor, house(Kind(kind), place, port, clock), clock.now())
            say_of_house(cursor, Kind(kind), place, port, terms)
    return {"kind": kind, "host": place, "port": port, "ground": terms.ground.value, "country": terms.country}


def end(kind: str, host: str, port: int) -> None:
    """Raises NotFound."""
    with _database() as database, database.transaction() as cursor:
        from ringfence.apps.recipients.book import end_house

        if not end_house(cursor, Kind(kind), _named(host, port), port, SystemClock().now()):
            raise NotFound("There is no such recipient. `ringfence recipient list` shows who there is.")


def _named(host: str, port: int) -> str:
    dot = "." if host.startswith(".") else ""
    return dot + named(host.removeprefix("."), port).host


@contextmanager
def _database() -> Iterator[Database]:
    logs.configure("command")
    config = wiring.configure("gate")
    wiring.django_alone()
    database = Database(config.database_urls.of("gate"), most=1)
    database.open()
    try:
        yield database
    finally:
        database.close()
