"""What a running installation leaves anywhere is what the catalogue says, and it starts over nothing else."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from ringfence.boot import environment
from ringfence.policy import load
from ringfence.policy.catalogue import PlaceKind, catalogue
from tests.support.house import House, free_port

pytestmark = pytest.mark.timeout(300)
BESIDE = {"root.key", "keyring", "ledger"}
RESTORING = {"restored.part", "restoring"}  # there while a backup is restored


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An installation that took a call."""
    made = House(tmp_path_factory.mktemp("declared"), free_port())
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def asked(house: House, statement: str, login: Any = "owner") -> list[tuple[Any, ...]]:
    config = environment.read(house.environment, login=login)
    with psycopg.connect(config.database_urls.of(login), autocommit=True) as connection:
        cursor = connection.execute(statement)  # type: ignore[arg-type, unused-ignore]
        return cursor.fetchall() if cursor.description else []


def names(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} if folder.is_dir() else set()


def test_every_file_is_declared(house: House) -> None:
    declared = set(catalogue().of(PlaceKind.FILE))
    assert names(house.data) <= declared
    assert declared - names(house.data) <= BESIDE | RESTORING
    beside = {name.removeprefix("data.") for name in names(house.folder) if name.startswith("data.")}
    assert "root.key" in beside
    assert beside <= BESIDE


def test_every_object_and_key_is_declared(house: House) -> None:
    found = names(house.data / "objects")
    assert "recordings" in found
    assert found <= set(catalogue().of(PlaceKind.OBJECT))
    kinds = names(house.folder / "data.keyring")
    assert {"account", "day", "live"} <= kinds
    assert kinds <= set(catalogue().of(PlaceKind.EPOCH))
    ledger = {name.rstrip("/") for name in catalogue().of(PlaceKind.LEDGER)}
    assert names(house.folder / "data.ledger") <= ledger


def test_every_argument_of_every_job_is_declared(house: House) -> None:
    jobs = catalogue().of(PlaceKind.JOB)
    for task, arguments in asked(house, "SELECT task_name, args FROM procrastinate_jobs", "worker"):
        assert set(arguments) - {"timestamp"} == set(jobs[task.removeprefix("ringfence.")].fields) - {""}


def test_every_key_of_every_log_line_is_declared(house: House) -> None:
    declared = set(catalogue().of(PlaceKind.LOG)["lines"].fields)
    lines = [json.loads(line) for line in house.logged().splitlines()]
    assert lines
    for line in lines:
        assert set(line) <= declared
        assert "refused" not in line["event"]


def test_the_policy_is_published_to_strangers_with_the_moment_since_when(house: House) -> None:
    browser = house.browser()
    page = browser.get("/privacy")
    assert page.status == 200
    assert "set-cookie" not in page.headers
    assert load().version in page.body
    told = json.loads(browser.get("/privacy.json").body)
    assert told["version"] == load().version
    assert told["in_force_since"] is not None
    [(version, source)] = asked(house, "SELECT version, source FROM policies_enforcedpolicy", "web")
    assert version == load().version
    assert "[retention.recording]" in source
    history = browser.get("/privacy/changes")
    assert version in history.body
    assert "The first." in history.body


def test_it_does_not_start_over_a_column_that_nobody_declared(house: House) -> None:
    """Last: it stops the house, and leaves it stopped."""
    asked(house, "ALTER TABLE calls_call ADD COLUMN caller_mood text")
    house.stop()
    with pytest.raises(AssertionError):
        house.start()
    assert house.stop() != 0
    told = house.logged()
    assert "calls_call.caller_mood is not declared" in told
    assert 'caller_mood = "text"' in told
    assert '"code": "undeclared"' in told
