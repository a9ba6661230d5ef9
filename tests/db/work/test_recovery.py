"""What a dead media process leaves, and what a living one keeps."""

import fcntl
import os
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.core.clock import ManualClock
from ringfence.vault.keyring import live_epoch
from tests.support.database import Database
from tests.support.office import CALLER, SAID, Office, Talk


def shown(office: Office, call_id: UUID) -> dict[str, Any]:
    return call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


@pytest.fixture(autouse=True)
def nobody_else_is_silent(database: Database) -> None:
    """Recovery looks at every account: calls that other tests left behind would be taken in here."""
    with database.superuser() as server:
        server.execute("UPDATE calls_call SET status = 'failed' WHERE status IN ('ringing', 'in_progress')")


@pytest.fixture
def killed(office: Office) -> Talk:
    """A call whose process died after ten and a half seconds."""
    talk = office.answer(office.ring())
    talk.talk(seconds=10.5)
    talk.die()
    return talk


def test_a_killed_call_comes_back_as_interrupted(office: Office, killed: Talk, clock: ManualClock) -> None:
    office.recovery.run()
    assert shown(office, killed.id)["status"] == "in_progress"
    clock.advance(11)
    assert office.recovery.run() == 1
    call = shown(office, killed.id)
    assert (call["status"], call["outcome"], call["from"]) == ("interrupted", "interrupted", CALLER)
    assert [turn["text"] for turn in call["transcript"]["turns"]] == [text for _, text, *_ in SAID]
    assert call["variables"]["values"]["day"]["value"] == "2026-01-09"
    assert call["duration_s"] == 10.0  # whole seconds were sealed; the last half was not
    audio = open_recording(office.account_id, killed.id, purpose=PROVIDING, clock=clock)
    assert any(audio.read(audio.size - 8000, audio.size))
    assert list(office.folder.iterdir()) == []
    assert office.recovery.run() == 0


def test_a_torn_last_chunk_is_cut_off(office: Office, killed: Talk, clock: ManualClock) -> None:
    audio = office.folder / f"{killed.id}.audio"
    data = audio.read_bytes()
    audio.write_bytes(data[:-3000])
    clock.advance(11)
    office.recovery.run()
    assert shown(office, killed.id)["duration_s"] == 9.0


def test_a_living_call_is_left_alone_however_silent(office: Office, clock: ManualClock) -> None:
    """The database was away for an hour: nobody could give a sign."""
    talk = office.answer(office.ring())
    talk.talk()
    for _ in range(20):
        clock.advance(180)
        assert office.recovery.run() == 0
    talk.seconds = 3610.0
    talk.hang_up()
    assert shown(office, talk.id)["status"] == "completed"


def test_without_a_journal_silence_counts_only_while_watched(office: Office, clock: ManualClock) -> None:
    """Before consent nothing is on disk, so nothing is locked either."""
    talk = office.answer(office.ring())
    clock.advance(3600)
    assert office.recovery.run() == 0
    clock.advance(5)
    assert office.recovery.run() == 0
    beat(office, talk)  # the database is back
    for _ in range(3):
        clock.advance(5)
        assert office.recovery.run() == 0
        beat(office, talk)
    for _ in range(6):
        clock.advance(5)
        office.recovery.run()
    call = shown(office, talk.id)
    assert call["status"] == "interrupted"
    assert call["recording"]["reason"] == call["transcript"]["reason"] == "never_kept"


def beat(office: Office, talk: Talk) -> None:
    import asyncio

    asyncio.run(office.desk.beat([(office.account_id, talk.id)]))


def test_a_call_waiting_to_be_handed_over_is_not_taken(office: Office, clock: ManualClock) -> None:
    """Its journals are closed and unlocked, its process lives and says so."""
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    for _ in range(6):
        clock.advance(5)
        beat(office, talk)
        assert office.recovery.run() == 0
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    assert shown(office, talk.id)["status"] == "completed"


def test_a_ticket_that_nobody_used_is_a_call_nobody_answered(office: Office, clock: ManualClock) -> None:
    new = office.ring()
    clock.advance(100)
    assert office.recovery.run() == 0
    clock.advance(21)
    assert office.recovery.run() == 1
    call = shown(office, new.id)
    assert (call["status"], call["outcome"], call["answered_at"]) == ("completed", "no_answer", None)
    assert call["from"] == CALLER
    assert call["expires_at"] is not None
    assert call["recording"]["reason"] == "never_kept"


def test_what_the_deliverer_could_not_remove_is_removed(office: Office, clock: ManualClock) -> None:
    """Killed between the rows and the removal: the journals lie there though nobody waits for them."""
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    assert journals.audio is not None
    left = journals.audio.read_bytes()
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    journals.audio.write_bytes(left)
    (office.folder / f"{UUID(int=1)}.words").write_bytes(b"torn")
    old = clock.now().timestamp()
    os.utime(office.folder / f"{UUID(int=1)}.words", (old, old))
    office.recovery.run()
    assert [path.suffix for path in office.folder.iterdir()] == [".words"]
    clock.advance(3601)
    office.recovery.run()
    assert list(office.folder.iterdir()) == []


def test_a_call_whose_live_day_was_destroyed_leaves_no_byte(
    office: Office, killed: Talk, clock: ManualClock
) -> None:
    office.vault.keyring.destroy(live_epoch(killed.answered_at.date()))
    clock.advance(120)
    assert office.recovery.run() == 1
    call = shown(office, killed.id)
    assert (call["status"], call["from"]) == ("interrupted", None)
    assert call["recording"]["reason"] == call["transcript"]["reason"] == "never_kept"
    assert list(office.folder.iterdir()) == []
    assert not office.objects.exists(object_name(office.account_id, killed.id))


@pytest.fixture
def held(office: Office, killed: Talk) -> Iterator[Talk]:
    """Something else is wrong with this call: a process that is not ours holds its words."""
    descriptor = os.open(office.folder / f"{killed.id}.words", os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    yield killed
    os.close(descriptor)


def test_one_call_keeps_no_other_waiting(office: Office, held: Talk, clock: ManualClock) -> None:
    other = office.answer(office.ring())
    other.talk()
    other.die()
    clock.advance(11)
    assert office.recovery.run() == 1
    assert shown(office, other.id)["status"] == "interrupted"
    assert shown(office, held.id)["status"] == "in_progress"


def test_an_interrupted_delivery_is_delivered_by_recovery(office: Office, clock: ManualClock) -> None:
    """Killed between the object and the rows: the same object is written again, and none is left over."""
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    assert journals.audio is not None
    name = object_name(office.account_id, talk.id)
    office.objects.put(name, journals.audio)
    for _ in range(4):
        clock.advance(10)
        office.recovery.run()
    assert shown(office, talk.id)["status"] == "interrupted"
    assert shown(office, talk.id)["recording"]["available"]
    ours = [o.name for batch in office.objects.all() for o in batch if o.account_id == office.account_id]
    assert ours == [name]
