"""Consent and opt-out on record: apart from the call, without content, for the policy's years and not a second longer."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ringfence.apps.calls.errors import BadCursor
from ringfence.apps.consents.records import consent_records
from ringfence.boot.living import forget_consents
from ringfence.core.call import Consent, ConsentAnswer, RightAsked
from ringfence.core.config import current
from ringfence.lifecycle.assurance import keeping
from ringfence.lifecycle.assurance.values import Looking, State
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.policy import Plan, until
from ringfence.policy.values import KeptLine
from tests.support.accounts import an_account
from tests.support.database import Database, as_login
from tests.support.office import CALLER, Office, Talk
from tests.support.sweeping import Broom


def records(office: Office, call_id: UUID) -> list[dict[str, Any]]:
    return consent_records(office.account_id, office.clock, call_id=call_id).items


def left(office: Office) -> int:
    with office.worker.transaction(office.account_id) as cursor:
        row = cursor.execute(
            "SELECT count(*) FROM consents_record WHERE account_id = %s", (office.account_id,)
        ).fetchone()
    assert row is not None
    return int(row[0])


def begun(office: Office) -> Talk:
    talk = office.answer(office.ring())
    talk.talk()
    return talk


def taken_in(talk: Talk, **changes: Any) -> None:
    result = replace(talk.result(), **changes)
    asyncio.run(talk.office.intake.deliver(talk.admitted.setup, result, talk.close(), talk.admitted.keys))


def answered(answer: ConsentAnswer) -> Consent:
    return Consent(answer=answer, at_s=3.0, script_sha256="a" * 64)


@pytest.mark.parametrize("answer", [ConsentAnswer.YES, ConsentAnswer.NO, ConsentAnswer.NO_ANSWER])
def test_an_answer_is_on_record_with_its_moment_and_the_words_that_were_played(
    office: Office, answer: ConsentAnswer
) -> None:
    talk = begun(office)
    taken_in(talk, consent=answered(answer))
    (record,) = records(office, talk.id)
    assert (record["kind"], record["answer"]) == ("recording", answer.value)
    assert record["script_sha256"] == "a" * 64
    assert record["at"] == talk.answered_at + timedelta(seconds=3)
    assert record["kept_until"] == until(KeptLine.COMPLIANCE, Plan.STARTER, record["at"])
    assert record["agent"] == {"id": str(office.agent()), "version": 1}


def test_who_was_told_and_not_asked_is_on_record_as_told(office: Office) -> None:
    talk = begun(office)
    taken_in(talk, consent=Consent(answer=ConsentAnswer.NOT_ASKED))
    assert [each["answer"] for each in records(office, talk.id)] == ["told"]


def test_a_call_that_nobody_records_leaves_none(office: Office) -> None:
    talk = office.answer(office.ring())
    talk.talk(audio=False, words=True)
    unsaid = replace(talk.result().disclosure, recorded=False)
    taken_in(talk, consent=Consent(answer=ConsentAnswer.NOT_ASKED), disclosure=unsaid)
    assert records(office, talk.id) == []


def test_an_objection_is_on_record_when_it_is_said_and_not_again_with_the_call(office: Office) -> None:
    talk = begun(office)
    asyncio.run(office.desk.suppress(talk.admitted.setup, "key"))
    (record,) = records(office, talk.id)
    assert (record["kind"], record["answer"], record["at"]) == ("calling", "objected", office.clock.now())
    taken_in(
        talk, consent=Consent(answer=ConsentAnswer.NOT_ASKED),
        rights=(RightAsked(right="stop_calling", at_s=1.0), RightAsked(right="dont_record", at_s=2.0)),
    )  # fmt: skip
    found = {(each["kind"], each["answer"]) for each in records(office, talk.id)}
    assert found == {("calling", "objected"), ("recording", "told"), ("recording", "objected")}
    assert record in records(office, talk.id), "the first moment stays"


def test_a_browser_without_a_number_can_object_too(office: Office) -> None:
    talk = office.answer(office.ring(caller=None))
    asyncio.run(office.desk.suppress(talk.admitted.setup, "spoken"))
    assert [each["kind"] for each in records(office, talk.id)] == ["calling"]


def test_a_call_that_was_killed_after_its_answer_has_its_record(office: Office) -> None:
    talk = begun(office)
    talk.recorder.note("consent", {"answer": "yes", "at_s": 3.0, "script_sha256": "b" * 64})
    talk.die()
    office.clock.advance(3600)
    office.recovery.run()
    assert [(each["answer"], each["script_sha256"]) for each in records(office, talk.id)] == [
        ("yes", "b" * 64)
    ]


def test_it_outlives_its_call_and_holds_nothing_of_it(office: Office, database: Database) -> None:
    call_id = office.call()
    before = records(office, call_id)
    delete_parts(office.account_id, [call_id], Part.CALL, actor="member:1", clock=office.clock)
    assert records(office, call_id) == before != []
    with database.superuser() as look:
        rows = look.execute(
            "SELECT row_to_json(r)::text FROM consents_record r WHERE account_id = %s", [office.account_id]
        ).fetchall()
    text = " ".join(row[0] for row in rows)
    assert CALLER.removeprefix("+") not in text
    assert "Friday" not in text
    assert not [key for row in rows for key in json.loads(row[0]) if "index" in key or "number" in key]


def test_it_is_there_until_the_last_second_of_its_years(office: Office) -> None:
    call_id, broom = office.call(), Broom(office)
    end = records(office, call_id)[0]["kept_until"]
    broom.until(end - timedelta(seconds=1))
    forget_consents(office.worker, office.vault, broom.sweeper)
    assert len(records(office, call_id)) == 1
    broom.later(seconds=1)
    assert records(office, call_id) == [], "refused before anything is removed"
    broom.witnessed = timedelta(days=-1)
    forget_consents(office.worker, office.vault, broom.sweeper)
    assert left(office) == 1, "a clock in doubt lets nothing go"
    broom.witnessed = timedelta()
    forget_consents(office.worker, office.vault, broom.sweeper)
    assert left(office) == 0


def test_another_account_finds_none_of_it(office: Office) -> None:
    call_id = office.call()
    assert consent_records(an_account(office.clock), office.clock, call_id=call_id).items == []
    with office.media.transaction(an_account(office.clock)) as cursor:
        row = cursor.execute("SELECT count(*) FROM consents_record").fetchone()
    assert row == (0,), "with the filter forgotten"


def test_no_login_that_serves_can_change_one(office: Office) -> None:
    office.call()
    for login in (office.media, office.worker):
        with (
            pytest.raises(psycopg.errors.InsufficientPrivilege),
            login.transaction(office.account_id) as cursor,
        ):
            cursor.execute("UPDATE consents_record SET answer = 'yes'")


def test_pages_go_on_where_the_last_ended(office: Office) -> None:
    calls = [office.call(audio=False, words=False, run_after=False, seconds=1.0) for _ in range(3)]
    first = consent_records(office.account_id, office.clock, limit=2)
    rest = consent_records(office.account_id, office.clock, cursor=first.next, limit=2)
    assert [each["call"] for each in first.items + rest.items] == [str(each) for each in reversed(calls)]
    assert rest.next is None
    with pytest.raises(BadCursor):
        consent_records(office.account_id, office.clock, cursor="xyz")


def test_a_recording_without_a_record_is_noticed(office: Office, database: Database) -> None:
    call_id = office.call()
    looking = Looking(office.clock, current(), office.vault)
    with as_login("worker"):
        before = keeping.consents(looking).facts["Recordings without one"]
        with database.superuser() as admin:
            admin.execute("UPDATE consents_record SET call_id = account_id WHERE call_id = %s", [call_id])
        found = keeping.consents(looking)
        with database.superuser() as admin:
            admin.execute("UPDATE consents_record SET call_id = %s WHERE call_id = account_id", [call_id])
    assert found.state is State.NOT_KEPT
    assert int(found.facts["Recordings without one"]) == int(before) + 1
