"""Keys of calls in progress: wrapped under the live day and the account, so that an orphan can still be closed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ringfence.vault.keyring import Keyring, live_epoch
from ringfence.vault.seal import KEY_BYTES, new_key
from ringfence.vault.wrap import open_bucket_key, wrap_bucket_key


@dataclass(frozen=True, slots=True)
class LiveKeys:
    """One key per part of a live call. `blob` is both of them wrapped; it holds no secret by itself."""

    audio: bytes
    words: bytes
    blob: bytes


def new_live_keys(keyring: Keyring, account_id: UUID, call_id: UUID, day: date) -> LiveKeys:
    """Keys for a call that begins on UTC day `day`."""
    audio, words = new_key(), new_key()
    blob = wrap_bucket_key(keyring, account_id, call_id, live_epoch(day), audio + words)
    return LiveKeys(audio, words, blob)


def open_live_keys(keyring: Keyring, account_id: UUID, call_id: UUID, day: date, blob: bytes) -> LiveKeys:
    """The same keys again, for a worker that closes what a dead process left."""
    both = open_bucket_key(keyring, account_id, call_id, live_epoch(day), blob)
    return LiveKeys(both[:KEY_BYTES], both[KEY_BYTES:], blob)
