"""A helper process: a Python module of ours in a process of its own, spoken to in frames over a socket pair.

It is started without the platform's environment, in a session of its own (a Ctrl-C at the terminal is not meant for it),
and ends when its socket closes, which happens even if the platform is killed.
"""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import ringfence
from ringfence.voice.speech.frames import BadFrame, Frame, Unpacker, pack

_READ = 262_144
_MOST_WAITING = 4 << 20  # bytes not yet taken by a helper that is slow or stuck
_PATIENCE_S = 2.0


class Helper:
    """One running helper. `hear` gets each frame it sends; `lost` is called once if it goes by itself.

    Made within a running event loop, which it holds on to. Nothing here waits, but `aclose`.
    """

    def __init__(
        self, module: str, arguments: list[str], *, hear: Callable[[Frame], None], lost: Callable[[], None]
    ) -> None:
        self._hear, self._lost = hear, lost
        self._loop = asyncio.get_running_loop()
        self._unpacker = Unpacker()
        self._waiting = bytearray()
        self._line, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=theirs.fileno(),
                stdout=theirs.fileno(),
                env={"PYTHONPATH": str(Path(ringfence.__file__).parents[1]), "LC_ALL": "C.UTF-8"},
                start_new_session=True,
            )
        self._line.setblocking(False)
        self._loop.add_reader(self._line, self._read)

    @property
    def alive(self) -> bool:
        return self._line.fileno() != -1

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, kind: int, number: int, payload: bytes = b"") -> bool:
        """Hand over a frame; False if the helper is gone or takes nothing any more."""
        if not self.alive or len(self._waiting) > _MOST_WAITING:
            return False
        idle = not self._waiting
        self._waiting += pack(kind, number, payload)
        if idle:
            self._write()
        return self.alive

    def kill(self) -> None:
        """End it at once, as if it had died: `lost` is called."""
        self._process.kill()
        self._gone()

    async def aclose(self) -> None:
        """Let it end, or end it after two seconds."""
        self._hang_up()
        try:
            await asyncio.to_thread(self._process.wait, _PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)

    def _read(self) -> None:
        try:
            data = self._line.recv(_READ)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._gone()
            return
        try:
            for frame in self._unpacker.feed(data):
                self._hear(frame)
        except BadFrame:
            self.kill()

    def _write(self) -> None:
        try:
            sent = self._line.send(self._waiting)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._gone()
            return
        del self._waiting[:sent]
        if self._waiting:
            self._loop.add_writer(self._line, self._write)
        else:
            self._loop.remove_writer(self._line)

    def _hang_up(self) -> None:
        if self.alive:
            self._loop.remove_reader(self._line)
            self._loop.remove_writer(self._line)
            self._line.close()

    def _gone(self) -> None:
        if self.alive:
            self._hang_up()
            self._process.kill()
            self._process.wait()
            self._lost()
