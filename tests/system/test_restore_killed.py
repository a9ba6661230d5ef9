"""`ringfence restore` is killed (kill -9) between any two of its steps, and repeated, or started over, as its user would.

Whenever it dies: nothing is started over half of it; once it is whole, what was deleted since the backup and what has ended since opens
nowhere, and what should be there is there.
"""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.house import House, Page, free_port

pytestmark = pytest.mark.timeout(600)

# Runs `ringfence restore` and ends itself before the nth call of a step, or after the last of them.
DYING = """
import os, signal, sys
from ringfence.boot import restoring
from ringfence.boot.cli import main
from ringfence.boot.postgres import EmbeddedPostgres

step, nth = sys.argv[1], int(sys.argv[2])
where = EmbeddedPostgres if step in {"start", "stop"} else restoring
real, left = getattr(where, step), [nth]

def dying(*given, **named):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*given, **named)

setattr(where, step, dying)
main(["restore", sys.argv[3]])
"""
# In order. Before a restore begins there is nothing; from `finish` on there is everything.
STEPS = (
    ("look", 0), ("claim", 0), ("begin", 0), ("empty_database", 0), ("start", 0), ("load", 0), ("_put", 0), ("_put", 1), ("bring", 0),
    ("replay", 0), ("finish", 0), ("stop", 0),
)  # fmt: skip
NOT_BEGUN = {"look", "claim", "begin"}
SPREAD = {("replay", 0), ("finish", 0)}
KILLS = [
    pytest.param(step, nth, marks=() if (step, nth) in SPREAD else (pytest.mark.long,), id=f"{step}-{nth}")
    for step, nth in STEPS
]


@dataclass
class Lost:
    """An installation whose disk died: what it had, and what became of each call after the backup."""

    house: House
    backups: Path
    key: str
    kept: str
    gone: str
    ended: str

    def ask(self, path: str) -> Page:
        return self.house.browser().ask(
            "GET", f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.key}"}
        )

    def restore(self) -> "subprocess.CompletedProcess[str]":
        return self.house.run("restore", str(self.backups))

    def dies(self, step: str, nth: int) -> None:
        """A restore that is killed before a step. Its server may be ending still when the next one begins."""
        process = subprocess.run(
            [sys.executable, "-c", DYING, step, str(nth), str(self.backups)],
            env=self.house.environment,
            stderr=subprocess.DEVNULL,
            check=False,
        )
        assert process.returncode == -signal.SIGKILL, "it was over before"

    def is_right(self) -> None:
        """Started as its user would."""
        self.house.start()
        try:
            assert self.ask(f"calls/{self.gone}").status in {404, 410}
            assert self.ask(f"calls/{self.gone}/recording").status in {404, 410}
            assert not list(self.house.data.rglob(f"*{self.gone}*")), "its recording came back"
            for part in ("recording", "transcript"):
                assert self.ask(f"calls/{self.ended}/{part}").status in {404, 410}, part
            kept = json.loads(self.ask(f"calls/{self.kept}").body)
            assert kept["transcript"]["available"]
            assert kept["recording"]["available"]
            assert self.ask(f"calls/{self.kept}/recording").status == 200
        finally:
            self.house.stop()


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    house = House(tmp_path_factory.mktemp("house"), free_port())
    house.start()
    made: dict[str, Any] = house.answer("apikey", "create", "--account", "demo", "--role", "owner")
    lost = Lost(house, house.folder / "backups", made["token"], "", "", "")
    lost.kept = json.loads(lost.ask("calls").body)["items"][0]["id"]
    lost.gone = call(house)
    shorter(lost)
    lost.ended = call(house)
    house.answer("backup", "--to", str(lost.backups))
    answer = house.browser().ask(
        "DELETE", f"/api/v1/calls/{lost.gone}", headers={"Authorization": f"Bearer {lost.key}"}
    )
    assert answer.status in {200, 202, 204}
    house.stop()
    shutil.rmtree(house.data)
    day_passes(house)
    yield lost
    if house.process is not None and house.process.poll() is None:
        house.stop()


def call(house: House) -> str:
    made: str = house.answer("call", "--agent", "front-desk", "--caller", "demo", "--fast")["id"]
    return made


def shorter(lost: Lost) -> None:
    """From here on the agent's calls are kept for a day."""
    agent = json.loads(lost.ask("agents").body)["items"][0]["id"]
    answer = lost.house.browser().ask(
        "PUT", f"/api/v1/agents/{agent}/periods",
        json.dumps({"recording": 1, "transcript": 1}),
        {"Authorization": f"Bearer {lost.key}", "Content-Type": "application/json"},
    )  # fmt: skip
    assert answer.status == 200, answer.body


def day_passes(house: House) -> None:
    """A worker destroys a day's key when the day is over; here a hand does, of the first day on which something ends."""
    keyring = Path(f"{house.data}.keyring")
    first = min((keyring / "day").iterdir(), key=lambda path: path.name)
    (keyring / "gone").mkdir(exist_ok=True)
    (keyring / "gone" / f"day-{first.name}").write_text("by hand")
    first.unlink()


@pytest.mark.parametrize(("step", "nth"), KILLS)
def test_killed_before(lost: Lost, step: str, nth: int) -> None:
    shutil.rmtree(lost.house.data, ignore_errors=True)
    lost.dies(step, nth)
    if step == "stop":
        again = lost.restore()
        assert again.returncode == 1
        assert "already" in again.stderr
        lost.is_right()
        return
    if step not in NOT_BEGUN:
        for command in (("up",), ("backup", "--to", str(lost.house.folder / "never"))):
            refused = lost.house.run(*command)
            assert refused.returncode == 1
            assert "interrupted" in refused.stderr
    there = lost.restore()
    assert there.returncode == 0, there.stderr
    assert not (lost.house.data / "restoring").exists()
    lost.is_right()
