"""A call as vCon, the IETF's JSON for conversations (draft-ietf-vcon-vcon-core): parties, dialog, analysis, attachments."""

import base64
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import orjson

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NeverKept, PartGone
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.core.clock import Clock

VERSION: Final = "0.3.0"
MEDIA_TYPE: Final = "application/vcon+json"
STEP: Final = 3 * 64 * 1024  # whole base64 groups


def vcon(account_id: UUID, call_id: UUID, *, clock: Clock, unmask: bool = True) -> dict[str, Any]:
    """A call without its audio. Raises NoSuchCall."""
    call = call_document(account_id, call_id, purpose=PROVIDING, clock=clock, unmask=unmask)
    inbound = call["direction"] == "inbound"
    parties: list[dict[str, Any]] = [{"role": "caller"}, {"role": "agent", "name": call["agent"]["slug"]}]
    for party, number in ((0, call["from" if inbound else "to"]), (1, call["to" if inbound else "from"])):
        if number:
            parties[party]["tel"] = number
    made: dict[str, Any] = {
        "vcon": VERSION,
        "uuid": call["id"],
        "created_at": call["started_at"],
        "subject": f"Call with {call['agent']['slug']}",
        "parties": parties,
        "dialog": [],
        "analysis": _analysis(call),
        "attachments": [
            _attachment(call, "variables", call["variables"]),
            _attachment(call, "consent", {"disclosure": call["disclosure"], "consent": call["consent"]}),
            _attachment(
                call,
                "retention",
                {"policy_version": call["policy_version"], "expires_at": call["expires_at"]},
            ),
        ],
    }
    if call["transcript"]["available"]:
        made["dialog"] += [_text(call, turn) for turn in call["transcript"]["turns"]]
    return made


def vcon_stream(account_id: UUID, call_id: UUID, *, clock: Clock, unmask: bool = True) -> Iterator[bytes]:
    """The same with the audio inline, in pieces: no recording is ever whole in memory. Cut short if it is deleted."""
    document = vcon(account_id, call_id, clock=clock, unmask=unmask)
    try:
        recording = open_recording(account_id, call_id, purpose=PROVIDING, clock=clock)
    except (PartGone, NeverKept):
        yield orjson.dumps(document)
        return
    entry = {
        "type": "recording", "start": document["created_at"], "duration": recording.seconds, "parties": [[0, 1]],
        "mediatype": "audio/x-wav", "filename": f"{call_id}.wav", "encoding": "base64url",
    }  # fmt: skip
    whole = orjson.dumps({**document, "dialog": [{**entry, "body": "\x00"}, *document["dialog"]]})
    before, after = whole.split(b"\\u0000")
    yield before
    for start in range(0, recording.size, STEP):
        recording.still_open()
        yield base64.urlsafe_b64encode(recording.read(start, start + STEP))
    yield after


def _analysis(call: dict[str, Any]) -> list[dict[str, Any]]:
    if not call["summary"]["available"]:
        return []
    return [
        {"type": "summary", "dialog": 0, "vendor": "ringfence", "mediatype": "text/plain", "encoding": "none",
         "body": call["summary"]["text"]}
    ]  # fmt: skip


def _attachment(call: dict[str, Any], purpose: str, body: Any) -> dict[str, Any]:
    return {
        "purpose": purpose, "start": call["started_at"], "party": 1, "mediatype": "application/json", "encoding": "json",
        "body": orjson.dumps(body).decode(),
    }  # fmt: skip


def _text(call: dict[str, Any], turn: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "text", "start": call["started_at"], "offset_s": turn["start_s"],
        "duration": round(turn["end_s"] - turn["start_s"], 3), "parties": 0 if turn["speaker"] == "caller" else 1,
        "mediatype": "text/plain", "encoding": "none", "body": turn["text"],
    }  # fmt: skip
