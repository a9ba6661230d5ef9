"""An engine for tests that speaks OpenAI's protocol over a socket: streamed chat with tools, speech, transcriptions.

Written from the protocol's own documentation, with none of the platform's code. What it does next is told to it step by step: words,
tool calls, pauses, errors, bytes outside the protocol, a connection that breaks.
"""

import json
import struct
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-a-key-that-nobody-else-has"


@dataclass(frozen=True)
class Calls:
    """The model wants a tool; its arguments are text, which should be JSON."""

    tool: str
    arguments: str = "{}"


@dataclass(frozen=True)
class Wait:
    """Nothing for that long; less if the other side went away."""

    seconds: float


@dataclass(frozen=True)
class Raw:
    """These bytes as they are."""

    data: bytes


@dataclass(frozen=True)
class Status:
    """An answer with this status, and nothing else."""

    code: int
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Cut:
    """The connection breaks here."""


Step = str | bytes | Calls | Wait | Raw | Status | Cut


@dataclass
class Asked:
    """One request: its path, its JSON (or the raw body), and whether the key was shown."""

    path: str
    body: Any
    authorised: bool


@dataclass
class Standin:
    """An engine at `address`; each request takes the next of `answers`, and a plain one when there are none."""

    address: str
    answers: deque[Sequence[Step]] = field(default_factory=deque)
    asked: list[Asked] = field(default_factory=list)
    given_up: int = 0
    word: str = "yes"  # what a loud recording is heard as, where nothing else is to be answered

    def will(self, *steps: Step) -> None:
        """What the next request gets."""
        self.answers.append(steps)


class _Engine(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def standin(self) -> Standin:
        return self.server.standin  # type: ignore[attr-defined,no-any-return]

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        kind = self.headers.get("Content-Type", "")
        body = json.loads(raw) if kind == "application/json" else raw
        known = self.headers.get("Authorization") == f"Bearer {KEY}"
        self.standin.asked.append(Asked(self.path, body, known))
        steps = self.standin.answers.popleft() if self.standin.answers else self._plain(raw)
        try:
            self._answer(steps)
        except OSError:
            self.standin.given_up += 1
            self.close_connection = True

    def _plain(self, raw: bytes) -> Sequence[Step]:
        """Words, a second of a tone, or what was heard."""
        if self.path.endswith("/audio/speech"):
            return (tone(1.0),)
        if self.path.endswith("/audio/transcriptions"):
            return (self.standin.word if loud(raw) else "",)
        return ("Very well.",)

    def _answer(self, steps: Sequence[Step]) -> None:
        if steps and isinstance(steps[0], Status):
            self.send_response(steps[0].code)
            for name, value in {"Content-Length": "0", **steps[0].headers}.items():
                self.send_header(name, value)
            self.end_headers()
            return
        chat = self.path.endswith("/chat/completions")
        speech = self.path.endswith("/audio/speech")
        kind = "text/event-stream" if chat else "audio/pcm" if speech else "application/json"
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number, step in enumerate(steps):
            if isinstance(step, Cut):
                self.close_connection = True
                return
            if isinstance(step, Wait):
                self._wait(step.seconds)
            else:
                for piece in self._pieces(step, number, chat=chat):
                    self._chunk(piece)
        if chat and not any(isinstance(step, Raw) for step in steps):
            self._chunk(_event({"choices": [], "usage": {"prompt_tokens": 12, "completion_tokens": 3}}))
            self._chunk(b"data: [DONE]\n\n")
        self.wfile.write(b"0\r\n\r\n")

    def _pieces(self, step: Step, number: int, *, chat: bool) -> Iterator[bytes]:
        match step:
            case Raw(data):
                yield data
            case bytes():
                yield step
            case str() if chat:
                yield _event({"choices": [{"index": 0, "delta": {"content": step}}]})
            case str():
                yield json.dumps({"text": step}).encode()
            case Calls(tool, arguments):
                half = len(arguments) // 2
                head = {"index": number, "id": f"call_{number}", "type": "function"}
                yield _tool({**head, "function": {"name": tool, "arguments": ""}})
                yield _tool({"index": number, "function": {"arguments": arguments[:half]}})
                yield _tool({"index": number, "function": {"arguments": arguments[half:]}})

    def _wait(self, seconds: float) -> None:
        """In small steps, so that an engine that was let go of ends soon."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(0.02)
            self.connection.setblocking(False)
            with suppress(BlockingIOError):
                if not self.connection.recv(1):
                    raise ConnectionResetError
            self.connection.setblocking(True)

    def _chunk(self, data: bytes) -> None:
        if data:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


def tone(seconds: float, rate: int = 24_000) -> bytes:
    """A square wave of 240 Hz, as the engine's voice."""
    half = struct.pack("<h", 6000) * (rate // 480)
    return (half + struct.pack("<h", -6000) * (rate // 480)) * round(seconds * 240)


def loud(form: bytes) -> bool:
    """Whether the WAV file in a form has anything but silence in it."""
    wav = form[form.index(b"RIFF") :]
    samples = wav[44 : 44 + struct.unpack("<I", wav[40:44])[0]]
    return any(abs(value) > 1000 for (value,) in struct.iter_unpack("<h", samples))


def _event(event: dict[str, Any]) -> bytes:
    return f"data: {json.dumps({'object': 'chat.completion.chunk', **event})}\n\n".encode()


def _tool(call: dict[str, Any]) -> bytes:
    return _event({"choices": [{"index": 0, "delta": {"tool_calls": [call]}}]})


@contextmanager
def standin() -> Iterator[Standin]:
    """An engine on the loopback, until the end of the block."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Engine)
    server.daemon_threads = True
    made = Standin(f"http://127.0.0.1:{server.server_port}/v1")
    server.standin = made  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
