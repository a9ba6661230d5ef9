"""A restored installation: nothing is served before everything that was deleted since is deleted again."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.models import Erasure
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING, open_recording, open_transcript
from ringfence.core.errors import BadInput
from ringfence.lifecycle import deletion, replay
from ringfence.lifecycle.backup import archive
from ringfence.lifecycle.backup.days import backup_epoch, destroy_passed
from ringfence.lifecycle.backup.run import BackupEnded
from ringfence.lifecycle.deletion import Part, delete_parts, open_erasures
from ringfence.lifecycle.ledger import gate
from ringfence.lifecycle.ledger.batches import LedgerBroken
from ringfence.lifecycle.ledger.mark import read_mark
from ringfence.lifecycle.receipts.receipts import receipts_of_call
from ringfence.vault.errors import Tampered
from tests.support.backups import Backups, empty, objects_of
from tests.support.database import Database
from tests.support.dying import Killed
from tests.support.office import Office


def delete(office: Office, part: Part, *ids: UUID) -> None:
    delete_parts(office.account_id, ids, part, actor="me", clock=office.clock)


def there(office: Office) -> list[UUID]:
    return [row.id for row in list_calls(office.account_id, CallFilters(), clock=office.clock).rows]


def test_everything_comes_back_but_what_was_deleted(office: Office, backups: Backups, tmp_path: Path) -> None:
    kept, before, after, partly = (office.call() for _ in range(4))
    delete(office, Part.CALL, before)
    made = backups.make()
    delete(office, Part.CALL, after)
    delete(office, Part.RECORDING, partly)
    late = office.call()
    delete(office, Part.CALL, late)
    with backups.restored(made.name, tmp_path / "b1"):
        assert gate.standing() == gate.RESTORED
        assert replay.replay(office.clock) == 3
        assert gate.standing() == ""
        assert sorted(there(office)) == sorted([kept, partly])
        store = objects_of(tmp_path / "b1")
        assert [store.exists(object_name(office.account_id, each)) for each in (kept, before, after, partly)] == [
            True, False, False, False,
        ]  # fmt: skip
        recording = open_recording(office.account_id, kept, purpose=PROVIDING, clock=office.clock)
        assert len(recording.read(0, recording.size)) == recording.size
        assert open_transcript(office.account_id, kept, purpose=PROVIDING, clock=office.clock).turns
        part = call_document(office.account_id, partly, purpose=PROVIDING, clock=office.clock)
        assert (part["recording"]["reason"], part["transcript"]["available"]) == ("deleted", True)
        with pytest.raises(NoSuchCall):
            call_document(office.account_id, after, purpose=PROVIDING, clock=office.clock)
        assert open_erasures(office.account_id) == []
        for gone in (before, after, late):
            [receipt] = receipts_of_call(office.account_id, gone, clock=office.clock)
            assert receipt["receipt"]["state"] == "erased"
        with tenant(office.account_id):
            assert set(Erasure.objects.filter(account_id=office.account_id).values_list("requested_by")) == {
                ("me",)
            }
        assert replay.replay(office.clock) == 0


def test_a_call_that_was_going_on_at_the_backup_and_was_deleted_after_it(
    office: Office, backups: Backups, tmp_path: Path, database: Database
) -> None:
    talk = office.answer(office.ring())
    talk.talk()
    made = backups.make()
    talk.hang_up()
    delete(office, Part.CALL, talk.id)
    with backups.restored(made.name, tmp_path / "b2") as other:
        replay.replay(office.clock)
        assert there(office) == []
        with other.superuser() as look:
            assert look.execute("SELECT count(*) FROM calls_call").fetchone() == (0,)


def test_what_was_being_erased_at_the_backup_is_finished(
    office: Office, backups: Backups, tmp_path: Path
) -> None:
    call_id = office.call()
    deletion.mark(office.account_id, [call_id], Part.CALL, "me", office.clock)
    made = backups.make()
    with backups.restored(made.name, tmp_path / "b3"):
        assert gate.standing() == ""  # nobody was told that it is done
        assert open_erasures(office.account_id) == [(call_id, Part.CALL)]
        assert deletion.erase(office.account_id, call_id, Part.CALL, office.clock)


SPREAD = {("mark_again", True), ("remove", False), ("forward", False)}
STEPS = ("mark_again", "enter", "destroy", "remove", "finish")
KILLS = [
    pytest.param(step, after, marks=() if (step, after) in SPREAD else (pytest.mark.long,))
    for step in (*STEPS, "forward")
    for after in (False, True)
]


@pytest.mark.parametrize(("step", "after"), KILLS)
def test_killed_between_any_two_steps_of_a_replay(
    office: Office, backups: Backups, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, after: bool
) -> None:
    kept, *gone = (office.call() for _ in range(3))
    made = backups.make()
    for call_id in gone:
        delete(office, Part.CALL, call_id)
    with backups.restored(made.name, tmp_path / f"k{STEPS.index(step) if step in STEPS else 9}{after:d}"):
        where: Any = replay if step == "forward" else deletion
        with monkeypatch.context() as patch:
            patch.setattr(where, step, dying(getattr(where, step), after=after))
            with pytest.raises(Killed):
                replay.replay(office.clock)
        served = not gate.standing()
        assert served == ((step, after) == ("forward", True))
        replay.replay(office.clock)
        assert gate.standing() == ""
        assert there(office) == [kept]
        assert open_erasures(office.account_id) == []
        assert all(not objects_of_all(office, each) for each in gone)


def objects_of_all(office: Office, call_id: UUID) -> bool:
    from ringfence.apps.calls.objects import Objects
    from ringfence.core.config import current

    return Objects(current().object_store_url).exists(object_name(office.account_id, call_id))


def dying(real: Callable[..., Any], *, after: bool) -> Callable[..., Any]:
    def step(*args: Any, **kwargs: Any) -> Any:
        if after:
            real(*args, **kwargs)
        raise Killed

    return step


def test_a_ledger_that_lost_what_the_database_knows_lets_nothing_be_served(
    office: Office, database: Database, tmp_path: Path
) -> None:
    for _ in range(2):
        delete(office, Part.CALL, office.call(run_after=False))
    [month] = (tmp_path / "ledger" / "erasures").glob("*.jsonl")
    lines = month.read_bytes().splitlines(keepends=True)
    month.write_bytes(lines[0])
    assert gate.standing() == gate.BEHIND
    with pytest.raises(LedgerBroken):
        replay.replay(office.clock)
    month.unlink()
    assert gate.standing() == gate.BEHIND
    month.write_bytes(b"".join(lines))
    assert gate.standing() == ""


def test_a_forged_ledger_deletes_nothing(office: Office, database: Database, tmp_path: Path) -> None:
    """Whoever can write into the ledger's folder cannot have calls deleted: the batch must be signed."""
    kept = office.call(run_after=False)
    delete(office, Part.CALL, office.call(run_after=False))
    [month] = (tmp_path / "ledger" / "erasures").glob("*.jsonl")
    line = month.read_bytes()
    forged = line.replace(b'"number":1', b'"number":2').replace(b'"before":0', b'"before":1')
    month.write_bytes(line + forged)
    assert gate.standing() == gate.RESTORED
    with pytest.raises(LedgerBroken):
        replay.replay(office.clock)
    assert there(office) == [kept]


