"""A real backup, a deletion after it, and a disk that dies: with the commands that an operator has."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import House, Page, free_port

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(tmp_path_factory.mktemp("house"), free_port())
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def ask(house: House, key: str, method: str, path: str) -> Page:
    return house.browser().ask(method, f"/api/v1/{path}", headers={"Authorization": f"Bearer {key}"})


def body(page: Page) -> dict[str, Any]:
    assert page.status == 200, page.body
    told: dict[str, Any] = json.loads(page.body)
    return told


def test_what_was_deleted_since_stays_deleted_and_after_its_day_the_backup_opens_nothing(
    house: House,
) -> None:
    key = house.answer("apikey", "create", "--account", "demo", "--role", "owner")["token"]
    kept = body(ask(house, key, "GET", "calls"))["items"][0]["id"]
    gone = house.answer("call", "--agent", "front-desk", "--caller", "demo", "--fast")["id"]
    backups = house.folder / "backups"
    made = house.answer("backup", "--to", str(backups))
    assert ask(house, key, "DELETE", f"calls/{gone}").status in {200, 202, 204}
    assert ask(house, key, "GET", f"calls/{gone}").status in {404, 410}
    house.stop()

    house.data.rename(house.folder / "the disk that died")
    there = house.run("restore", str(backups))
    assert there.returncode == 0, there.stderr
    house.start()
    assert ask(house, key, "GET", f"calls/{gone}").status in {404, 410}
    assert ask(house, key, "GET", f"calls/{gone}/recording").status in {404, 410}
    assert not list(house.data.rglob(f"*{gone}*")), "its recording came back"
    told = body(ask(house, key, "GET", f"calls/{kept}"))
    assert told["transcript"]["available"]
    assert told["recording"]["available"]
    ledger = house.answer("ledger", "status")
    assert ledger["entries"] >= 1
    house.stop()

    without_a_ledger(house, backups)
    after_its_seven_days(house, backups, str(made["day"]))


def without_a_ledger(house: House, backups: Path) -> None:
    """Whoever takes the ledger away gets a database that says so and serves nothing."""
    ledger, aside = Path(f"{house.data}.ledger"), house.folder / "ledger aside"
    ledger.rename(aside)
    refused = house.run("up")
    assert refused.returncode == 1
    assert "ledger" in refused.stderr
    shutil.rmtree(ledger, ignore_errors=True)
    aside.rename(ledger)


def after_its_seven_days(house: House, backups: Path, day: str) -> None:
    """A worker destroys the day's key when its days are over; here a hand does."""
    (Path(f"{house.data}.keyring") / "backup" / day).unlink()
    house.data.rename(house.folder / "another disk that died")
    refused = house.run("restore", str(backups))
    assert refused.returncode == 1
    assert "opens nothing" in refused.stderr
