"""What the front answers by itself, to those who get no further. Nothing that was asked comes back in it."""

from collections.abc import Mapping
from typing import Final

from ringfence.web import headers

CLEAR: Final = "localhost"  # over TLS alone may a browser be bound to TLS (RFC 6797, section 7.2)


def answer(
    status: str,
    text: str,
    *,
    host: str = CLEAR,
    kind: str = "text/plain",
    more: Mapping[str, str] | None = None,
) -> bytes:
    """A whole HTTP answer with the headers that every answer has; the connection ends after it."""
    body = text.encode() + b"\n"
    told = {
        "Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(body)), **headers.of("/", host), **(more or {}),
    }  # fmt: skip
    lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
    return f"HTTP/1.1 {status}\r\n{lines}Connection: close\r\n\r\n".encode() + body
