"""Finding without showing: keyed hashes of numbers, words and values, separate for every bucket.

An index must die with what it indexes: a dictionary of a million numbers is hashed in a second, so a key that outlives
its bucket would give everything back. A query therefore hashes once per live bucket.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from ringfence.vault.seal import derive

INDEX_BYTES: Final = 16
LONGEST_WORD: Final = 64
_WORD: Final = re.compile(r"[\w]+(?:['’][\w]+)*", re.UNICODE)


def words(text: str) -> set[str]:
    """The words of a text as search sees them: without case or accents, an apostrophe inside a word kept."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(mark for mark in apart if not unicodedata.combining(mark)).replace("’", "'")
    return {match.group()[:LONGEST_WORD] for match in _WORD.finditer(unicodedata.normalize("NFKC", plain))}


def number_index(bucket_key: bytes, e164: str) -> bytes:
    """16 bytes that equal numbers of one bucket share."""
    return _mac(derive(bucket_key, "index/number"), e164)[:INDEX_BYTES]


class Tokens:
    """The search tokens of one bucket: signed 64-bit integers, as PostgreSQL's bigint holds them."""

    def __init__(self, bucket_key: bytes) -> None:
        self._words = derive(bucket_key, "search/word")
        self._values = derive(bucket_key, "search/value")

    def word(self, word: str) -> int:
        return _signed(_mac(self._words, word))

    def all_words(self, texts: Iterable[str]) -> list[int]:
        """Sorted, unique tokens of all words of the texts."""
        return sorted({self.word(word) for text in texts for word in words(text)})

    def value(self, name: str, value: str) -> int:
        """The token of a variable's exact value; letter case and spaces around it do not count."""
        return _signed(_mac(self._values, f"{name}\x00{value.strip().casefold()}"))


def _mac(key: bytes, text: str) -> bytes:
    return hmac.new(key, text.encode(), sha256).digest()


def _signed(digest: bytes) -> int:
    return int.from_bytes(digest[:8], "big", signed=True)
