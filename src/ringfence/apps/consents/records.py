"""Writing and finding records of consent and opt-out.

Written from the voice's side as well as from pages, so these take a cursor whose transaction has its account set. Each is written once: the
moment of the first stays.
"""

from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db.models import Q

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.cursors import Position, decode, encode
from ringfence.apps.consents.models import Answer, Kind, Record
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.call import CallResult, CallSetup, ConsentAnswer
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.policy import Plan, until
from ringfence.policy.values import KeptLine

PAGE: Final = 50
_WRITE: Final = """
INSERT INTO consents_record (id, account_id, call_id, kind, answer, script_sha256, agent_id, agent_version,
  channel, policy_version, at, until) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT DO NOTHING
"""
_FORGET: Final = "DELETE FROM consents_record WHERE account_id = %s AND until <= %s"
_ANSWERS: Final = {
    ConsentAnswer.YES: Answer.YES,
    ConsentAnswer.NO: Answer.NO,
    ConsentAnswer.NO_ANSWER: Answer.NO_ANSWER,
}
_OBJECTIONS: Final = {"stop_calling": Kind.CALLING, "dont_record": Kind.RECORDING}


class RecordPage(NamedTuple):
    """Records as the API tells them: no number, name or word."""

    items: list[dict[str, Any]]
    next: str | None


def of_call(cursor: Cursor, clock: Clock, setup: CallSetup, result: CallResult) -> None:
    """What a call that is taken in leaves: the answer to the recording question or that it was announced, and each objection."""
    answer = _ANSWERS.get(result.consent.answer)
    if answer is not None:
        at = result.answered_at + timedelta(seconds=result.consent.at_s or 0.0)
        _write(cursor, clock, setup, Kind.RECORDING, answer, at, result.consent.script_sha256 or "")
    elif result.disclosure.recorded and result.disclosure.said_at_s is not None:
        at = result.answered_at + timedelta(seconds=result.disclosure.said_at_s)
        _write(cursor, clock, setup, Kind.RECORDING, Answer.TOLD, at, result.disclosure.script_sha256)
    for right in result.rights:
        if (kind := _OBJECTIONS.get(right.right)) is not None:
            at = result.answered_at + timedelta(seconds=right.at_s)
            _write(cursor, clock, setup, kind, Answer.OBJECTED, at, "")


def objected(cursor: Cursor, clock: Clock, setup: CallSetup) -> None:
    """That somebody wants no more calls, at the moment it is said: a process that dies after it forgets no objection."""
    _write(cursor, clock, setup, Kind.CALLING, Answer.OBJECTED, clock.now(), "")


def consent_records(
    account_id: UUID,
    clock: Clock,
    *,
    call_id: UUID | None = None,
    cursor: str | None = None,
    limit: int = PAGE,
) -> RecordPage:
    """What is on record, newest first; of one call if it is named. Raises BadCursor."""
    with tenant(account_id):
        rows = Record.objects.filter(account_id=account_id, until__gt=clock.now())
        if call_id is not None:
            rows = rows.filter(call_id=call_id)
        if cursor:
            after = decode(cursor)
            rows = rows.filter(Q(at__lt=after.started_at) | Q(at=after.started_at, id__lt=after.call_id))
        found = list(rows.order_by("-at", "-id")[: limit + 1])
    last = found[limit - 1] if len(found) > limit else None
    return RecordPage(
        [_document(row) for row in found[:limit]], encode(Position(last.at, last.id)) if last else None
    )


def forget_old(cursor: Cursor, account_id: UUID, now: datetime) -> None:
    """Let go of records whose years have passed."""
    cursor.execute(_FORGET, (account_id, now))


def _write(
    cursor: Cursor, clock: Clock, setup: CallSetup, kind: Kind, answer: Answer, at: datetime, script: str
) -> None:
    cursor.execute(
        _WRITE,
        (
            new_id(clock), setup.account_id, setup.call_id, kind.value, answer.value,
            script, setup.agent_id, setup.agent_version, setup.channel.value, setup.policy_version, at,
            until(KeptLine.COMPLIANCE, Plan(setup.plan), at),
        ),
    )  # fmt: skip


def _document(row: Record) -> dict[str, Any]:
    return {
        "id": str(row.id), "call": str(row.call_id), "kind": row.kind, "answer": row.answer,
        "script_sha256": row.script_sha256 or None, "agent": {"id": str(row.agent_id), "version": row.agent_version},
        "channel": row.channel, "policy_version": row.policy_version, "at": row.at, "kept_until": row.until,
    }  # fmt: skip
