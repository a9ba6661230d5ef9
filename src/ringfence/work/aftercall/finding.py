"""Making a call findable under another bucket: its numbers, words and values are hashed anew from what is sealed.

A hash cannot be carried from one key to another, and a key that outlives its day for one call would give back every call of that
day. So what is to be found under the new key is opened, for as long as the hashing takes, as part of the service.
"""

from typing import Any, Final

from ringfence.apps.calls.content import LOG, TRANSCRIPT, Place, open_json
from ringfence.apps.calls.purposes import PROVIDING, check_purpose
from ringfence.apps.keys.buckets import BucketKey
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.ids import new_id
from ringfence.vault.blind import number_index
from ringfence.vault.vault import Vault
from ringfence.work.rows import put_tokens, tokens_of

_NUMBERS: Final = "SELECT numbers_sealed FROM calls_call WHERE account_id = %s AND id = %s"
_INDEX: Final = "UPDATE calls_call SET from_index = %s, to_index = %s WHERE account_id = %s AND id = %s"
_WORDS: Final = """
SELECT turns_sealed, variables_sealed FROM calls_transcript WHERE account_id = %s AND call_id = %s
"""


def find_numbers(cursor: Cursor, place: Place, key: bytes, bucket: BucketKey) -> None:
    """A call's numbers, under a bucket of logs. `key` is the log's own; whoever asks holds the call's row. Raises NotAllowed."""
    check_purpose(PROVIDING)
    cursor.execute(_NUMBERS, (place.account_id, place.call_id))
    row = cursor.fetchone()
    if row is None or row[0] is None:
        return
    numbers = open_json(key, row[0], place, LOG, "numbers_sealed")
    found = (number_index(bucket.key, each) if each else None for each in (numbers["from"], numbers["to"]))
    cursor.execute(_INDEX, (*found, place.account_id, place.call_id))


def find_words(cursor: Cursor, vault: Vault, place: Place, key: bytes, bucket: BucketKey) -> None:
    """A call's words and values, under a bucket of transcripts. `key` is the transcript's own. Raises NotAllowed."""
    check_purpose(PROVIDING)
    cursor.execute(_WORDS, (place.account_id, place.call_id))
    row = cursor.fetchone()
    if row is None:
        return
    turns, variables = (_opened(row[at], key, place, name) for at, name in enumerate(_SEALED))
    texts = [turn["text"] for turn in turns]
    values = [(each["name"], each["value"]) for each in variables if each["given"] == "given"]
    put_tokens(cursor, new_id(vault.clock), place, bucket, tokens_of(bucket.key, texts, values))


_SEALED: Final = ("turns_sealed", "variables_sealed")


def _opened(sealed: bytes | None, key: bytes, place: Place, column: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [] if sealed is None else open_json(key, sealed, place, TRANSCRIPT, column)
    return found
