"""A call that is taken in when its time, or a part's, has passed already: nothing of what is over is ever written."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NoSuchCall
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.core.call import Outcome
from ringfence.policy import AgentPeriods
from tests.support.database import Database
from tests.support.office import Office
from tests.support.sweeping import sealed


def late(office: Office, days: float, **periods: int) -> UUID:
    """A call that ended, and was handed over only days later."""
    office.agent(periods=AgentPeriods(**periods))
    talk = office.answer(office.ring())
    talk.talk()
    result, journals = talk.result(Outcome.FINISHED), talk.close()
    office.clock.advance(timedelta(days=days).total_seconds())
    office.intake.take(talk.admitted.setup, result, journals, talk.admitted.keys)
    office.after.run(office.account_id, talk.id)
    assert not list(office.folder.iterdir())
    return talk.id


def document(office: Office, call_id: UUID) -> dict[str, Any]:
    return call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


def test_within_its_time_a_late_call_is_as_any_other(office: Office, database: Database) -> None:
    told = document(office, late(office, 29.99))
    assert told["recording"]["available"]
    assert told["summary"]["available"]


def test_a_part_that_is_over_is_not_written_and_says_that_it_expired(
    office: Office, database: Database
) -> None:
    call_id = late(office, 4, recording=3)
    assert sealed(database, office, call_id) == {"calls_call", "calls_transcript", "calls_searchtokens"}
    told = document(office, call_id)
    assert told["recording"] == {"available": False, "reason": "expired"}
    assert told["transcript"]["available"]
    other = late(office, 4, transcript=3)
    assert sealed(database, office, other) == {"calls_call", "calls_recording", "object"}
    assert document(office, other)["variables"] == {"available": False, "reason": "expired"}


def buckets(database: Database, office: Office) -> int:
    with database.superuser() as look:
        row = look.execute(
            "SELECT count(*) FROM keys_bucket WHERE account_id = %s", [office.account_id]
        ).fetchone()
    return int(row[0]) if row else 0


@pytest.mark.parametrize("days", [30, 400])
def test_a_call_that_is_over_leaves_nothing(office: Office, database: Database, days: int) -> None:
    call_id = late(office, days)
    assert sealed(database, office, call_id) == set()
    with pytest.raises(NoSuchCall):
        document(office, call_id)
    assert buckets(database, office) == 0  # no key was made for a day that is over


def test_recovery_after_a_month_makes_no_key_of_the_past(office: Office, database: Database) -> None:
    talk = office.answer(office.ring())
    talk.talk()
    talk.die()
    office.clock.advance(timedelta(days=40).total_seconds())
    assert office.recovery.run() >= 1
    assert sealed(database, office, talk.id) == set()
    assert buckets(database, office) == 0
