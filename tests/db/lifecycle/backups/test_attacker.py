"""Somebody has yesterday's backup, the root key and today's keyring, the clock they like, and no ledger that would delete anything again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import PartGone
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.reveal import PROVIDING, open_recording, open_transcript
from ringfence.apps.keys import wiring
from ringfence.core.clock import ManualClock
from ringfence.lifecycle.backup.days import destroy_passed
from ringfence.lifecycle.backup.run import BackupEnded, Made
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.vault.errors import EpochGone
from ringfence.vault.keyring import day_epoch
from ringfence.vault.vault import Vault
from tests.db.lifecycle.backups.test_bytes import canaries, files
from tests.support.backups import Backups
from tests.support.database import Database
from tests.support.office import CALLER, Office
from tests.support.sweeping import Broom

ASKED: tuple[dict[str, Any], ...] = ({"words": "ferry"}, {"variable": ("people", "4")}, {"number": CALLER})
DAY = timedelta(days=1)


@contextmanager
def thief(backups: Backups, made: Made, beside: Path, at: datetime) -> Iterator[ManualClock]:
    """The backup is restored with today's keyring, at a moment of the thief's choice, and its ledger is not asked."""
    vault, clock = backups.office.vault, ManualClock(at)
    with backups.restored(made.name, beside):
        wiring.install(Vault.open(vault.keyring.store, vault.root, clock))
        try:
            yield clock
        finally:
            wiring.install(vault)


def opens(office: Office, call_id: UUID, clock: ManualClock) -> set[str]:
    """What of a call's content there is to be had."""
    found = set()
    for what, opener in (("words", open_transcript), ("audio", open_recording)):
        try:
            opener(office.account_id, call_id, purpose=PROVIDING, clock=clock)
        except PartGone:
            continue
        found.add(what)
    told = call_document(office.account_id, call_id, purpose=PROVIDING, clock=clock)
    return found | ({"numbers"} if told["from"] else set())


def guesses(office: Office, call_id: UUID, clock: ManualClock) -> list[dict[str, Any]]:
    """Which right guesses are confirmed by an index."""
    hits = []
    for asked in ASKED:
        rows = list_calls(office.account_id, CallFilters(**asked), clock=clock).rows
        hits += [asked] if call_id in {row.id for row in rows} else []
    return hits


def test_nothing_opens_whose_day_has_passed_and_nothing_is_guessed_back(
    office: Office, backups: Backups, tmp_path: Path
) -> None:
    broom = Broom(office)
    over = office.call()
    for days in (5, 5, 5, 5, 5):
        broom.later(days=days)
        broom.sweep()
    going_on = office.call()
    broom.later(days=4)
    made = backups.make()
    read = office.clock.now()
    with thief(backups, made, tmp_path / "t1", read) as clock:
        assert opens(office, over, clock) == {"words", "audio", "numbers"}, "the backup does hold it"
        assert len(guesses(office, over, clock)) == len(ASKED)
    broom.later(days=2)
    assert broom.sweep().outcome == "done"
    with thief(backups, made, tmp_path / "t2", read) as clock:
        rows = {row.id for row in list_calls(office.account_id, CallFilters(), clock=clock).rows}
        assert rows == {over, going_on}
        assert opens(office, over, clock) == set()
        assert guesses(office, over, clock) == []
        assert opens(office, going_on, clock) == {"words", "audio", "numbers"}, "its day has not passed"
        with pytest.raises(EpochGone):
            wiring.vault().keyring.epoch(day_epoch((read + DAY).date()))


def test_nothing_opens_after_seven_days_that_was_deleted(
    office: Office, backups: Backups, tmp_path: Path, database: Database
) -> None:
    call_id = office.call()
    made = backups.make()
    delete_parts(office.account_id, [call_id], Part.CALL, actor="me", clock=office.clock)
    read = office.clock.now()
    with thief(backups, made, tmp_path / "t3", read) as clock:
        assert opens(office, call_id, clock), "until its seven days have passed, as the receipt says"
    office.clock.advance((timedelta(days=7) - timedelta(hours=office.clock.now().hour)).total_seconds())
    assert destroy_passed(office.vault)
    with pytest.raises(BackupEnded), thief(backups, made, tmp_path / "t4", read):
        pass
    for path, data in files(backups.folder):
        assert not any(each in data for each in canaries()), path
