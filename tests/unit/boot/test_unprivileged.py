"""Starting what refuses to be root, in each way that a container may leave."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from ringfence.boot import unprivileged
from ringfence.boot.postgres import EmbeddedPostgres
from ringfence.boot.unprivileged import NOBODY, become_nobody, enter_namespace, way_down

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become somebody else")
Become = Callable[[], None]


def refused() -> None:
    raise PermissionError


@pytest.mark.parametrize("become", [enter_namespace, become_nobody])
def test_a_child_is_nobody_and_still_enters_our_folders(tmp_path: Path, become: Become) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    (private / "file").write_text("read")
    done = subprocess.run(
        ["sh", "-c", "id -u; cat file"],
        cwd=private,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=become,
    )
    assert done.stdout == f"{NOBODY}\nread"


def test_the_database_runs_in_either_way_and_changes_between_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for forbidden, owner in (("enter_namespace", NOBODY), ("become_nobody", 0)):
        with monkeypatch.context() as patch:
            patch.setattr(unprivileged, forbidden, refused)
            server = EmbeddedPostgres(tmp_path, tmp_path, "password")
            server.start()
            psycopg.connect(server.admin_url).close()
            server.stop()
        assert (tmp_path / "postgres").stat().st_uid == owner


def test_without_any_way_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unprivileged, "enter_namespace", refused)
    monkeypatch.setattr(unprivileged, "become_nobody", refused)
    with pytest.raises(unprivileged.NoWayDown):
        way_down(tmp_path, signal.SIGINT)


@pytest.mark.parametrize("forbidden", ["enter_namespace", "become_nobody"])
def test_a_child_dies_with_its_parent_in_either_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forbidden: str
) -> None:
    monkeypatch.setattr(unprivileged, forbidden, refused)
    pid = os.fork()
    if pid == 0:
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # a shell's background ignores it, and so would a child
        child = subprocess.Popen(["sleep", "60"], preexec_fn=way_down(tmp_path, signal.SIGINT))  # noqa: PLW1509 (no threads)
        (tmp_path / "pid").write_text(str(child.pid))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(pid, 0)
    grandchild = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 20
    while _alive(grandchild) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _alive(grandchild)


def _alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
