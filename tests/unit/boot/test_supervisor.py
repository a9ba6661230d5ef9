"""The supervisor: starts again what dies, stops in order, and leaves nothing when it is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ringfence.boot import supervisor as module
from ringfence.boot.supervisor import AlreadyRunning, Role, RoleFailed, Supervisor, claim

PROGRAM = """
import os, pathlib, signal, sys, time
name, folder = sys.argv[1], pathlib.Path(sys.argv[2])
def stop(*_):
    with (folder / "stops").open("a") as file: file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
with (folder / "starts").open("a") as file: file.write(f"{name} {os.getpid()}\\n")
if name == "broken": sys.exit(3)
(folder / name).touch()
time.sleep(60)
"""


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Supervisor]:
    monkeypatch.setattr(module, "command", lambda *args: [sys.executable, "-c", PROGRAM, *args])
    monkeypatch.setattr(module, "READY_S", 20.0)
    supervisor = Supervisor({})
    yield supervisor
    supervisor.stop()


def role(name: str, folder: Path) -> Role:
    return Role(name, folder / name, (str(folder),))


def started(folder: Path) -> list[tuple[str, int]]:
    pairs = [line.split() for line in (folder / "starts").read_text().splitlines()]
    return [(name, int(pid)) for name, pid in pairs]


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_what_dies_is_started_again(made: Supervisor, tmp_path: Path) -> None:
    made.start(role("web", tmp_path))
    made.await_ready()
    os.kill(started(tmp_path)[0][1], signal.SIGKILL)

    def again() -> bool:
        made.tend()
        return len(started(tmp_path)) == 2

    until(again)


def test_what_never_comes_up_is_named(made: Supervisor, tmp_path: Path) -> None:
    made.start(role("broken", tmp_path))
    with pytest.raises(RoleFailed, match="broken"):
        made.await_ready()
    assert len(started(tmp_path)) == module.MOST_TRIES


def test_the_front_is_stopped_last(made: Supervisor, tmp_path: Path) -> None:
    made.start(*(role(name, tmp_path) for name in ("front", "web", "media", "worker")))
    made.await_ready()
    made.stop()
    stops = (tmp_path / "stops").read_text().split()
    assert sorted(stops) == ["front", "media", "web", "worker"]
    assert stops[-1] == "front"


def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    keeper = f"""
import os, sys, time
from pathlib import Path
from ringfence.boot import supervisor as module
module.command = lambda *args: [sys.executable, "-c", {PROGRAM!r}, *args]
folder = Path(sys.argv[1])
made = module.Supervisor(os.environ)
made.start(*(module.Role(name, folder / name, (str(folder),)) for name in ("web", "media")))
made.await_ready()
print("ready", flush=True)
made.run()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", keeper, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.wait()
    process.stdout.close()
    until(lambda: not any(Path(f"/proc/{pid}").exists() for _, pid in started(tmp_path)))


def test_a_data_folder_is_held_by_one(tmp_path: Path) -> None:
    held = claim(tmp_path)
    with pytest.raises(AlreadyRunning, match="RINGFENCE_DATA"):
        claim(tmp_path)
    os.close(held)
    os.close(claim(tmp_path))
