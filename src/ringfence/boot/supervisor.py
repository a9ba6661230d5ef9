"""Everything on one machine: starts the roles as child processes, keeps them running, stops them in order."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from ringfence.boot.unprivileged import die_with_parent
from ringfence.core.errors import Unavailable

ROLES: Final = ("web", "media", "worker", "front")
STOP_ORDER: Final = ("front", "media", "web", "worker")
STOP_S: Final = 8.0
READY_S: Final = 45.0
LONGEST_WAIT_S: Final = 15.0
STEADY_S: Final = 30.0


class AlreadyRunning(Unavailable):
    """Another process serves this data folder."""

    code = "already_running"


@dataclass(slots=True)
class _Child:
    role: str
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    due: float | None = None


@dataclass(slots=True)
class Supervisor:
    """The children of one installation. They die with it, however it dies."""

    sockets: Mapping[str, Path]
    environment: Mapping[str, str]
    _children: dict[str, _Child] = field(default_factory=dict)
    _stopping: bool = False

    def start(self, roles: tuple[str, ...] = ROLES) -> None:
        for role in roles:
            self._children[role] = _Child(role, self._spawn(role), time.monotonic())

    def await_ready(self, tick: Callable[[], None] = lambda: None) -> None:
        """Wait until every role with a socket has it. Raises Unavailable, naming the role that did not come up."""
        deadline = time.monotonic() + READY_S
        for role, path in self.sockets.items():
            while not path.exists():
                if time.monotonic() > deadline:
                    raise Unavailable(f"The {role} process did not come up. Its log lines above say why.")
                self.tend()
                tick()
                time.sleep(0.02)

    def run(self) -> None:
        """Tend the children until SIGINT or SIGTERM."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        while not self._stopping:
            self.tend()
            time.sleep(0.2)

    def tend(self) -> None:
        """Start again what has died, waiting longer each time it dies soon."""
        log = structlog.get_logger()
        now = time.monotonic()
        for child in self._children.values():
            status = child.process.poll()
            if status is None:
                continue
            if child.due is None:
                child.failures = 1 if now - child.started > STEADY_S else child.failures + 1
                wait = min(LONGEST_WAIT_S, 0.25 * 2**child.failures)
                child.due = now + wait
                log.error(
                    "a process ended and will be started again", code=child.role, exit=status, seconds=wait
                )
            elif now >= child.due:
                child.process, child.started, child.due = self._spawn(child.role), now, None

    def stop(self) -> None:
        """Stop in order, each with a few seconds to finish."""
        for role in STOP_ORDER:
            child = self._children.get(role)
            if child is None or child.process.poll() is not None:
                continue
            child.process.terminate()
            try:
                child.process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                child.process.kill()
                child.process.wait()
        self._children.clear()

    def _stop(self, *_signal: object) -> None:
        self._stopping = True

    def _spawn(self, role: str) -> subprocess.Popen[bytes]:
        socket = self.sockets.get(role)
        if socket is not None:
            socket.unlink(missing_ok=True)
        return subprocess.Popen(
            [sys.executable, "-m", "ringfence.boot.cli", role],
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (the supervisor has no threads)
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the roles in order
        )


def claim(data_dir: Path) -> int:
    """Hold the data folder for this process's life. Raises AlreadyRunning if another one does."""
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise AlreadyRunning(
            f"Ringfence is already running on {data_dir}. Stop it first, or set RINGFENCE_DATA to another folder."
        ) from None
    return descriptor
