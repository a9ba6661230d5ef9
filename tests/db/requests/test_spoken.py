"""A right that was claimed aloud and outlives its call: entered once, with its day, whatever becomes of the call."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.requests.models import Request
from ringfence.apps.requests.spoken import requests_of_call
from ringfence.core.call import RightAsked
from ringfence.lifecycle.deletion import Part, delete_parts
from tests.support.accounts import an_account
from tests.support.database import Database
from tests.support.office import Office, Talk

DELETE = RightAsked(right="delete_data", at_s=42.0)


def said(talk: Talk, asked: RightAsked) -> None:
    """The words were understood."""
    setup = talk.admitted.setup
    asyncio.run(talk.office.desk.enter(setup, talk.answered_at, asked))


def taken_in(talk: Talk, *rights: RightAsked) -> None:
    result = replace(talk.result(), rights=rights)
    asyncio.run(talk.office.intake.deliver(talk.admitted.setup, result, talk.close(), talk.admitted.keys))


def begun(office: Office) -> Talk:
    talk = office.answer(office.ring())
    talk.talk()
    return talk


def events(office: Office, database: Database) -> int:
    with database.superuser() as look:
        row = look.execute(
            "SELECT count(*) FROM audit_event WHERE account_id = %s", [office.account_id]
        ).fetchone()
    assert row is not None
    return int(row[0])


def test_it_is_entered_when_it_is_said_and_not_again_with_the_call(
    office: Office, database: Database
) -> None:
    talk = begun(office)
    before = events(office, database)
    said(talk, DELETE)
    (first,) = requests_of_call(office.account_id, talk.id)
    said(talk, DELETE)
    assert events(office, database) == before + 1
    taken_in(talk, DELETE)
    assert requests_of_call(office.account_id, talk.id) == [first]
    assert (first["kind"], first["channel"], first["state"]) == ("erasure", "call", "open")
    asked_at = talk.answered_at + timedelta(seconds=42)
    assert datetime.fromisoformat(first["asked_at"]) == asked_at.astimezone(UTC)
    assert events(office, database) == before + 2  # the request, and the call that was taken in


def test_a_call_that_dies_after_the_words_has_its_request(office: Office) -> None:
    talk = begun(office)
    said(talk, DELETE)
    talk.die()
    office.clock.advance(3600)
    office.recovery.run()
    assert len(requests_of_call(office.account_id, talk.id)) == 1


def test_what_the_call_itself_brought_to_its_end_is_no_request(office: Office) -> None:
    talk = begun(office)
    rights: list[Any] = ["stop_calling", "dont_record", "is_it_a_machine", "person"]
    for right in rights:
        said(talk, RightAsked(right=right, at_s=1.0))
    taken_in(talk, *(RightAsked(right=right, at_s=1.0) for right in rights))
    assert requests_of_call(office.account_id, talk.id) == []


def test_it_outlives_the_call(office: Office) -> None:
    talk = begun(office)
    taken_in(talk, DELETE)
    delete_parts(office.account_id, [talk.id], Part.CALL, actor="member:1", clock=office.clock)
    assert len(requests_of_call(office.account_id, talk.id)) == 1


def test_another_account_sees_none_of_it_with_its_filter_forgotten(office: Office) -> None:
    talk = begun(office)
    said(talk, DELETE)
    with tenant(an_account(office.clock)):
        assert not Request.objects.filter(call_id=talk.id).exists()


def test_nothing_that_was_said_is_in_it(office: Office, database: Database) -> None:
    talk = begun(office)
    said(talk, DELETE)
    with database.superuser() as look:
        row = look.execute(
            "SELECT row_to_json(r)::text FROM requests_request r WHERE call_id = %s", [talk.id]
        )
        (text,) = row.fetchone() or ("",)
    assert str(talk.id) in text
    assert "2025550173" not in text
