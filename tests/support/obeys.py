"""Watching who connects: everything that Python code of this process does with a socket, except what the gate's own thread does.

Native code is not seen here; for it, see whether what it wanted arrived at the gate.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.support.gate import NAME

WATCHED: Final = {"socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"}
_heard: list[tuple[str, Any]] = []
_on = threading.Event()


def _hook(event: str, args: tuple[Any, ...]) -> None:
    if event in WATCHED and _on.is_set() and threading.current_thread().name != NAME:
        _heard.append((event, args[1] if event == "socket.connect" else args[0]))


sys.addaudithook(_hook)  # stays for good; it is silent outside of `watched`


@contextmanager
def watched(port: int) -> Iterator[list[tuple[str, Any]]]:
    """What was tried besides connecting to the gate at `port`, while the block ran."""
    _heard.clear()
    astray: list[tuple[str, Any]] = []
    _on.set()
    try:
        yield astray
    finally:
        _on.clear()
        astray += [each for each in _heard if each not in _to(port)]


def _to(port: int) -> list[tuple[str, Any]]:
    return [("socket.connect", ("127.0.0.1", port)), ("socket.getaddrinfo", "127.0.0.1")]
