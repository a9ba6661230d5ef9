"""Each version that was ever enforced is written down once, by whoever enforces it first, and stays as it was."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Thread

import psycopg
import pytest
from django.db import connections

from ringfence.apps.policies.enforced import enforced, in_force_since, remember
from ringfence.boot.declared import enforce
from ringfence.core.clock import ManualClock
from ringfence.core.config import Login
from ringfence.policy import Policy, load, parse
from ringfence.policy.facts import changes, facts
from ringfence.policy.load import source
from tests.support.database import Database, point_at

SERVING: tuple[Login, ...] = ("web", "media", "worker")
SOURCE = source()
SHORTER = SOURCE.replace("growth = 90\nenterprise", "growth = 60\nenterprise", 1)


@pytest.fixture
def empty(database: Database) -> Iterator[Database]:
    """A database in which no policy was in force yet."""
    other = database.clone("ringfence_policies")
    point_at(other)
    yield other
    connections.close_all()
    point_at(database)
    other.drop()


def told(database: Database, policy: Policy, text: str, clock: ManualClock, login: Login = "web") -> bool:
    with database.connect(login) as connection, connection.transaction():
        return remember(connection.cursor(), policy, text, clock)


def test_a_version_is_written_once_and_again_when_it_comes_back(empty: Database, clock: ManualClock) -> None:
    first, second = parse(SOURCE), parse(SHORTER)
    assert told(empty, first, SOURCE, clock)
    began = clock.now()
    clock.advance(timedelta(days=1).total_seconds())
    assert not told(empty, first, SOURCE, clock, "worker")
    assert in_force_since(first.version) == began
    assert told(empty, second, SHORTER, clock)
    assert in_force_since(first.version) is None
    clock.advance(60)
    assert told(empty, first, SOURCE, clock)
    versions = enforced()
    assert [each.version for each in versions] == [first.version, second.version, first.version]
    assert [each.source for each in versions] == [SOURCE, SHORTER, SOURCE]
    assert versions[0].facts == facts(first)


def test_what_was_written_shows_what_changed(empty: Database, clock: ManualClock) -> None:
    told(empty, parse(SOURCE), SOURCE, clock)
    clock.advance(60)
    told(empty, parse(SHORTER), SHORTER, clock)
    newer, older = enforced()
    found = {(each.what, each.before, each.after) for each in changes(older.facts, newer.facts)}
    assert ("recording, Growth", "90 days", "60 days") in found
    assert ("transcript, Growth", "90 days", "60 days") in found
    assert ("log, Growth", "90 days", "60 days") in found
    promises = [each for each in changes(older.facts, newer.facts) if each.what == "keep.recordings"]
    assert [(each.section, "60 days" in (each.after or "")) for each in promises] == [("Promises", True)]


def test_processes_that_start_together_write_it_once(empty: Database) -> None:
    threads = [Thread(target=enforce, args=(empty.url(login),)) for login in SERVING * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [each.version for each in enforced()] == [load().version]


@pytest.mark.parametrize("login", SERVING)
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE policies_enforcedpolicy SET source = ''",
        "DELETE FROM policies_enforcedpolicy",
        "TRUNCATE policies_enforcedpolicy",
    ],
)
def test_nobody_who_serves_rewrites_the_past(database: Database, login: Login, statement: str) -> None:
    with (
        psycopg.connect(database.url(login)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(statement)
