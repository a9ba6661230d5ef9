"""What can go wrong with keys and sealed bytes.

VaultError
├── Tampered      the bytes are not what was sealed here: changed, swapped, cut or reordered
├── EpochGone     the epoch's key was destroyed, or never made: nothing beneath it opens again
├── KeyRejected   a root key file that is missing, malformed or readable by others
├── StoreFailed   the keyring's store did not answer; retry may help
├── Unmarkable    a row with a value that has no one form, or of which half was read: a mistake of ours
├── StillWritten  a journal that is to be closed for a dead writer has a living one
└── JournalFailed a journal could not be written; what was written before stays whole
"""

from ringfence.core.errors import Conflict, Gone, RingfenceError, Unavailable


class VaultError(RingfenceError):
    code = "vault"


class Tampered(VaultError):
    code = "tampered"


class EpochGone(VaultError, Gone):
    code = "epoch_gone"


class KeyRejected(VaultError):
    code = "key_rejected"


class StoreFailed(VaultError, Unavailable):
    code = "keyring_unavailable"


class Unmarkable(VaultError):
    code = "unmarkable"


class StillWritten(VaultError, Conflict):
    code = "journal_still_written"


class JournalFailed(VaultError, Unavailable):
    """A journal could not be written (a full disk, say). What was written before stays whole."""

    code = "journal_failed"
