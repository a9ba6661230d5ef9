"""The root key: the one secret that opens the keyring. A file made at first start; later a KMS behind the same port."""

import os
import stat
from pathlib import Path
from typing import Protocol

from ringfence.vault.errors import KeyRejected
from ringfence.vault.seal import KEY_BYTES, derive, new_key, open_, seal


class RootKey(Protocol):
    """What opens and closes epochs. A KMS does the same without ever handing out its key."""

    def wrap(self, plaintext: bytes, *, aad: bytes) -> bytes: ...
    def unwrap(self, sealed: bytes, *, aad: bytes) -> bytes: ...
    def subkey(self, purpose: str) -> bytes: ...


class FileRootKey:
    """A root key of 32 bytes in a file that only its owner may read."""

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise KeyRejected(f"A root key has {KEY_BYTES} bytes; this one has {len(key)}.")
        self._key = key

    @classmethod
    def load(cls, path: Path) -> "FileRootKey":
        """Read the key. Raises KeyRejected if it is absent, malformed or open to other users."""
        try:
            with path.open("rb") as file:
                if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
                    raise KeyRejected(f"Others may read the root key. Run: chmod 600 {path}")
                return cls(file.read(KEY_BYTES + 1))
        except FileNotFoundError:
            raise KeyRejected(
                f"There is no root key at {path}. Restore it from where you keep its copy."
            ) from None

    @classmethod
    def create(cls, path: Path) -> "FileRootKey":
        """Make the key unless it is there already; two starts at once agree on one."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            os.write(descriptor, new_key())
            os.fsync(descriptor)
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            os.close(descriptor)
            draft.unlink()
        return cls.load(path)

    def wrap(self, plaintext: bytes, *, aad: bytes) -> bytes:
        return seal(self.subkey("keyring"), plaintext, aad=aad)

    def unwrap(self, sealed: bytes, *, aad: bytes) -> bytes:
        return open_(self.subkey("keyring"), sealed, aad=aad)

    def subkey(self, purpose: str) -> bytes:
        return derive(self._key, f"root/{purpose}")
