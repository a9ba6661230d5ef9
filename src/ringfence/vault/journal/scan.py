"""Going through an orphan from the front, and telling a crash from a change.

A process that dies leaves at most one record short. A machine that dies may leave blocks that never reached the disk,
which read as zeros. Both are the end of the journal. Anything else that does not open is damage.
"""

from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.vault.journal.layout import CHECK, HEAD, LARGEST_RECORD, TRAILER, Entry, Subkeys, nonce
from ringfence.vault.journal.source import ReadAt
from ringfence.vault.seal import TAG_BYTES

_BLOCK: Final = 4096
_BLANK: Final = bytes(_BLOCK)
# Sealed bytes hold sixteen zeros in a row once in 2^128.
_UNLIKELY: Final = bytes(16)


@dataclass(slots=True)
class Scan:
    """The records that open, where the last of them ends, and whether what follows is more than a crash leaves."""

    end: int
    entries: list[Entry] = field(default_factory=list)
    damaged: bool = False


def scan(source: ReadAt, subkeys: Subkeys) -> Scan:
    """Every record from the front that is whole and opens."""
    size, cipher = source.size(), subkeys.records
    found, before = Scan(len(subkeys.header) + CHECK), -1
    while found.end < size:
        raw = _record(source, found.end, size)
        entry = _opened(cipher, raw, found.end, before)
        if entry is None:
            rest = source.read_at(found.end, size - found.end)
            found.damaged = _damaged(cipher, rest, found.end, before)
            return found
        found.entries.append(entry)
        found.end, before = entry.end, entry.number
    return found


def _record(source: ReadAt, offset: int, size: int) -> bytes:
    """The head at `offset`, with its body if that can be one and is all there."""
    head = source.read_at(offset, HEAD.size)
    if len(head) < HEAD.size:
        return head
    length = HEAD.unpack(head)[0]
    if not TAG_BYTES <= length <= LARGEST_RECORD + TAG_BYTES or offset + HEAD.size + length > size:
        return head
    return head + source.read_at(offset + HEAD.size, length)


def _opened(cipher: AESGCM, raw: bytes, offset: int, before: int) -> Entry | None:
    if len(raw) <= HEAD.size:
        return None
    head, body = raw[: HEAD.size], raw[HEAD.size :]
    length, kind, skipped, position = HEAD.unpack(head)
    number = before + 1 + skipped
    try:
        cipher.decrypt(nonce(number), body, head)
    except InvalidTag:
        return None
    return Entry(kind, position, offset, length, number)


def _damaged(cipher: AESGCM, rest: bytes, offset: int, before: int) -> bool:
    """Whether `rest`, which begins where a record should and does not open, is more than a crash leaves."""
    if len(rest) < HEAD.size or rest.startswith(TRAILER):
        return False
    length: int = HEAD.unpack_from(rest)[0]
    could_be = TAG_BYTES <= length <= LARGEST_RECORD + TAG_BYTES
    if _blank(rest[: HEAD.size + length] if could_be else rest[: len(_UNLIKELY)], offset):
        return False
    short = could_be and len(rest) < HEAD.size + length
    return not short or _goes_on(cipher, rest, before)


def _blank(raw: bytes, offset: int) -> bool:
    """Whether a block of the file under `raw` never reached the disk."""
    if raw.startswith(_UNLIKELY) or raw.endswith(_UNLIKELY):
        return True
    return any(raw[at : at + _BLOCK] == _BLANK for at in range(-offset % _BLOCK, len(raw), _BLOCK))


def _goes_on(cipher: AESGCM, rest: bytes, before: int) -> bool:
    """Whether a record opens in `rest` that belongs there or behind what should: then nobody died, a length was changed.

    Heads that could be one are rare among sealed bytes, so few are tried.
    """
    for at in range(1, len(rest) - HEAD.size - TAG_BYTES + 1):
        if rest[at] or not rest[at + 4]:  # longer than any record, or no kind
            continue
        length: int = HEAD.unpack_from(rest, at)[0]
        if TAG_BYTES <= length <= len(rest) - at - HEAD.size:
            raw = rest[at : at + HEAD.size + length]
            if _opened(cipher, raw, at, before) or _opened(cipher, raw, at, before + 1):
                return True
    return False
