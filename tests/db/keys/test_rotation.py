"""Calls are taken in and read while the root key is rotated again and again: nothing fails, by whoever remembers nothing."""

from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.apps.keys import wiring
from ringfence.core.clock import ManualClock
from ringfence.core.config import current
from ringfence.lifecycle.assurance.guarding import rest
from ringfence.lifecycle.assurance.values import Looking
from ringfence.lifecycle.backup.days import backup_epoch
from ringfence.vault.rootkey import FileRootKey
from ringfence.vault.rotation import epochs, rotate, step, under_older
from ringfence.vault.vault import Vault
from tests.support.keys import a_vault
from tests.support.office import Office

WAIT_S = 60


@pytest.fixture
def root(tmp_path: Path) -> FileRootKey:
    return FileRootKey.load(tmp_path / "root.key")


def test_calls_are_taken_in_and_read_while_it_rotates(
    office: Office, vault: Vault, clock: ManualClock, tmp_path: Path, root: FileRootKey
) -> None:
    enough, failed, done = Event(), list[BaseException](), list[int]()
    mine = a_vault(tmp_path, clock)

    def again_and_again() -> None:
        try:
            while not enough.is_set() or len(done) < 3:
                done.append(rotate(mine.keyring, root))
        except BaseException as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    beside = Thread(target=again_and_again)
    beside.start()
    calls = []
    try:
        for _ in range(4):
            calls.append(office.call())
            wiring.install(a_vault(tmp_path, clock))  # a process that has just started
            for call_id in calls:
                _read(office, call_id, clock)
    finally:
        enough.set()
        beside.join(WAIT_S)
    assert not failed
    assert len(done) >= 3
    assert under_older(vault.keyring) == 0
    wiring.install(a_vault(tmp_path, clock))
    for call_id in calls:
        _read(office, call_id, clock)


def test_what_is_sealed_under_an_epoch_of_before_opens_with_the_file_of_now(
    vault: Vault, clock: ManualClock, tmp_path: Path, root: FileRootKey
) -> None:
    """A backup of the day is sealed under the day's epoch, and that is the same after a rotation."""
    key = vault.keyring.epoch(backup_epoch(clock.now().date()), create=True)
    for _ in range(2):
        rotate(vault.keyring, root)
    assert a_vault(tmp_path, clock).keyring.epoch(backup_epoch(clock.now().date())) == key


def test_the_evidence_says_how_old_the_root_key_is(office: Office, vault: Vault, tmp_path: Path) -> None:
    looking, root = Looking(office.clock, current(), office.vault), FileRootKey.load(tmp_path / "root.key")
    vault.keyring.epoch("day/2026-01-20", create=True)
    assert rest(looking).facts["Root key in use since"] == "the first start"
    assert rest(looking).facts["Root key rotation"] == "none under way"
    step(vault.keyring, root)
    step(vault.keyring, root)
    there = len(list(epochs(vault.keyring.store)))
    assert rest(looking).facts["Root key rotation"] == f"under way, {there} keys under the one before"
    rotate(vault.keyring, root)
    assert rest(looking).facts["Root key in use since"] == f"{office.clock.now():%d %b %Y, %H:%M} UTC"
    assert rest(looking).facts["Root key rotation"] == "none under way"


def _read(office: Office, call_id: UUID, clock: ManualClock) -> None:
    told = call_document(office.account_id, call_id, purpose=PROVIDING, clock=clock)
    assert told["transcript"]["turns"]
    opened = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=clock)
    assert opened.read(0, opened.size)
