"""Everything on one machine: starts the roles as child processes, keeps them running, stops them in order."""

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from ringfence.boot.unprivileged import die_with_parent
from ringfence.core.errors import RingfenceError, Unavailable

STOP_ORDER: Final = (
    ("media", "web", "worker"),
    ("front",),
    ("gate",),
)  # calls end through the front and the gate: they go last
STOP_S: Final = 8.0
READY_S: Final = 45.0
MOST_TRIES: Final = 3
LONGEST_WAIT_S: Final = 15.0
STEADY_S: Final = 30.0
TICK_S: Final = 0.05


class AlreadyRunning(Unavailable):
    """Another process serves this data folder."""

    code = "already_running"


class RoleFailed(RingfenceError):
    """A role does not come up; its own log lines say why."""

    code = "role_failed"


@dataclass(frozen=True, slots=True)
class Role:
    """A process of the installation. It says that it is ready by making the file or socket `ready`."""

    name: str
    ready: Path | None = None
    arguments: tuple[str, ...] = ()
    descriptors: tuple[int, ...] = ()


@dataclass(slots=True)
class _Child:
    role: Role
    process: subprocess.Popen[bytes]
    started: float
    failures: int = 0
    due: float | None = None


@dataclass(slots=True)
class Supervisor:
    """The children of one installation. They die with it, however it dies."""

    environment: Mapping[str, str]
    _children: dict[str, _Child] = field(default_factory=dict)

    def start(self, *roles: Role) -> None:
        for role in roles:
            self._children[role.name] = _Child(role, self._spawn(role), time.monotonic())

    def await_ready(self) -> None:
        """Wait until every role says it is ready. Raises RoleFailed, naming the one that does not come up."""
        deadline = time.monotonic() + READY_S
        for child in self._children.values():
            while child.role.ready is not None and not child.role.ready.exists():
                if child.failures >= MOST_TRIES or time.monotonic() > deadline:
                    raise RoleFailed(
                        f"The {child.role.name} process does not come up. Its log lines above say why."
                    )
                self.tend()
                time.sleep(TICK_S / 2)

    def run(self, *also: Callable[[], None]) -> None:
        """Tend the children, and do what `also` is to be done, until something is raised: what a signal's handler
        raises, say.
        """
        while True:
            self.tend()
            for each in also:
                each()
            time.sleep(TICK_S * 4)

    def tend(self) -> None:
        """Start again what has died, waiting longer each time it dies soon."""
        now = time.monotonic()
        for child in self._children.values():
            status = child.process.poll()
            if status is None:
                continue
            if child.due is None:
                child.failures = 1 if now - child.started > STEADY_S else child.failures + 1
                wait = min(LONGEST_WAIT_S, 0.25 * 2**child.failures)
                child.due = now + wait
                structlog.get_logger().error(
                    "a process ended and will be started again",
                    code=child.role.name,
                    exit=status,
                    seconds=wait,
                )
            elif now >= child.due:
                child.process, child.started, child.due = self._spawn(child.role), now, None

    def stop(self) -> None:
        """Stop in order, each with a few seconds to finish."""
        for group in STOP_ORDER:
            children = [self._children[name] for name in group if name in self._children]
            for child in children:
                child.process.terminate()
            deadline = time.monotonic() + STOP_S
            for child in children:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()
        self._children.clear()

    def _spawn(self, role: Role) -> subprocess.Popen[bytes]:
        if role.ready is not None:
            role.ready.unlink(missing_ok=True)
        return subprocess.Popen(
            command(role.name, *role.arguments),
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=role.descriptors,
            preexec_fn=die_with_parent,  # noqa: PLW1509 (the supervisor has no threads)
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops the roles in order
        )


def command(*arguments: str) -> list[str]:
    """A `ringfence` command line that needs no search path."""
    return [sys.executable, "-m", "ringfence.boot.cli", *arguments]


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
