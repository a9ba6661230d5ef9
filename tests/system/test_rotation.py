"""The root key of a running installation is rotated, with calls going on and being read; and a backup of before opens afterwards."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from tests.support.house import House, Page, free_port

pytestmark = pytest.mark.timeout(600)
ROTATIONS = 3


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path, free_port(), {"RINGFENCE_KEYRING_BACKUP": str(tmp_path / "copy")})
    made.start()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.stop()


def asked(house: House, key: str, path: str) -> Page:
    return house.browser().get(f"/api/v1/{path}", {"Authorization": f"Bearer {key}"})


def read(house: House, key: str, call_id: str) -> None:
    """Everything of a call that opens with a key."""
    told: dict[str, Any] = json.loads(asked(house, key, f"calls/{call_id}").body)
    assert told["transcript"]["turns"], told
    assert told["recording"]["available"], told
    assert asked(house, key, f"calls/{call_id}/recording").status == 200


def kept(folder: Path) -> dict[str, bytes]:
    """A keyring's objects, but for whose copy it is."""
    found = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    found.pop("of/keyring", None)
    return found


def test_rotations_under_load_and_a_backup_of_before(house: House) -> None:
    key = house.answer("apikey", "create", "--account", "demo", "--role", "owner")["token"]
    first = json.loads(asked(house, key, "calls").body)["items"][0]["id"]
    before = (house.folder / "data.root.key").read_bytes()
    backups = house.folder / "backups"
    house.answer("backup", "--to", str(backups))
    over = Event()

    def call() -> list[str]:
        made = []
        while not over.is_set():
            made.append(house.answer("call", "--agent", "front-desk", "--caller", "demo", "--fast")["id"])
        return made

    def look() -> int:
        count = 0
        while not over.is_set():
            read(house, key, first)
            count += 1
        return count

    with ThreadPoolExecutor(2) as pool:
        caller, reader = pool.submit(call), pool.submit(look)
        try:
            for _ in range(ROTATIONS):
                told = house.answer("keyring", "rotate")
                assert (told["stage"], told["copies"]) == ("settled", 1)
                assert told["wrapped_anew"] > 0
                house.answer("ledger", "new-key")
        finally:
            over.set()
        calls = caller.result()
        assert reader.result() > 0
    assert calls
    after = (house.folder / "data.root.key").read_bytes()
    assert (before, len(after)) == (after[32:], 64)
    assert (house.folder / "data.root.key").stat().st_mode & 0o777 == 0o600
    assert "Traceback" not in house.logged()

    house.stop()
    house.start()
    for call_id in (first, *calls):
        read(house, key, call_id)
    house.stop()
    house.answer("keyring", "backup")
    assert kept(house.folder / "copy") == kept(house.folder / "data.keyring")

    house.data.rename(house.folder / "the disk that died")
    (house.folder / "data.keyring").rename(house.folder / "the keyring that died")
    assert house.answer("keyring", "restore", "--from", str(house.folder / "copy"))["added"] > 0
    restored = house.run("restore", str(backups))
    assert restored.returncode == 0, restored.stderr
    house.start()
    read(house, key, first)
