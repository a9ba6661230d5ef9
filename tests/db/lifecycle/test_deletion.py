"""Deletion: unreadable at once, gone everywhere, in any order, after any crash, and honest while it is not done."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Barrier, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.listing import CallFilters, list_calls
from ringfence.apps.calls.models import Call, Erasure, Recording, Transcript
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING, open_recording, open_transcript, open_waveform
from ringfence.core.errors import Conflict, NotFound
from ringfence.lifecycle import deletion
from ringfence.lifecycle.deletion import Part, delete_parts, erase, open_erasures
from tests.support.accounts import an_account
from tests.support.database import Database
from tests.support.dying import Killed
from tests.support.office import CALLER, Office

STEPS = ("mark", "enter", "destroy", "remove", "finish")
CRASHES = [
    (step, after, part)
    for step in STEPS
    for after in (False, True)
    for part in Part
    if (step, after) != ("mark", False) and (step, part) != ("remove", Part.TRANSCRIPT)
]


def delete(office: Office, part: Part, *ids: UUID) -> deletion.DeletionOutcome:
    return delete_parts(office.account_id, ids, part, actor="test", clock=office.clock)


def document(office: Office, call_id: UUID) -> dict[str, Any]:
    return call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


def found(office: Office, **filters: Any) -> list[UUID]:
    page = list_calls(office.account_id, CallFilters(**filters), clock=office.clock)
    return [row.id for row in page.rows]


def left(database: Database, office: Office, call_id: UUID) -> dict[str, int]:
    """How much of a call is anywhere, as somebody sees it who may see everything."""
    with database.superuser() as look:
        counts = {
            table: look.execute(
                f"SELECT count(*) FROM {table} WHERE {column} = %s AND {some}",  # noqa: S608 - our own tables
                [call_id],
            ).fetchone()
            for table, column, some in (
                ("calls_call", "id", "num_nonnulls(wrapped_key, numbers_sealed, from_index, to_index, live_keys) > 0"),
                ("calls_recording", "call_id", "num_nonnulls(wrapped_key, waveform_sealed) > 0"),
                ("calls_transcript", "call_id",
                 "num_nonnulls(wrapped_key, turns_sealed, summary_sealed, variables_sealed) > 0"),
                ("calls_searchtokens", "call_id", "true"),
            )
        }  # fmt: skip
    here = {table: int(row[0]) for table, row in counts.items() if row and row[0]}
    if office.objects.exists(object_name(office.account_id, call_id)):
        here["object"] = 1
    return here


def test_the_recording_alone(office: Office, database: Database) -> None:
    call_id = office.call()
    opened = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    assert delete(office, Part.RECORDING, call_id).done == (call_id,)
    call = document(office, call_id)
    assert call["recording"] == {"available": False, "reason": "deleted"}
    assert call["transcript"]["available"]
    assert call["summary"]["available"]
    with pytest.raises(PartGone):
        opened.still_open()
    with pytest.raises(PartGone):
        opened.read(0, 1000)
    with pytest.raises(PartGone):
        open_waveform(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    assert set(left(database, office, call_id)) == {"calls_call", "calls_transcript", "calls_searchtokens"}


def test_the_transcript_takes_summary_variables_and_search_along(office: Office, database: Database) -> None:
    call_id = office.call()
    assert found(office, words="ferry") == found(office, variable=("people", "4")) == [call_id]
    assert delete(office, Part.TRANSCRIPT, call_id).done == (call_id,)
    call = document(office, call_id)
    for part in ("transcript", "summary", "variables"):
        assert call[part] == {"available": False, "reason": "deleted"}
    assert call["recording"]["available"]
    assert found(office, words="ferry") == found(office, variable=("people", "4")) == []
    assert set(left(database, office, call_id)) == {"calls_call", "calls_recording", "object"}


def test_the_call(office: Office, database: Database) -> None:
    call_id, other = office.call(), office.call()
    assert delete(office, Part.CALL, call_id).done == (call_id,)
    assert left(database, office, call_id) == {}
    with pytest.raises(NoSuchCall):
        document(office, call_id)
    with pytest.raises(NoSuchCall):
        open_transcript(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    assert found(office) == found(office, number=CALLER) == found(office, words="ferry") == [other]
    with tenant(office.account_id):
        [mark] = Erasure.objects.filter(account_id=office.account_id, call_id=call_id)
    assert (mark.state, mark.requested_by, mark.done_at) == ("done", "test", office.clock.now())
    assert mark.places == {
        "database": "erased", "search": "erased", "queue": "erased", "objects": "erased",
        "carrier": "never_held", "engines": "never_held", "tools": "never_held",
    }  # fmt: skip


def test_again_changes_nothing(office: Office) -> None:
    call_id = office.call()
    for part in (Part.RECORDING, Part.RECORDING, Part.TRANSCRIPT, Part.CALL, Part.CALL, Part.RECORDING):
        assert delete(office, part, call_id, call_id) == deletion.DeletionOutcome((call_id,), ())


def test_a_part_that_never_was_stays_what_it_is(office: Office) -> None:
    call_id = office.call(audio=False, words=False, variables=())
    delete(office, Part.RECORDING, call_id)
    delete(office, Part.TRANSCRIPT, call_id)
    assert document(office, call_id)["recording"]["reason"] == "never_kept"
    with pytest.raises(NeverKept):
        open_transcript(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


def test_several_at_once_are_all_or_none(office: Office) -> None:
    ids = [office.call() for _ in range(3)]
    with pytest.raises(NotFound):
        delete(office, Part.CALL, *ids, uuid4())
    assert sorted(found(office)) == ids
    assert set(delete(office, Part.CALL, *ids).done) == set(ids)
    assert found(office) == []


def test_a_call_in_progress_is_refused_and_says_why(office: Office) -> None:
    talk, ended = office.answer(office.ring()), office.call()
    with pytest.raises(Conflict, match="Hang it up first"):
        delete(office, Part.CALL, ended, talk.id)
    assert len(found(office)) == 2
    talk.talk()
    talk.hang_up()
    assert delete(office, Part.CALL, talk.id).done == (talk.id,)


def test_another_accounts_call_is_one_that_does_not_exist(office: Office) -> None:
    call_id, stranger = office.call(), an_account(office.clock)
    with pytest.raises(NotFound) as theirs:
        delete_parts(stranger, [call_id], Part.CALL, actor="x", clock=office.clock)
    with pytest.raises(NotFound) as nobodys:
        delete_parts(stranger, [uuid4()], Part.CALL, actor="x", clock=office.clock)
    assert str(theirs.value) == str(nobodys.value)
    assert document(office, call_id)["recording"]["available"]


@contextmanager
def killed(monkeypatch: pytest.MonkeyPatch, step: str, *, after: bool) -> Iterator[None]:
    """The process dies right before, or right after, a step of a deletion."""
    real: Callable[..., Any] = getattr(deletion, step)

    def dying(*args: Any) -> Any:
        if after:
            real(*args)
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(deletion, step, dying)
        with pytest.raises(Killed):
            yield


@pytest.mark.parametrize(("step", "after", "part"), CRASHES)
def test_killed_between_any_two_steps_and_tried_again(
    office: Office, database: Database, monkeypatch: pytest.MonkeyPatch, part: Part, step: str, after: bool
) -> None:
    call_id = office.call()
    with killed(monkeypatch, step, after=after):
        delete(office, part, call_id)
    if (step, after) == ("finish", True):
        assert open_erasures(office.account_id) == []
    else:
        assert open_erasures(office.account_id) == [(call_id, part)]
        unreadable(office, call_id, part)
        assert erase(office.account_id, call_id, part, office.clock)
    assert open_erasures(office.account_id) == []
    rest = set(left(database, office, call_id))
    assert (
        rest
        == {
            Part.CALL: set(),
            Part.RECORDING: {"calls_call", "calls_transcript", "calls_searchtokens"},
            Part.TRANSCRIPT: {"calls_call", "calls_recording", "object"},
        }[part]
    )


def unreadable(office: Office, call_id: UUID, part: Part) -> None:
    """From the mark on, whatever became of the rest."""
    at: dict[str, Any] = {"purpose": PROVIDING, "clock": office.clock}
    call = document(office, call_id)
    if part is not Part.TRANSCRIPT:
        assert call["recording"]["reason"] == "being_erased"
        for opening in (open_recording, open_waveform):
            with pytest.raises(PartGone, match="being erased"):
                opening(office.account_id, call_id, **at)
    if part is not Part.RECORDING:
        assert {call[p]["reason"] for p in ("transcript", "summary", "variables")} == {"being_erased"}
        with pytest.raises(PartGone, match="being erased"):
            open_transcript(office.account_id, call_id, **at)
        assert found(office, words="ferry") == []
    if part is Part.CALL:
        assert (call["status"], call["from"], call["consent"]) == ("being_erased", None, None)
        assert found(office, number=CALLER) == []
    [row] = list_calls(office.account_id, CallFilters(), clock=office.clock).rows
    assert row.being_erased == (part is Part.CALL)


@pytest.fixture
def stuck(office: Office) -> tuple[UUID, Callable[[], None]]:
    """A call whose object cannot be erased, and what makes it erasable again."""
    call_id = office.call()
    assert office.objects._folder is not None
    where = office.objects._folder / object_name(office.account_id, call_id)
    aside = where.with_suffix(".aside")
    where.rename(aside)
    where.mkdir()
    (where / "held").touch()

    def free() -> None:
        shutil.rmtree(where)
        aside.rename(where)

    return call_id, free


def test_an_object_that_cannot_be_erased_fails_closed(
    office: Office, database: Database, stuck: tuple[UUID, Callable[[], None]]
) -> None:
    call_id, free = stuck
    other = office.call()
    outcome = delete(office, Part.CALL, call_id, other)
    assert outcome == deletion.DeletionOutcome(done=(other,), open=(call_id,))
    unreadable(office, call_id, Part.CALL)
    assert delete(office, Part.CALL, call_id).open == (call_id,)
    with tenant(office.account_id):
        mark = Erasure.objects.get(account_id=office.account_id, call_id=call_id)
    assert (mark.state, mark.attempts, mark.places["objects"]) == ("requested", 2, "failed")
    assert set(left(database, office, call_id)) <= {"object"}
    free()
    assert erase(office.account_id, call_id, Part.CALL, office.clock)
    assert left(database, office, call_id) == {}
    assert found(office) == []


def test_the_worker_finishes_what_is_open(
    office: Office, database: Database, stuck: tuple[UUID, Callable[[], None]]
) -> None:
    from ringfence.boot.erasing import finish_erasures
    from tests.support.database import as_login

    call_id, free = stuck
    delete(office, Part.RECORDING, call_id)
    assert document(office, call_id)["recording"]["reason"] == "being_erased"
    free()
    with as_login("worker"):
        finish_erasures(office.worker, office.vault)
    assert document(office, call_id)["recording"]["reason"] == "deleted"
    assert "object" not in left(database, office, call_id)


def test_a_late_upload_is_found_and_erased(office: Office) -> None:
    """An object that comes back after it was erased is looked for by name, whatever the row says."""
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    assert journals.audio is not None
    copy = journals.audio.with_suffix(".late")
    shutil.copy(journals.audio, copy)
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    deletion.mark(office.account_id, [talk.id], Part.RECORDING, "test", office.clock)
    deletion.destroy(office.account_id, [talk.id], Part.RECORDING)
    deletion.remove(office.account_id, [talk.id])
    office.objects.put(object_name(office.account_id, talk.id), copy)
    assert deletion.finish(office.account_id, [talk.id], Part.RECORDING, set(), office.clock) == set()
    assert erase(office.account_id, talk.id, Part.RECORDING, office.clock)


def test_a_delivery_that_comes_after_the_deletion_leaves_nothing(office: Office, database: Database) -> None:
    """The same call delivered twice, deleted in between."""
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    assert journals.audio is not None
    kept = journals.audio.read_bytes()
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    for part in (Part.RECORDING, Part.CALL):
        delete(office, part, talk.id)
        journals.audio.write_bytes(kept)
        office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
        assert not journals.audio.exists()
        assert "object" not in left(database, office, talk.id)
    assert left(database, office, talk.id) == {}


def test_deleted_by_many_at_once(office: Office, database: Database) -> None:
    ids = [office.call(run_after=False) for _ in range(4)]
    start, outcomes = Barrier(4), list[Any]()

    def go(part: Part) -> None:
        start.wait()
        outcomes.append(delete(office, part, *ids))
        connection.close()

    parts = (Part.CALL, Part.RECORDING, Part.TRANSCRIPT, Part.CALL)
    threads = [Thread(target=go, args=[part]) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == 4
    assert all(left(database, office, call_id) == {} for call_id in ids)
    assert open_erasures(office.account_id) == []


@pytest.mark.parametrize("login", ["web", "worker"])
def test_either_login_may(office: Office, login: Any) -> None:
    from tests.support.database import as_login

    call_id = office.call()
    with as_login(login):
        assert delete(office, Part.CALL, call_id).done == (call_id,)
    with tenant(office.account_id):
        assert not any(
            model.objects.filter(account_id=office.account_id).exists()
            for model in (Call, Recording, Transcript)
        )


def test_an_erasure_that_knows_of_no_place_yet_is_finished_too(
    office: Office, database: Database, stuck: tuple[UUID, Callable[[], None]]
) -> None:
    """One row that cannot be written would keep every other erasure open."""
    from ringfence.boot.erasing import finish_erasures
    from tests.support.database import as_login

    call_id, free = stuck
    delete(office, Part.RECORDING, call_id)
    with database.superuser() as admin:
        admin.execute("UPDATE calls_erasure SET places = '{}' WHERE call_id = %s", [call_id])
    free()
    with as_login("worker"):
        finish_erasures(office.worker, office.vault)
    assert document(office, call_id)["recording"]["reason"] == "deleted"
