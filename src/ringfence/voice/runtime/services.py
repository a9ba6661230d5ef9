"""What every call of a process shares."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog

from ringfence.core.clock import Clock
from ringfence.core.errors import Unavailable
from ringfence.voice.runtime.ports import Admission, CallSink, EngineFactory
from ringfence.voice.runtime.tools import Tools
from ringfence.voice.speech.ports import Vad

Wake = Callable[[], None]
FIRST_WAIT_S: Final = 0.5
LONGEST_WAIT_S: Final = 10.0


def nobody() -> None:
    """Who is woken before anybody waits."""


async def until_kept(call_id: UUID, keep: Callable[[], Awaitable[None]]) -> None:
    """Do it as often as it takes: what it needs, the database or the object store, may be away for a while."""
    wait = FIRST_WAIT_S
    while True:
        try:
            await keep()
        except Unavailable as error:
            structlog.get_logger().warning("a call waits to be kept", call_id=str(call_id), code=error.code)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT_S)
        else:
            return


@dataclass(slots=True, kw_only=True)
class Tasks:
    """The one owner of tasks in a media process: none is forgotten, and none fails in silence."""

    running: set[asyncio.Task[None]] = field(default_factory=set)

    def spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self.running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def cancel(self) -> None:
        """End everything that still runs."""
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            structlog.get_logger().error("a task of a call failed", exc_info=error)


@dataclass(slots=True, kw_only=True)
class Services:
    """The process around its calls. `folder` is where journals of live calls are."""

    clock: Clock
    folder: Path
    admission: Admission
    sink: CallSink
    engines: EngineFactory
    vads: dict[int, Vad]
    tools: Tools
    tasks: Tasks = field(default_factory=Tasks)
    disk: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(4, "disk"))
