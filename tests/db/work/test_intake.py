"""Taking a call in: what becomes of it, once, whatever happens twice or in between."""

import asyncio
import shutil
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.agents.models import Agent
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.models import Call, Recording, Transcript
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.apps.keys.models import Bucket
from ringfence.core.call import Outcome
from ringfence.core.clock import ManualClock
from ringfence.core.errors import Unavailable
from ringfence.policy import AgentPeriods
from ringfence.work.database import Database as Pool
from ringfence.work.intake import Intake
from tests.support.database import Database
from tests.support.office import AGENT, CALLER, SAID, VARIABLES, Office, Talk


def document(office: Office, call_id: UUID) -> dict[str, Any]:
    return call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


def jobs(database: Database, call_id: UUID) -> int:
    with database.superuser() as look:
        row = look.execute(
            "SELECT count(*) FROM procrastinate_jobs WHERE args->>'call_id' = %s", [str(call_id)]
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_a_call_goes_the_whole_way(office: Office) -> None:
    call_id = office.call()
    shown = document(office, call_id)
    assert (shown["from"], shown["to"], shown["status"], shown["outcome"]) == (
        CALLER, AGENT, "completed", "finished",
    )  # fmt: skip
    assert shown["agent"] == {"slug": "front-desk", "version": 1}
    assert [turn["text"] for turn in shown["transcript"]["turns"]] == [text for _, text, *_ in SAID]
    values = shown["variables"]["values"]
    assert {name: each["given"] for name, each in values.items()} == {v.name: v.given for v in VARIABLES}
    assert values["day"]["value"] == "2026-01-09"
    assert "ferry" in shown["summary"]["text"]
    assert shown["duration_s"] == 10.0
    assert shown["recording"]["available"]
    assert shown["recording"]["bytes"] == 44 + 10 * 8000 * 4
    audio = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    assert audio.size == shown["recording"]["bytes"]
    assert any(audio.read(44, 4044))
    assert list(office.folder.iterdir()) == []


def test_parts_carry_their_ends_and_the_policy_from_birth(office: Office) -> None:
    office.agent(periods=AgentPeriods(recording=2, transcript=7))
    call_id = office.call()
    with tenant(office.account_id):
        call = Call.objects.get(account_id=office.account_id, id=call_id)
        recording = Recording.objects.get(account_id=office.account_id, call_id=call_id)
        transcript = Transcript.objects.get(account_id=office.account_id, call_id=call_id)
        epochs = dict(Bucket.objects.filter(account_id=office.account_id).values_list("part", "epoch"))
    assert call.ended_at is not None
    ended = call.ended_at
    assert recording.expires_at == ended + timedelta(days=2)
    assert transcript.expires_at == ended + timedelta(days=7)
    assert call.expires_at == ended + timedelta(days=30)
    assert epochs == {
        "log": "day/2026-01-31", "recording": "day/2026-01-03", "transcript": "day/2026-01-08",
    }  # fmt: skip
    assert call.live_keys is None


def test_a_shorter_period_counts_for_later_calls_alone(office: Office) -> None:
    talk = office.answer(office.ring())
    talk.talk()
    office.agent(periods=AgentPeriods(recording=0, transcript=0))
    talk.hang_up()
    assert document(office, talk.id)["recording"]["available"]
    later = office.answer(office.ring())
    assert not later.admitted.recording_allowed
    assert not later.admitted.transcript_allowed


def test_no_part_outlives_the_log_through_which_it_is_found(office: Office) -> None:
    agent_id = office.agent()
    with tenant(office.account_id):  # such periods are refused by the agent's page
        Agent.objects.filter(account_id=office.account_id, id=agent_id).update(keep_log_days=3)
    call_id = office.call()
    shown = document(office, call_id)
    assert shown["recording"]["expires_at"] == shown["transcript"]["expires_at"] == shown["expires_at"]


def test_what_is_kept_for_no_day_is_written_nowhere(office: Office, database: Database) -> None:
    """Even if the voice had recorded it: admission says no first, intake says no again."""
    office.agent(periods=AgentPeriods(recording=0, transcript=0))
    call_id = office.call()
    shown = document(office, call_id)
    for part in ("recording", "transcript", "summary", "variables"):
        assert shown[part] == {"available": False, "reason": "never_kept"}
    assert not office.objects.exists(object_name(office.account_id, call_id))
    with database.superuser() as look:
        row = look.execute("SELECT count(*) FROM calls_searchtokens WHERE call_id = %s", [call_id]).fetchone()
    assert row == (0,)


def test_no_means_typed_answers_and_no_words(office: Office) -> None:
    call_id = office.call(audio=False, words=False)
    shown = document(office, call_id)
    assert shown["recording"]["reason"] == "never_kept"
    assert shown["transcript"]["reason"] == "never_kept"
    assert shown["variables"]["values"]["day"]["value"] == "2026-01-09"
    assert shown["consent"]["answer"] == "no"


def test_delivered_twice_is_once(office: Office, database: Database) -> None:
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    copies = {path: path.with_suffix(".copy") for path in (journals.audio, journals.words) if path}
    for path, copy in copies.items():
        shutil.copy(path, copy)
    for _ in range(2):
        office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
        for path, copy in copies.items():
            assert not path.exists()
            shutil.copy(copy, path)
    assert jobs(database, talk.id) == 1
    with tenant(office.account_id):
        assert Recording.objects.filter(account_id=office.account_id, call_id=talk.id).count() == 1
    assert document(office, talk.id)["recording"]["available"]


def test_a_delivery_whose_journal_another_took_is_done(office: Office) -> None:
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    assert document(office, talk.id)["status"] == "completed"


def test_the_database_gone_for_a_while(office: Office, database: Database, vault: Any) -> None:
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    away = Pool(database.url("media").replace("host=", "host=/nowhere"))
    away._pool._timeout = 0.2  # type: ignore[attr-defined]
    gone = Intake(away, vault, office.objects)
    with pytest.raises(Unavailable):
        asyncio.run(gone.deliver(talk.admitted.setup, talk.result(), journals, talk.admitted.keys))
    assert journals.audio is not None
    assert journals.audio.exists()
    with tenant(office.account_id):
        assert Call.objects.get(account_id=office.account_id, id=talk.id).status == "in_progress"
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    assert document(office, talk.id)["transcript"]["available"]


def test_an_object_store_that_is_full_leaves_the_call_waiting(office: Office) -> None:
    talk = office.answer(office.ring())
    talk.talk()
    journals = talk.close()
    where = office.objects._folder / object_name(office.account_id, talk.id)  # type: ignore[operator]
    where.mkdir(parents=True)
    (where / "in the way").touch()
    with pytest.raises(Unavailable):
        office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    shutil.rmtree(where)
    office.intake.take(talk.admitted.setup, talk.result(), journals, talk.admitted.keys)
    assert document(office, talk.id)["recording"]["available"]


def test_an_unclosed_journal_is_closed_on_the_way(office: Office) -> None:
    """A full disk can keep the voice from closing it."""
    talk = office.answer(office.ring())
    talk.talk()
    result = talk.result()
    talk.die()
    office.intake.take(talk.admitted.setup, result, paths(talk), talk.admitted.keys)
    assert (
        open_recording(office.account_id, talk.id, purpose=PROVIDING, clock=office.clock).read(0, 4)
        == b"RIFF"
    )


def paths(talk: Talk) -> Any:
    from ringfence.voice.runtime.ports import Journals

    folder = talk.office.folder
    return Journals(audio=folder / f"{talk.id}.audio", words=folder / f"{talk.id}.words")


def test_a_ticket_works_once_and_for_its_own_channel(office: Office, clock: ManualClock) -> None:
    from ringfence.core.call import Channel

    new = office.ring()
    assert asyncio.run(office.desk.redeem(new.ticket, Channel.TWILIO, None)) is None
    again = office.ring()
    office.answer(again)
    assert asyncio.run(office.desk.redeem(again.ticket, Channel.LOOPBACK, None)) is None
    late = office.ring()
    clock.advance(90)
    assert asyncio.run(office.desk.redeem(late.ticket, Channel.LOOPBACK, None)) is None
    assert asyncio.run(office.desk.redeem("no such ticket", Channel.LOOPBACK, None)) is None


def test_one_who_asked_not_to_be_called_is_remembered(office: Office) -> None:
    from ringfence.apps.numbers.dialling import may_dial_now

    talk = office.answer(office.ring())
    asyncio.run(office.desk.suppress(talk.admitted.setup, "spoken"))
    asyncio.run(office.desk.suppress(talk.admitted.setup, "key"))
    assert may_dial_now(office.account_id, CALLER).reason == "suppressed"


def test_a_live_call_shows_its_numbers_and_nothing_else(office: Office) -> None:
    talk = office.answer(office.ring())
    shown = document(office, talk.id)
    assert (shown["status"], shown["from"]) == ("in_progress", CALLER)
    for part in ("recording", "transcript", "summary", "variables"):
        assert shown[part] == {"available": False, "reason": "pending"}
    talk.talk()
    talk.hang_up(Outcome.CALLER_HUNG_UP)
    assert document(office, talk.id)["outcome"] == "caller_hung_up"
