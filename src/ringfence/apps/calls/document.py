"""A call's JSON: the one shape that the API, `ringfence call --json` and exports share.

Every part says whether it is available, and if not, why: deleted, being_erased, expired, never_kept, or pending while the
call lives and its after-call work is not done. Of a call that is being erased as a whole nothing is told but that.
"""

from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.models import Call, Recording
from ringfence.apps.calls.numbers import masked
from ringfence.apps.calls.reveal import (
    OpenTranscript,
    check_purpose,
    demand_key,
    gate,
    open_numbers,
    read_transcript,
)
from ringfence.apps.calls.wav import FRAME, HEADER, MEDIA_TYPE
from ringfence.core.clock import Clock

WEB_RATE: Final = 16_000
TELEPHONE_RATE: Final = 8_000
NOT_YOURS: Final = "your_role"


def call_document(
    account_id: UUID,
    call_id: UUID,
    *,
    purpose: str,
    clock: Clock,
    unmask: bool = True,
    once_within: timedelta | None = None,
) -> dict[str, Any]:
    """Everything that may be known of a call now. A part that is not available says why. Raises NoSuchCall.

    Without `unmask`, for whoever may see that the call took place and no more: numbers are masked, and no part is opened. `once_within` is for whoever asks again and again for one look.
    """
    check_purpose(purpose)
    with tenant(account_id):
        words: OpenTranscript | None = None
        why: str | None = NOT_YOURS
        if unmask:
            words, why = _words(account_id, call_id, purpose, clock)  # first: the call may end while we look
        row = Call.objects.filter(account_id=account_id, id=call_id).first()
        if row is None or (row.expires_at is not None and clock.now() >= row.expires_at):
            raise NoSuchCall("There is no such call.")
        numbers = open_numbers([row], clock, purpose=purpose).get(call_id)
        recording = _recording(
            Recording.objects.filter(account_id=account_id, call_id=call_id).first(), row, clock
        )
        this = Thing("call", str(call_id))
        record(account_id, Act.CALL_OPENED, this, purpose=purpose, once_within=once_within)
    if not unmask:
        recording = {"available": False, "reason": NOT_YOURS}
    show = (lambda number: number) if unmask else masked
    told = row.being_erased_at is None
    return {
        "id": str(row.id),
        "agent": {"slug": row.agent_slug, "version": row.agent_version},
        "direction": row.direction,
        "channel": row.channel,
        "from": show(numbers.from_number) if numbers else None,
        "to": show(numbers.to_number) if numbers else None,
        "status": "being_erased" if row.being_erased_at else row.status,
        "outcome": row.outcome,
        "started_at": _moment(row.started_at),
        "answered_at": _moment(row.answered_at),
        "ended_at": _moment(row.ended_at),
        "duration_s": None if row.duration_ms is None else row.duration_ms / 1000,
        "recording": recording,
        "transcript": _transcript(words, why),
        "summary": _summary(words, why),
        "variables": _variables(words, why),
        "disclosure": row.disclosure if told else None,
        "consent": row.consent if told else None,
        "timings": row.timings if told else [],
        "costs": row.costs if told else {},
        "problems": row.problems if told else [],
        "plan": row.plan,
        "policy_version": row.policy_version,
        "expires_at": _moment(row.expires_at),
    }


def _words(
    account_id: UUID, call_id: UUID, purpose: str, clock: Clock
) -> tuple[OpenTranscript | None, str | None]:
    try:
        return read_transcript(account_id, call_id, purpose=purpose, clock=clock), None
    except PartGone as gone:
        return None, gone.reason
    except NeverKept:
        return None, "never_kept"


def _recording(part: Any, row: Call, clock: Clock) -> dict[str, Any]:
    if part is None:
        return {"available": False, "reason": "being_erased" if row.being_erased_at else "pending"}
    try:
        gate(part.state, part.expires_at, row.being_erased_at, clock)
        demand_key(part)
    except PartGone as gone:
        return {"available": False, "reason": gone.reason}
    except NeverKept:
        return {"available": False, "reason": "never_kept"}
    rate = WEB_RATE if row.channel == "web" else TELEPHONE_RATE
    return {
        "available": True,
        "duration_s": part.duration_ms / 1000,
        "bytes": HEADER + part.duration_ms * rate // 1000 * FRAME,
        "media_type": MEDIA_TYPE,
        "expires_at": _moment(part.expires_at),
    }


def _transcript(words: OpenTranscript | None, why: str | None) -> dict[str, Any]:
    if words is None:
        return {"available": False, "reason": why}
    if words.turns is None:
        return {"available": False, "reason": "never_kept"}
    return {"available": True, "expires_at": _moment(words.expires_at), "turns": words.turns}


def _summary(words: OpenTranscript | None, why: str | None) -> dict[str, Any]:
    if words is None:
        return {"available": False, "reason": why}
    if words.turns is None:
        return {"available": False, "reason": "never_kept"}
    if words.summary is None:
        return {"available": False, "reason": "pending"}
    return {"available": True, "text": words.summary}


def _variables(words: OpenTranscript | None, why: str | None) -> dict[str, Any]:
    if words is None:
        return {"available": False, "reason": why}
    values = {each["name"]: {k: each[k] for k in ("type", "given", "value")} for each in words.variables}
    return {"available": True, "values": values}


def _moment(value: Any) -> str | None:
    return None if value is None else value.isoformat().replace("+00:00", "Z")
