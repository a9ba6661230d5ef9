"""The root key: the one secret that opens the keyring. A file made at first start; later a KMS behind the same port."""

from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from typing import Protocol

from ringfence.vault import rootfile
from ringfence.vault.errors import KeyRejected, Tampered
from ringfence.vault.rootfile import Reading, RootKeys, Stage
from ringfence.vault.seal import derive, new_key, open_, seal


class RootKey(Protocol):
    """What opens and closes epochs. A KMS does the same without ever handing out its key."""

    def wrapping(self) -> AbstractContextManager[None]:
        """Around wrapping and putting away what was wrapped: meanwhile no other key takes over."""
        ...

    def wrap(self, plaintext: bytes, *, aad: bytes) -> bytes: ...
    def unwrap(self, sealed: bytes, *, aad: bytes) -> bytes: ...

    def is_newest(self, sealed: bytes, *, aad: bytes) -> bool:
        """Whether this was wrapped under the key that wraps now."""
        ...

    def rotating(self) -> bool:
        """Whether a rotation is under way."""
        ...

    def subkey(self, purpose: str) -> bytes:
        """A key for one purpose, the same before and after every rotation."""
        ...


class FileRootKey:
    """A root key in a file that only its owner may read. Of a file that was exchanged it takes notice by itself."""

    def __init__(self, content: bytes, path: Path | None = None) -> None:
        self._path = path
        self._read = Reading(RootKeys.of(content), ())

    @classmethod
    def load(cls, path: Path) -> "FileRootKey":
        """Read the key. Raises KeyRejected if it is absent, malformed or open to other users."""
        return cls(rootfile.read(path).keys.content, path)

    @classmethod
    def create(cls, path: Path) -> "FileRootKey":
        """Make the key unless it is there already; two starts at once agree on one."""
        rootfile.make(path, new_key())
        return cls.load(path)

    def keys(self) -> RootKeys:
        """What the file holds now. A file that is away, damaged or another installation's changes nothing for who runs already."""
        path, before = self._path, self._read
        if path is not None:
            with suppress(OSError, KeyRejected):
                if rootfile.mark_of(path) != before.mark:
                    found = rootfile.read(path)
                    if found.keys.first == before.keys.first:
                        self._read = found
        return self._read.keys

    def advance(self, seen: RootKeys) -> RootKeys:
        """One stage of a rotation further, unless somebody was quicker; what the file holds then. Raises KeyRejected."""
        if self._path is None:
            raise KeyRejected("A root key without a file is not rotated.")
        rootfile.advance(self._path, seen)
        return self.keys()

    def wrapping(self) -> AbstractContextManager[None]:
        return nullcontext() if self._path is None else rootfile.unchanged(self._path)

    def wrap(self, plaintext: bytes, *, aad: bytes) -> bytes:
        return seal(_outer(self.keys().wraps), plaintext, aad=aad)

    def unwrap(self, sealed: bytes, *, aad: bytes) -> bytes:
        *others, last = self.keys().opens
        for key in others:
            with suppress(Tampered):
                return open_(_outer(key), sealed, aad=aad)
        return open_(_outer(last), sealed, aad=aad)

    def is_newest(self, sealed: bytes, *, aad: bytes) -> bool:
        try:
            open_(_outer(self.keys().wraps), sealed, aad=aad)
        except Tampered:
            return False
        return True

    def rotating(self) -> bool:
        return self.keys().stage is not Stage.SETTLED

    def subkey(self, purpose: str) -> bytes:
        return derive(self._read.keys.first, f"root/{purpose}")


def _outer(key: bytes) -> bytes:
    return derive(key, "root/keyring")
