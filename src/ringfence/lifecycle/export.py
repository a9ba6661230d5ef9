"""A call as vCon, the IETF's JSON for conversations (draft-ietf-vcon-vcon-core-04): parties, dialog, analysis, attachments.

The call is one dialog: a recording with a channel for each party, inline where it is kept. The transcript and the
summary are analyses of it; captured variables, consent and retention are attachments. Nothing refers to the outside.
"""

import base64
from collections.abc import Iterator
from typing import Any, Final
from uuid import UUID

import orjson

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import part_of_one_act
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NeverKept, PartGone
from ringfence.apps.calls.reveal import PROVIDING, OpenRecording, open_recording
from ringfence.core.clock import Clock

VERSION: Final = "0.4.0"
MEDIA_TYPE: Final = "application/vcon"
AUDIO_TYPE: Final = "audio/x-wav"  # as the draft spells it
STEP: Final = 3 * 64 * 1024  # whole base64 groups
CALLER, AGENT = 0, 1
_HERE: Final = "\x00"
_DISPOSITIONS: Final = {"no_answer": "no-answer", "failed": "failed"}


def vcon(account_id: UUID, call_id: UUID, *, clock: Clock, unmask: bool = True) -> dict[str, Any]:
    """A call without its audio. Raises NoSuchCall."""
    with tenant(account_id):
        record(account_id, Act.CALL_EXPORTED, Thing("call", str(call_id)))
        with part_of_one_act():
            call = call_document(account_id, call_id, purpose=PROVIDING, clock=clock, unmask=unmask)
    return {
        "vcon": VERSION,
        "uuid": call["id"],
        "created_at": clock.now().isoformat(),
        "subject": f"Call with {call['agent']['slug']}",
        "parties": _parties(call),
        "dialog": [_dialog(call)],
        "analysis": _analysis(call),
        "attachments": [
            _attachment(call, "variables", call["variables"]),
            _attachment(call, "consent", {"disclosure": call["disclosure"], "consent": call["consent"]}),
            _attachment(
                call,
                "retention",
                {name: call[name] for name in ("plan", "policy_version", "expires_at")},
            ),
        ],
    }


def vcon_stream(account_id: UUID, call_id: UUID, *, clock: Clock, unmask: bool = True) -> Iterator[bytes]:
    """The same with the audio inline, in pieces: no recording is ever whole in memory.

    What can be refused is refused before the first piece. The stream breaks off with PartGone if the recording is deleted
    on the way.
    """
    document = vcon(account_id, call_id, clock=clock, unmask=unmask)
    recording = None
    if document["dialog"][0]["type"] == "recording":
        try:
            with part_of_one_act():
                recording = open_recording(account_id, call_id, purpose=PROVIDING, clock=clock)
        except (PartGone, NeverKept):
            recording = None
    return iter([orjson.dumps(document)]) if recording is None else _pieces(document, recording, call_id)


def _pieces(document: dict[str, Any], recording: OpenRecording, call_id: UUID) -> Iterator[bytes]:
    inline = {
        "mediatype": AUDIO_TYPE, "filename": f"{call_id}.wav", "encoding": "base64url", "body": _HERE,
    }  # fmt: skip
    document["dialog"][0] |= {"duration": recording.seconds, **inline}
    before, after = orjson.dumps(document).split(
        orjson.dumps(_HERE)[1:-1], 1
    )  # nothing before it is anybody's text
    yield before
    for start in range(0, recording.size, STEP):
        recording.still_open()
        yield base64.urlsafe_b64encode(recording.read(start, start + STEP)).rstrip(b"=")
    yield after


def _parties(call: dict[str, Any]) -> list[dict[str, Any]]:
    """The person and the agent, whoever called whom."""
    person, own = (call["from"], call["to"]) if call["direction"] == "inbound" else (call["to"], call["from"])
    parties: list[dict[str, Any]] = [
        {"type": "person"},
        {"type": "bot", "name": call["agent"]["slug"]},
    ]
    for party, number in zip(parties, (person, own), strict=True):
        if number:
            party["tel"] = number
    return parties


def _dialog(call: dict[str, Any]) -> dict[str, Any]:
    """The call itself. A recording that is not available has no content, as after a redaction."""
    start = call["answered_at"] or call["started_at"]
    parties = {"parties": [CALLER, AGENT], "originator": CALLER if call["direction"] == "inbound" else AGENT}
    if call["outcome"] in _DISPOSITIONS and not call["answered_at"]:
        return {
            "type": "incomplete", "start": start, "disposition": _DISPOSITIONS[call["outcome"]], **parties,
        }  # fmt: skip
    return {"type": "recording", "start": start, "duration": call["duration_s"] or 0, **parties}


def _analysis(call: dict[str, Any]) -> list[dict[str, Any]]:
    made = []
    if call["transcript"]["available"]:
        made.append(
            {"type": "transcript", "dialog": 0, "vendor": "ringfence", "schema": "ringfence-turns-1",
             "mediatype": "application/json", "encoding": "json", "body": _turns(call)}
        )  # fmt: skip
    if call["summary"]["available"]:
        made.append(
            {"type": "summary", "dialog": 0, "vendor": "ringfence", "mediatype": "text/plain", "encoding": "none",
             "body": call["summary"]["text"]}
        )  # fmt: skip
    return made


def _turns(call: dict[str, Any]) -> dict[str, Any]:
    turns = [
        {**turn, "party": CALLER if turn["speaker"] == "caller" else AGENT}
        for turn in call["transcript"]["turns"]
    ]
    return {"turns": turns, "expires_at": call["transcript"]["expires_at"]}


def _attachment(call: dict[str, Any], purpose: str, body: Any) -> dict[str, Any]:
    return {
        "purpose": purpose, "start": call["started_at"], "party": AGENT, "dialog": 0, "mediatype": "application/json",
        "encoding": "json", "body": body,
    }  # fmt: skip
