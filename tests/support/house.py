"""A whole installation, started as a user would start it, and a browser of its pages that trusts its certificate."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from dataclasses import dataclass, field
from http.client import HTTPSConnection
from pathlib import Path
from typing import IO, Any

COMMAND = [sys.executable, "-m", "ringfence.boot.cli"]
START_S = 120.0


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


@dataclass(slots=True)
class Page:
    status: int
    headers: dict[str, str]
    body: str


@dataclass(slots=True)
class House:
    """One data folder and port; started and stopped as often as a test likes."""

    folder: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    said: list[str] = field(default_factory=list)
    took: float = 0.0
    _log: IO[str] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def environment(self) -> dict[str, str]:
        env = {k: v for k, v in os.environ.items() if not k.startswith("RINGFENCE_")}  # noqa: TID251 - a user's
        return {
            **env,
            "RINGFENCE_DATA": str(self.data),
            "RINGFENCE_PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            "RINGFENCE_NEARBY": "127.0.0.1 localhost",  # where carriers and engines of tests are
            **self.settings,
        }

    def start(self, *arguments: str) -> str:
        """Bring it up; the sign-in link it prints. Fails with what was logged."""
        began = time.monotonic()
        self._log = (self.folder / "log").open("a")
        self.process = subprocess.Popen(
            [*COMMAND, "up", *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=self._log,
            stdin=subprocess.DEVNULL,
            text=True,
        )
        self.said, link = [], None
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if found := re.search(rf"https://localhost:{self.port}/\S+", line):
                link = found.group()
            if "Ctrl-C" in line:
                break
        self.took = time.monotonic() - began
        assert link, "".join(self.said) + self.logged()[-6000:]
        return link

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Send it a signal and wait; its exit status."""
        assert self.process is not None
        self.process.send_signal(number)
        status = self.process.wait(30)
        if self.process.stdout:
            self.process.stdout.close()
        if self._log:
            self._log.close()
        return status

    def logged(self) -> str:
        return (self.folder / "log").read_text()

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `ringfence` command against it."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=START_S,
        )

    def answer(self, *arguments: str) -> Any:
        """A `ringfence` command's JSON."""
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def leftovers(self) -> list[str]:
        """What runs in this house's name, or in its database's folder."""
        mark = f"RINGFENCE_DATA={self.data}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                ours = mark in (entry / "environ").read_bytes().split(b"\0")
                inside = str((entry / "cwd").readlink()).startswith(str(self.data))
                if (ours or inside) and b"State:\tZ" not in (entry / "status").read_bytes():
                    found.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode())
            except OSError:
                continue
        return found

    def browser(self) -> "Browser":
        return Browser(self)


class Browser:
    """Keeps cookies, follows redirects, trusts the house's authority alone, and looks up no name."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._cookies: dict[str, str] = {}
        self._context = ssl.create_default_context(
            cafile=house.settings.get("RINGFENCE_TLS_CERT") or str(house.data / "tls" / "authority.pem")
        )

    def get(self, path: str, headers: dict[str, str] | None = None) -> Page:
        return self.ask("GET", path, headers=headers)

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> Page:
        path = path.removeprefix(f"https://localhost:{self._house.port}")
        for _ in range(6):
            page = self._once(method, path, body, headers or {})
            if page.status not in {301, 302, 303, 307}:
                return page
            path = page.headers["location"].removeprefix(f"https://localhost:{self._house.port}")
            method, body = "GET", ""
        raise AssertionError("redirects without end")

    def _once(self, method: str, path: str, body: str, headers: dict[str, str]) -> Page:
        connection = _Local(self._house.port, self._context)
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        sent = {"Cookie": cookies, "Referer": f"https://localhost:{self._house.port}/", **headers}
        if body:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body or None, sent)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
        finally:
            connection.close()
        for each in answer.headers.get_all("Set-Cookie") or []:
            name, _, rest = each.partition("=")
            self._cookies[name] = rest.partition(";")[0]
        return Page(answer.status, {k.lower(): v for k, v in answer.headers.items()}, text)


class _Local(HTTPSConnection):
    """Says `localhost` and goes to 127.0.0.1, so that nobody is asked where that is."""

    def __init__(self, port: int, context: ssl.SSLContext) -> None:
        super().__init__("localhost", port, context=context, timeout=30)
        self._tls = context

    def connect(self) -> None:
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        self.sock = self._tls.wrap_socket(raw, server_hostname="localhost")
