"""Time on a whole installation: the worker sweeps at its start, says how it stands, and keeps the keyring's copy."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.house import House, free_port

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("elsewhere") / "keys"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, copy: Path) -> Iterator[House]:
    made = House(
        tmp_path_factory.mktemp("house"), free_port(), settings={"RINGFENCE_KEYRING_BACKUP": str(copy)}
    )
    made.start()
    yield made
    made.stop()


def test_it_says_how_it_stands_and_sweeps_at_a_wish(house: House) -> None:
    done = house.answer("sweep", "--now")
    assert (done["outcome"], done["calls"]) == ("done", 0)
    found = house.answer("sweep")
    assert (found["standing"], found["problems"], found["alarm"]) == ("kept", [], None)
    assert found["last_whole_sweep_at"]
    told = house.run("sweep")
    assert told.returncode == 0
    assert told.stdout.startswith("Kept.")


def test_the_copy_is_kept_and_brings_back_what_was_lost(house: House, copy: Path) -> None:
    keyring = Path(f"{house.data}.keyring")
    assert house.answer("sweep", "--now")["outcome"] == "done"
    names = sorted(path.relative_to(keyring) for path in keyring.rglob("*") if path.is_file())
    assert names
    assert all((copy / name).read_bytes() == (keyring / name).read_bytes() for name in names)
    shutil.rmtree(keyring / "account")
    lost = house.run("keyring", "backup")
    assert lost.returncode == 1
    assert "ringfence keyring restore" in lost.stderr
    assert house.answer("keyring", "restore")["added"] > 0
    assert sorted(path.relative_to(keyring) for path in keyring.rglob("*") if path.is_file()) == names
    assert house.answer("keyring", "backup") == {"added": 0, "removed": 0}


def test_a_copy_does_not_belong_where_the_installation_is(house: House) -> None:
    for place in (f"{house.data}.keyring", f"{house.data}/copy", f"{house.data}.ledger"):
        refused = house.run("keyring", "backup", "--to", place)
        assert refused.returncode == 1
        assert "another disk" in refused.stderr