def test_a_process_that_died_between_ledger_and_mark_is_no_restore(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_id = office.call()
    with monkeypatch.context() as patch:
        patch.setattr("ringfence.lifecycle.ledger.entering.forward", dying(lambda: None, after=False))
        with pytest.raises(Killed):
            delete(office, Part.CALL, call_id)
    assert gate.standing() == gate.RESTORED  # until the worker has come through it, a moment later
    assert replay.replay(office.clock) == 1
    assert gate.standing() == ""
    assert (there(office), open_erasures(office.account_id), read_mark().batch) == ([], [], 1)


def test_after_seven_days_a_backup_opens_nothing_and_its_bytes_go(
    office: Office, backups: Backups, tmp_path: Path, database: Database
) -> None:
    office.call(run_after=False)
    made = backups.make()
    assert made.until - made.day == timedelta(days=7)
    office.clock.advance(6 * 24 * 3600)
    second = backups.make()
    assert backups.target.names() == [made.name, second.name]
    office.clock.advance(24 * 3600)
    assert destroy_passed(office.vault) == [backup_epoch(made.day)]
    with pytest.raises(BackupEnded, match="opens nothing"):
        backups.load(made.name, empty(database, "never"), tmp_path / "b7")
    third = backups.make()
    assert third.pruned == (made.name,)
    assert backups.target.names() == [second.name, third.name]


@pytest.mark.parametrize("cut", ["short", "flipped", "swapped", "header", "empty"])
def test_a_damaged_backup_is_refused(office: Office, backups: Backups, tmp_path: Path, cut: str) -> None:
    office.call()
    made = backups.make()
    file = backups.folder / made.name
    data = file.read_bytes()
    middle = len(data) // 2
    file.write_bytes(
        {
            "short": data[:-100],
            "flipped": data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :],
            "swapped": data.replace(b'"until":"', b'"until":"9', 1),
            "header": data[data.index(b"\n") + 1 :],
            "empty": b"",
        }[cut]
    )
    with pytest.raises(Tampered):
        backups.load(made.name, empty(backups.database, f"damaged_{cut}"), tmp_path / "bad")


@pytest.mark.parametrize(
    "name", ["objects//etc/passwd", "objects/../../x", "objects/a/../../b", "objects/a\\..\\b"]
)
def test_no_object_leads_out_of_the_store(name: str) -> None:
    with pytest.raises(BadInput):
        archive.object_of(name)


@pytest.mark.parametrize("step", ["database", "objects"])
@pytest.mark.parametrize("nth", [0, 1])
def test_a_backup_that_was_killed_leaves_nothing_that_looks_like_one(
    office: Office, backups: Backups, monkeypatch: pytest.MonkeyPatch, step: str, nth: int
) -> None:
    for _ in range(3):
        office.call(run_after=False)
    seen = 0

    def progress(kind: str, _count: int) -> None:
        nonlocal seen
        if kind == step:
            seen += 1
            if seen > (nth if step == "objects" else 0):
                raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("tests.support.backups.unseen", progress)
        with pytest.raises(Killed):
            backups.make()
    assert backups.target.names() == []
    assert backups.make().name in backups.target.names()


def test_what_a_killed_writer_left_goes_with_the_next_backup(office: Office, backups: Backups) -> None:
    backups.folder.mkdir()
    left = backups.folder / "ringfence-20260101T000000Z.backup.part"
    left.write_bytes(b"half")
    assert backups.target.names() == []
    backups.make()
    assert not left.exists()


def test_an_object_erased_while_the_backup_is_written_is_counted_and_missed(
    office: Office, backups: Backups, tmp_path: Path
) -> None:
    call_id = office.call()
    office.objects.delete([object_name(office.account_id, call_id)])
    made = backups.make()
    assert (made.counts.missing, made.counts.objects) == (1, 0)
    with backups.restored(made.name, tmp_path / "b9"):
        assert there(office) == [call_id]
