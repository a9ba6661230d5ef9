"""The drill of docs/keyring.md: the keyring is lost, its copy brings it back, and what had passed stays gone."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import PartGone
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.apps.keys import wiring
from ringfence.core.clock import ManualClock
from ringfence.vault.copies import KeysMissing, NotACopy, backup, claim, restore
from ringfence.vault.stores import FolderStore
from ringfence.vault.vault import Vault
from tests.support.keys import a_vault
from tests.support.office import Office
from tests.support.sweeping import Broom

OWNER = b"this installation"


def test_the_drill(office: Office, clock: ManualClock, tmp_path: Path) -> None:
    copy = FolderStore(tmp_path / "copy")
    claim(copy, OWNER)
    broom = Broom(office, copy=copy)
    early = office.call()
    for days in (6, 6, 6, 6):
        broom.later(days=days)
        broom.sweep()
    late = office.call()
    broom.sweep()
    shutil.rmtree(tmp_path / "keyring")
    lost = a_vault(tmp_path, clock)
    wiring.install(lost)
    with pytest.raises(PartGone):
        open_recording(office.account_id, late, purpose=PROVIDING, clock=clock)
    with pytest.raises(KeysMissing):
        backup(lost.keyring.store, copy, clock.now().date())  # a lost keyring does not become its own copy
    claim(copy, OWNER, new=False)
    assert restore(copy, lost.keyring.store, clock.now().date()).added > 0
    wiring.install(a_vault(tmp_path, clock))
    for call_id in (early, late):
        told = call_document(office.account_id, call_id, purpose=PROVIDING, clock=clock)
        assert told["transcript"]["turns"]
        opened = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=clock)
        assert opened.read(0, opened.size)


def test_a_copy_that_was_away_while_a_day_passed_gives_nothing_of_it_back(
    office: Office, vault: Vault, clock: ManualClock, tmp_path: Path
) -> None:
    copy = FolderStore(tmp_path / "copy")
    office.call()
    backup(vault.keyring.store, copy, clock.now().date())
    assert "day/2026-01-31" in copy.list("day")
    clock.advance(timedelta(days=31).total_seconds())
    shutil.rmtree(tmp_path / "keyring")
    lost = a_vault(tmp_path, clock)
    restore(copy, lost.keyring.store, clock.now().date())
    assert "day/2026-01-31" not in lost.keyring.list("day")


@pytest.mark.parametrize("whose", ["another keyring", "a backup of the database"])
def test_a_copy_shares_its_place_with_nothing(tmp_path: Path, whose: str) -> None:
    place = FolderStore(tmp_path / "place")
    if whose == "another keyring":
        claim(place, b"another installation")
    else:
        place.create("backup/2026-01-01", b"...")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(NotACopy):
        claim(place, OWNER)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
    with pytest.raises(NotACopy, match="no copy of a keyring here"):
        claim(FolderStore(tmp_path / "nothing"), OWNER, new=False)
