"""Journal sealing beside raw AES-256-GCM at the same chunk sizes, in one run.

Two pairs a size, so that nothing is compared with less work than itself:
- `seal`: sealing alone against raw encryption alone. The journal's file is a stand-in that takes bytes for nothing.
- `write`: append to a file against raw encryption followed by one `pwrite` of as many bytes, both into /dev/shm where
  there is one, else a temporary folder. Syncing is in neither: it happens every second, in a thread.

Inside the clock of the raw side: a fresh counter nonce, `AESGCM.encrypt` (with 15 bytes of associated data), and for
`write` the `pwrite`. The sides take turns, and the median of the turns' ratios counts: other work on the machine then
hits both alike.

    python -m bench.sealing [--seconds 4]
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from unittest import mock
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.figures import figure
from ringfence.vault.journal import JournalContext, JournalWriter

SIZES: Final = {"1 KB": 1024, "16 KB": 16_384, "1 MB": 1 << 20}
KEY: Final = bytes(range(32))
HEAD: Final = bytes(15)
CONTEXT: Final = JournalContext(account_id=UUID(int=1), call_id=UUID(int=2), part="recording")
MOST_BYTES: Final = 1 << 26  # of one turn, on the file system

Turn = Callable[[int], float]


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=4.0, help="per figure")
    seconds = parser.parse_args().seconds
    shm = Path("/dev/shm")  # noqa: S108 (memory, so that the disk is not what is measured)
    with tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None) as folder:
        for name, size in SIZES.items():
            for what, pair in (("seal", sealing), ("write", writing)):
                compare(f"{what}, {name}", size, *pair(Path(folder), size), seconds)


def compare(case: str, size: int, ours: Turn, raw: Turn, seconds: float) -> None:
    """Let both take turns for about `seconds`."""
    count = max(8, min(MOST_BYTES // size, int(0.02 / (raw(8) / 8))))
    ours(count)
    raw(count)
    turns: list[tuple[float, float]] = []
    until = time.perf_counter() + seconds
    while time.perf_counter() < until or len(turns) < 8:
        turns.append((ours(count), raw(count)) if len(turns) % 2 else (raw(count), ours(count))[::-1])
    ratio = statistics.median(theirs / mine for mine, theirs in turns)
    mine, theirs = (statistics.median(side) / count for side in zip(*turns, strict=True))
    figure("sealing", case, "journal against raw AES-256-GCM", ratio, "ratio", "≥ 0.8")
    figure("sealing", case, "journal", mine * 1e6, "µs")
    figure("sealing", case, "raw", theirs * 1e6, "µs")


def sealing(folder: Path, size: int) -> tuple[Turn, Turn]:
    """Journal and raw, without a file system behind either."""
    payload = os.urandom(size)

    def ours(count: int) -> float:
        with journal(folder) as writer, mock.patch.object(os, "pwritev", taken):
            return clocked(lambda number: writer.append(1, number, payload), count)

    cipher = AESGCM(KEY)
    return ours, lambda count: clocked(lambda n: cipher.encrypt(n.to_bytes(12, "big"), payload, HEAD), count)


def writing(folder: Path, size: int) -> tuple[Turn, Turn]:
    """Journal and raw, each into a new file a turn."""
    payload = os.urandom(size)

    def ours(count: int) -> float:
        with journal(folder) as writer:
            return clocked(lambda number: writer.append(1, number, payload), count)

    def raw(count: int) -> float:
        cipher, path, step = AESGCM(KEY), folder / "raw", size + 31
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)

        def one(number: int) -> None:
            os.pwrite(descriptor, cipher.encrypt(number.to_bytes(12, "big"), payload, HEAD), number * step)

        try:
            return clocked(one, count)
        finally:
            os.close(descriptor)
            path.unlink()

    return ours, raw


@contextmanager
def journal(folder: Path) -> Iterator[JournalWriter]:
    """A new journal, gone afterwards."""
    path = folder / "journal"
    writer = JournalWriter.create(path, KEY, CONTEXT)
    try:
        yield writer
    finally:
        writer.abandon()
        path.unlink()


def clocked(step: Callable[[int], object], count: int) -> float:
    """Seconds for `count` steps."""
    began = time.perf_counter()
    for number in range(count):
        step(number)
    return time.perf_counter() - began


def taken(_descriptor: int, parts: tuple[bytes, ...], _offset: int) -> int:
    """A disk that takes everything at once and keeps nothing."""
    return sum(map(len, parts))


if __name__ == "__main__":
    main()
