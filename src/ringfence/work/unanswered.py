"""Calls that never came to speech: entered with how they ended, and with the end of their log."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import note
from ringfence.apps.keys.wiring import vault
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.call import CallResult, Consent, ConsentAnswer, Disclosure, Outcome, Status
from ringfence.core.clock import Clock
from ringfence.vault.vault import Vault
from ringfence.work.live import LiveRow, read_live
from ringfence.work.rows import CallRows

_STATUS: Final = {Outcome.NO_ANSWER: Status.COMPLETED, Outcome.FAILED: Status.FAILED}


def never_answered(
    account_id: UUID, call_id: UUID, clock: Clock, *, outcome: Outcome = Outcome.NO_ANSWER
) -> None:
    """Close a call that is still ringing: nobody answered, or (FAILED) it could not be placed.

    One that was answered, or is unknown, is left as it is.
    """
    with tenant(account_id), connection.cursor() as cursor:
        row = read_live(cursor, vault(), account_id, call_id, lock=True)
        if row is not None and row.status is Status.RINGING:
            close_unanswered(cursor, vault(), row, clock.now(), outcome)


def close_unanswered(cursor: Cursor, vault: Vault, row: LiveRow, now: datetime, outcome: Outcome) -> None:
    """The rows of a call of which nothing is but its log; the row is locked."""
    result = CallResult(
        call_id=row.setup.call_id, account_id=row.setup.account_id, status=_STATUS[outcome], outcome=outcome,
        answered_at=now, ended_at=now, duration_s=0.0, words_kept=False, recording_kept=False,
        disclosure=Disclosure(ai=False, recorded=False, said_at_s=None, script_sha256=""),
        consent=Consent(answer=ConsentAnswer.NOT_ASKED),
    )  # fmt: skip
    rows = CallRows(cursor, vault, row.setup, result, row.periods)
    rows.log()
    rows.recording(0, b"")
    rows.transcript()
    note(cursor, vault, row.setup.account_id, Act.CALL_TAKEN_IN, Thing("call", str(row.setup.call_id)))
