"""The bytes of a journal.

    file    = header ‖ record* ‖ [trailer]
    header  = "RFJ1" ‖ u32 length ‖ context as JSON ‖ salt (16) ‖ check (16)
    record  = u32 length of body ‖ u8 kind ‖ u16 skipped ‖ u64 position ‖ body
    trailer = "RFJX" ‖ salt (16) ‖ sealed index ‖ u64 offset of trailer ‖ "RFJE"

Bodies are AES-256-GCM under a subkey of this writer alone, HKDF(key, header), with the record's number as nonce and a
last byte that is 1 only for the index: the STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár (CRYPTO 2015),
so a record cannot be moved, left out or played twice. A number is spent when it seals, whether or not the disk takes
the record; the next one says how many before it were `skipped`, and the tag binds that. The check, a MAC by HKDF, tells
a wrong key or a changed header before anything else is believed.

Whoever closes the file seals the index under a salt of its own, so no nonce is used twice even if a worker closes what
a dead process left. The index names every record: once closed, a journal is cut nowhere unnoticed.
Without a trailer it is an orphan and ends at its last whole record.
"""

import hmac
import struct
from dataclasses import dataclass, field
from typing import Final, NamedTuple
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ringfence.vault.errors import Tampered
from ringfence.vault.seal import TAG_BYTES, derive

LARGEST_RECORD: Final = 1 << 20
MAGIC: Final = b"RFJ1"
TRAILER: Final = b"RFJX"
END: Final = b"RFJE"
SALT: Final = 16
CHECK: Final = 16
HEAD: Final = struct.Struct(">IBHQ")
ENTRY: Final = struct.Struct(">BQQII")
TAIL: Final = struct.Struct(">Q4s")
MOST_SKIPPED: Final = 0xFFFF
_START: Final = 8
_LARGEST_CONTEXT: Final = 4096
AT_FIRST: Final = 512  # a header usually fits: one request to an object store


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalContext:
    """What a journal is, readable without its key and authenticated by it. Never personal."""

    account_id: UUID
    call_id: UUID
    part: str
    codec: str = "pcmu"
    rate: int = 8000
    channels: int = 2


class Entry(NamedTuple):
    """Where a record is. `offset` is of its head, `length` of its sealed body, `number` that of its nonce."""

    kind: int
    position: int
    offset: int
    length: int
    number: int

    @property
    def end(self) -> int:
        return self.offset + HEAD.size + self.length


@dataclass(frozen=True, slots=True)
class Subkeys:
    """What one header and one key give: no other journal and no other purpose has these keys."""

    key: bytes = field(repr=False)
    header: bytes

    @property
    def records(self) -> AESGCM:
        return AESGCM(derive(self.key, "journal/records", salt=self.header))

    @property
    def check(self) -> bytes:
        return derive(self.key, "journal/header", salt=self.header)[:CHECK]

    def index(self, salt: bytes) -> AESGCM:
        return AESGCM(derive(self.key, "journal/index", salt=self.header + salt))


def nonce(number: int, *, final: bool = False) -> bytes:
    return number.to_bytes(11, "big") + (b"\x01" if final else b"\x00")


def pack_header(context: JournalContext, salt: bytes) -> bytes:
    """Everything of the header but its check."""
    text = orjson.dumps(context)
    return MAGIC + len(text).to_bytes(4, "big") + text + salt


def split_header(start: bytes) -> int:
    """The header's length without its check, from the first bytes of a file. Raises Tampered."""
    length = int.from_bytes(start[4:_START], "big")
    if start[:4] != MAGIC or len(start) < _START or length > _LARGEST_CONTEXT:
        raise Tampered("This is not a journal, or its header was cut.")
    return _START + length + SALT


def context_of(header: bytes) -> JournalContext:
    try:
        fields = orjson.loads(header[_START:-SALT])
        fields["account_id"], fields["call_id"] = UUID(fields["account_id"]), UUID(fields["call_id"])
        return JournalContext(**fields)
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        raise Tampered("The journal's header was changed.") from None


def checked(header: bytes, check: bytes, key: bytes) -> Subkeys:
    """The subkeys, if `check` is this key's over this header. Raises Tampered."""
    subkeys = Subkeys(key, header)
    if not hmac.compare_digest(subkeys.check, check):
        raise Tampered("The journal's header was changed, or this is not its key.")
    return subkeys


def pack_trailer(subkeys: Subkeys, salt: bytes, entries: bytes, end: int, *, damaged: bool) -> bytes:
    """Seal the index of packed `entries` that close a file at `end`."""
    plain = bytes([damaged]) + entries
    count = len(entries) // ENTRY.size
    sealed = subkeys.index(salt).encrypt(nonce(count, final=True), plain, end.to_bytes(8, "big"))
    return TRAILER + salt + sealed + TAIL.pack(end, END)


def unpack_trailer(subkeys: Subkeys, trailer: bytes, end: int) -> tuple[list[Entry], bool]:
    """The entries, and whether the closer found damage. Raises Tampered."""
    salt, sealed = trailer[4 : 4 + SALT], trailer[4 + SALT : -TAIL.size]
    count, rest = divmod(len(sealed) - TAG_BYTES - 1, ENTRY.size)
    if rest or count < 0:
        raise Tampered("The journal's index was cut.")
    try:
        plain = subkeys.index(salt).decrypt(nonce(count, final=True), sealed, end.to_bytes(8, "big"))
    except InvalidTag:
        raise Tampered("The journal's index was changed, or belongs to another.") from None
    return [Entry(*fields) for fields in ENTRY.iter_unpack(plain[1:])], bool(plain[0])
