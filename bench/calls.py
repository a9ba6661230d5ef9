"""Calls on one core: Twilio's protocol in real time, activity model on, recording sealed, engines stubbed.

    python -m bench.calls [COUNT…] [--peer]

The callers run in this process, the calls in another, on a core of its own. With `--peer`, Pipecat beside it: the same
callers against its lean pipeline, which neither seals nor writes. Inside the clock of a response: from the last sample of the
caller's speech leaving here to the first byte of the agent's answer arriving here, less the silence that the agent is
told to wait. CPU is the media process's own, as the kernel counts it; memory is what its resident set grew by.
"""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import numpy as np
import orjson
import uvloop
from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from bench.figures import figure, percentile
from bench.pipecat import environment
from ringfence.boot.wavefile import ulaw_of
from ringfence.core.g711 import decode
from ringfence.voice.telephony.loopback.caller import FRAME, FRAME_S, _begin, _media

CALLS = (10, 40, 100, 200)
PEERS_CALLS = (10, 20)
OURS, PEER = "ringfence", "pipecat 1.14.0"
RAMP_S = 6.0
STEADY_S = 30.0
WAIT_S = 0.7
PAUSE_S = 1.0
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def speech() -> bytes:
    """A sentence of the demo's caller without the silence around it."""
    ulaw = ulaw_of(Path(str(files("ringfence.boot.demo"))) / "day.wav")
    loud = np.nonzero(np.abs(np.frombuffer(decode(ulaw), "<i2").astype(int)) > 500)[0]
    return ulaw[loud[0] : loud[-1] + 1]


class Caller(WSListener):
    """One call: speaks, waits for the answer and for its end, speaks again."""

    def __init__(self, words: bytes, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self.words, self.loop = words, loop
        self.transport: WSTransport | None = None
        self.left = b""
        self.spoke_until: float | None = None
        self.heard_until = 0.0
        self.greeted = False
        self.responses: list[float] = []
        self.number = 1
        self.measuring = False

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.transport = transport
        _begin(transport, "bench", stepped=False)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        message = frame.get_payload_as_bytes()
        if b'"media"' not in message[:30]:
            return
        now = self.loop.time()
        if self.spoke_until is not None and not self.left:
            if self.measuring:
                self.responses.append((now - self.spoke_until - WAIT_S) * 1000)
            self.spoke_until = None
        self.greeted = True
        self.heard_until = max(self.heard_until, now) + (len(message) - 100) * 3 / 4 / 8000

    def step(self) -> None:
        """Send 20 ms."""
        if self.transport is None or self.transport.is_disconnected:
            return
        now = self.loop.time()
        if self.greeted and self.spoke_until is None and now > self.heard_until + PAUSE_S:
            self.left, self.spoke_until = self.words, now
        part, self.left = self.left[:FRAME], self.left[FRAME:]
        if part:
            self.spoke_until = now
        self.number += 1
        self.transport.send(WSMsgType.TEXT, orjson.dumps(_media(self.number, part.ljust(FRAME, b"\xff"))))


@contextmanager
def server(line: list[str | Path]) -> Iterator[tuple[int, int]]:
    """A process that takes calls, on the last core: its pid and port."""
    child = subprocess.Popen(line, stdout=subprocess.PIPE, text=True)
    cores = sorted(os.sched_getaffinity(0))
    os.sched_setaffinity(child.pid, cores[-1:])
    try:
        yield child.pid, int(child.stdout.readline() if child.stdout else 0)
    finally:
        child.terminate()
        try:
            child.wait(10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        if child.stdout:
            child.stdout.close()


def cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE


async def drive(who: str, port: int, pid: int, count: int) -> None:
    loop = asyncio.get_running_loop()
    words = speech()
    before = resident(pid)
    callers = []
    for _ in range(count):
        caller = Caller(words, loop)
        await ws_connect(lambda made=caller: made, f"ws://127.0.0.1:{port}/media/loopback/")
        callers.append(caller)
    began, late = loop.time(), 0
    used, started = 0.0, 0.0
    frames = int((RAMP_S + STEADY_S) / FRAME_S)
    for number in range(frames):
        due = began + number * FRAME_S
        if loop.time() > due + FRAME_S:
            late += 1
        await asyncio.sleep(max(0.0, due - loop.time()))
        if not started and number * FRAME_S >= RAMP_S:
            used, started = cpu_s(pid), loop.time()
            for caller in callers:
                caller.measuring = True
        for caller in callers:
            caller.step()
    minutes = (loop.time() - started) / 60
    report(who, count, cpu_s(pid) - used, minutes, resident(pid) - before, callers, late / frames)


def report(
    who: str, count: int, cpu: float, minutes: float, grown: int, callers: list[Caller], late: float
) -> None:
    case = f"{who}, {count} calls"
    responses = [each for caller in callers for each in caller.responses]
    alive = sum(1 for c in callers if c.transport is not None and not c.transport.is_disconnected)
    figure("calls", case, "still connected", alive, "calls", str(count))
    figure("calls", case, "CPU of a call-minute", cpu / minutes / count, "s", "≤ 0.45, then 0.30, at 40")
    figure("calls", case, "share of one core", cpu / minutes / 60, "ratio", "< 1 at 100")
    figure("calls", case, "memory of a call", grown / count / 1e6, "MB", "≤ 1")
    figure("calls", case, "responses", len(responses), "count")
    figure("calls", case, "response beyond the wait, p50", percentile(responses, 0.50), "ms")
    figure("calls", case, "response beyond the wait, p95", percentile(responses, 0.95), "ms", "≤ 60 at 100")
    figure("calls", case, "frames our callers sent late", late, "ratio")


def run(who: str, line: list[str | Path], count: int) -> None:
    with server(line) as (pid, port), asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(drive(who, port, pid, count))


def main() -> None:
    asked = [int(each) for each in sys.argv[1:] if each.isdigit()]
    for count in asked or CALLS:
        with tempfile.TemporaryDirectory() as folder:
            run(OURS, [sys.executable, "-m", "bench.media_process", folder], count)
    if asked and "--peer" not in sys.argv:
        return
    try:
        interpreter = environment.python()
    except environment.NotHere as error:
        print(f"no comparison: {error}", file=sys.stderr)
        return
    for count in asked or PEERS_CALLS:
        run(PEER, [interpreter, "-W", "ignore", environment.HERE / "server.py"], count)


if __name__ == "__main__":
    main()
