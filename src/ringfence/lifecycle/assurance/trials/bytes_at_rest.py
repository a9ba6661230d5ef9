"""A search through every byte that rests on this machine: the database's files and log of changes, objects, journals, keys."""

import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from ringfence.core.config import Config


def places(config: Config) -> list[Path]:
    """The folders where this installation keeps things, as far as they are on this machine."""
    urls = (config.object_store_url, config.keyring_url, config.ledger_url)
    local = (Path(url) for url in urls if urlsplit(url).scheme in {"", "file"})
    return [folder for folder in (config.data_dir, config.run_dir, *local) if folder.is_dir()]


def search(folders: Iterable[Path], needles: Sequence[bytes]) -> tuple[list[str], int]:
    """The names of files that hold one of the needles, and how many bytes were looked at."""
    found, seen = [], 0
    for path in _files(folders):
        try:
            with path.open("rb") as file:
                size = path.stat().st_size
                if not size:
                    continue
                with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    seen += size
                    if any(content.find(needle) >= 0 for needle in needles):
                        found.append(path.name)
        except (FileNotFoundError, ValueError):
            continue  # gone or emptied while we looked
    return found, seen


def _files(folders: Iterable[Path]) -> Iterator[Path]:
    known: set[Path] = set()
    for folder in folders:
        for path in folder.rglob("*"):
            real = path.resolve()
            if real not in known and not path.is_symlink() and path.is_file():
                known.add(real)
                yield path
