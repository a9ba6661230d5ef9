"""The small protocol between the platform and its helper processes: kind, number of the request, length, payload.

A frame is a little-endian header of 9 bytes (u8 kind, u32 number, u32 length) and its payload. Both ends are ours.
"""

import socket
import struct
from collections.abc import Iterator
from typing import NamedTuple

_HEADER = struct.Struct("<BII")
LONGEST = 1 << 20  # bytes of payload; a second of audio has 32,000


class Frame(NamedTuple):
    kind: int
    number: int
    payload: bytes


class BadFrame(Exception):
    """The other end does not speak the protocol; there is no way back into step."""


def pack(kind: int, number: int, payload: bytes = b"") -> bytes:
    """A frame as bytes."""
    return _HEADER.pack(kind, number, len(payload)) + payload


class Unpacker:
    """Bytes as they come in, frames out. Raises BadFrame."""

    def __init__(self) -> None:
        self._held = bytearray()

    def feed(self, data: bytes) -> Iterator[Frame]:
        """Every frame that is whole by now."""
        self._held += data
        while len(self._held) >= _HEADER.size:
            kind, number, length = _HEADER.unpack_from(self._held)
            if length > LONGEST:
                raise BadFrame
            end = _HEADER.size + length
            if len(self._held) < end:
                return
            payload = bytes(self._held[_HEADER.size : end])
            del self._held[:end]
            yield Frame(kind, number, payload)


def frames_from(line: socket.socket) -> Iterator[Frame]:
    """A helper's side: frames from a blocking socket, until the platform closes it or is gone."""
    unpacker = Unpacker()
    while data := line.recv(65_536):
        yield from unpacker.feed(data)
