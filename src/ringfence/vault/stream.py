"""A sealed stream of unknown length: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (2015).

    header line (JSON, in the clear) ‖ segment ‖ segment ‖ … ‖ last segment

Each segment is AES-256-GCM under the stream's own key; its nonce counts, and says of the last that it is the last. A stream
that is cut, reordered or continued does not open. The key is wrapped in the header, under an epoch's key.
"""

from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from io import RawIOBase
from typing import Any, Final, Protocol

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.vault.errors import Tampered
from ringfence.vault.seal import NONCE_BYTES, TAG_BYTES, derive, new_key, open_, seal

MAGIC: Final = "ringfence.sealed-stream"
SEGMENT: Final = 1024 * 1024
LONGEST_HEADER: Final = 16 * 1024
_COUNT_BYTES: Final = NONCE_BYTES - 1
_CUT: Final = "This backup was cut short or changed. Take another copy of it, or an older backup."
_NONE: Final = "This is not a backup of Ringfence, or its beginning is missing. Take another copy of it, or an older backup."


class Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


class SealingStream(RawIOBase):
    """Write plaintext in; sealed bytes go to `sink`. Only `finish` makes it whole: whatever else ends it leaves it cut."""

    def __init__(self, sink: Callable[[bytes], object], epoch_key: bytes, facts: Mapping[str, Any]) -> None:
        super().__init__()
        key = new_key()
        line = {"kind": MAGIC, **facts}
        bound = orjson.dumps(line, option=orjson.OPT_SORT_KEYS)
        wrapped = seal(derive(epoch_key, "stream"), key, aad=bound)
        header = orjson.dumps({**line, "key": wrapped.hex()}, option=orjson.OPT_SORT_KEYS) + b"\n"
        self._sink = sink
        self._cipher = AESGCM(key)
        self._aad = sha256(header).digest()
        self._buffer = bytearray()
        self._count = 0
        self.sealed = 0
        self._put(header)

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        self._buffer += view
        while (
            len(self._buffer) > SEGMENT
        ):  # the last segment is known only at the end, so one is always held back
            self._seal(bytes(self._buffer[:SEGMENT]), last=False)
            del self._buffer[:SEGMENT]
        return view.nbytes

    def finish(self) -> None:
        """Seal what is left as the last segment."""
        self._seal(bytes(self._buffer), last=True)
        self._buffer.clear()

    def _seal(self, plain: bytes, *, last: bool) -> None:
        self._put(self._cipher.encrypt(_nonce(self._count, last=last), plain, self._aad))
        self._count += 1

    def _put(self, data: bytes) -> None:
        self._sink(data)
        self.sealed += len(data)


class OpeningStream(RawIOBase):
    """Reads a sealed stream's plaintext. Raises Tampered where it was cut or changed, before any byte of that segment."""

    def __init__(self, source: Readable, header: bytes, epoch_key: bytes) -> None:
        super().__init__()
        facts = read_header(header)
        try:
            wrapped = bytes.fromhex(facts.pop("key"))
        except (KeyError, TypeError, ValueError):
            raise Tampered(_NONE) from None
        bound = orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
        self._cipher = AESGCM(open_(derive(epoch_key, "stream"), wrapped, aad=bound))
        self._aad = sha256(header).digest()
        self._segments = self._open(source)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        if not self._rest:
            self._rest = memoryview(next(self._segments, b""))
        piece, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def _open(self, source: Readable) -> Iterator[bytes]:
        count, held = 0, _exactly(source, SEGMENT + TAG_BYTES)
        while True:
            following = _exactly(source, SEGMENT + TAG_BYTES)
            last = not following
            try:
                plain = self._cipher.decrypt(_nonce(count, last=last), held, self._aad)
            except InvalidTag:
                raise Tampered(_CUT) from None
            if last:
                if plain:
                    yield plain
                return
            yield plain
            held, count = following, count + 1


def header_of(source: Readable) -> bytes:
    """The first line of a sealed stream, newline included. Raises Tampered if there is none."""
    line = bytearray()
    while len(line) < LONGEST_HEADER:
        byte = source.read(1)
        if not byte:
            break
        line += byte
        if byte == b"\n":
            read_header(bytes(line))
            return bytes(line)
    raise Tampered(_NONE)


def read_header(header: bytes) -> dict[str, Any]:
    """What a stream says of itself before it is opened. It is bound to the stream, and believed once that opens."""
    try:
        read: Any = orjson.loads(header)
    except orjson.JSONDecodeError:
        read = None
    facts: dict[str, Any] = read if isinstance(read, dict) else {}
    if facts.get("kind") != MAGIC:
        raise Tampered(_NONE)
    return facts


def _nonce(count: int, *, last: bool) -> bytes:
    return count.to_bytes(_COUNT_BYTES, "big") + (b"\x01" if last else b"\x00")


def _exactly(source: Readable, size: int) -> bytes:
    parts, left = [], size
    while left and (piece := source.read(left)):
        parts.append(bytes(piece))
        left -= len(piece)
    return b"".join(parts)
