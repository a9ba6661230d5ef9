"""The journal: sealed records in order, readable while it grows and when it rests, in one format (see `layout`).

What a writer promises: a record is sealed before it touches a disk, no nonce is used twice (not by a retry after a
full disk, not by whoever closes the file later), and after `sync` a crash of the machine forgets nothing.
What a reader promises: exactly what was written, in order and whole, or Tampered.
"""

from ringfence.vault.journal.layout import LARGEST_RECORD, Entry, JournalContext
from ringfence.vault.journal.orphan import being_written, close_orphan
from ringfence.vault.journal.reader import JournalReader, is_closed, read_context
from ringfence.vault.journal.source import FileSource, ReadAt
from ringfence.vault.journal.writer import JournalWriter

__all__ = [
    "LARGEST_RECORD",
    "Entry",
    "FileSource",
    "JournalContext",
    "JournalReader",
    "JournalWriter",
    "ReadAt",
    "being_written",
    "close_orphan",
    "is_closed",
    "read_context",
]
