"""A thread on a network of its own, with loopback and nothing else, that notices every attempt to leave it."""

import ctypes
import os
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

_CLONE_NEWNS: Final = 0x00020000
_CLONE_NEWNET: Final = 0x40000000
T = TypeVar("T")


class Watch:
    """What was tried in the thread's network so far."""

    def __init__(self, resolver: socket.socket) -> None:
        self._resolver = resolver

    def lookups(self) -> list[bytes]:
        """The questions that were put to the name server."""
        asked = []
        try:
            while True:
                asked.append(self._resolver.recv(4096)[12:])
        except BlockingIOError:
            return asked

    def connections(self) -> int:
        """How many packets had nowhere to go, as the kernel counts them."""
        lines = [line.split() for line in Path("/proc/thread-self/net/snmp").read_text().splitlines()]
        names, values = (line for line in lines if line[0] == "Ip:")
        v6 = [line.split() for line in Path("/proc/thread-self/net/snmp6").read_text().splitlines()]
        return int(values[names.index("OutNoRoutes")]) + int(dict(v6)["Ip6OutNoRoutes"])


def possible() -> bool:
    """Whether this user may make networks."""
    return os.geteuid() == 0 and subprocess.run(["unshare", "-nm", "true"], check=False).returncode == 0


def quietly(work: Callable[[Watch], T], folder: Path) -> T:
    """Run `work` in such a thread and hand out what it returns or raises."""
    results: list[T] = []
    errors: list[BaseException] = []

    def body() -> None:
        try:
            with _move_out(folder) as resolver:
                results.append(work(Watch(resolver)))
        except BaseException as error:  # noqa: BLE001 - handed to the caller below
            errors.append(error)

    thread = threading.Thread(target=body)
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _move_out(folder: Path) -> socket.socket:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET | _CLONE_NEWNS) != 0:
        raise OSError(ctypes.get_errno(), "no namespaces")
    servers = folder / "resolv.conf"
    servers.write_text("nameserver 127.0.0.1\noptions timeout:1 attempts:1\n")
    for line in (
        ["ip", "link", "set", "lo", "up"],
        ["mount", "--make-rprivate", "/"],
        ["mount", "--bind", str(servers), "/etc/resolv.conf"],
    ):
        subprocess.run(line, check=True)
    resolver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    resolver.bind(("127.0.0.1", 53))
    resolver.setblocking(False)
    return resolver
