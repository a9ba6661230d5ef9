"""Where a journal is read from: a file or an object, by ranges."""

import os
from pathlib import Path
from typing import Protocol


class ReadAt(Protocol):
    """Bytes that can be read anywhere. A read beyond the end is short."""

    def size(self) -> int: ...
    def read_at(self, offset: int, length: int) -> bytes: ...


class FileSource:
    """A local file behind `ReadAt`; it stays readable while it grows."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)

    def size(self) -> int:
        return os.fstat(self._descriptor).st_size

    def read_at(self, offset: int, length: int) -> bytes:
        return os.pread(self._descriptor, length, offset)

    def close(self) -> None:
        os.close(self._descriptor)
