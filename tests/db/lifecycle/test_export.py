"""A call as vCon: what another program needs to read it, and nothing that is not there any more."""

import base64
import io
import wave
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import pytest

from ringfence.apps.calls.errors import NoSuchCall, PartGone
from ringfence.apps.calls.reveal import PROVIDING, open_recording
from ringfence.lifecycle import export
from ringfence.lifecycle.deletion import Part, delete_parts
from ringfence.lifecycle.export import vcon, vcon_stream
from ringfence.work.unanswered import never_answered
from tests.support.office import AGENT, CALLER, SAID, Office


def streamed(office: Office, call_id: UUID, **how: Any) -> dict[str, Any]:
    text = b"".join(vcon_stream(office.account_id, call_id, clock=office.clock, **how))
    made: dict[str, Any] = orjson.loads(text)
    check(made)
    return made


def check(made: dict[str, Any]) -> None:
    """What draft-ietf-vcon-vcon-core-04's JSON schema asks for."""
    assert made["vcon"] == "0.4.0"
    assert UUID(made["uuid"]).version == 7
    assert datetime.fromisoformat(made["created_at"]).tzinfo
    for dialog in made["dialog"]:
        assert dialog["type"] in {"recording", "incomplete"}
        assert datetime.fromisoformat(dialog["start"]).tzinfo
        assert all(0 <= party < len(made["parties"]) for party in dialog["parties"])
        if dialog["type"] == "incomplete":
            assert dialog["disposition"] in {"no-answer", "failed"}
            assert "body" not in dialog
    for analysis in made["analysis"]:
        assert analysis["type"] in {"transcript", "summary"}
        assert analysis["vendor"]
    for attachment in made["attachments"]:
        assert {"start", "party", "dialog", "purpose"} <= set(attachment)
    for content in (*made["dialog"], *made["analysis"], *made["attachments"]):
        assert content.get("encoding", "none") in {"base64url", "json", "none"}
        assert "url" not in content


def test_a_whole_call_with_its_audio(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "STEP", 3 * 1000)
    call_id = office.call()
    made = streamed(office, call_id)
    assert made["uuid"] == str(call_id)
    assert made["parties"] == [
        {"type": "person", "tel": CALLER}, {"type": "bot", "name": "front-desk", "tel": AGENT},
    ]  # fmt: skip
    [dialog] = made["dialog"]
    assert (dialog["parties"], dialog["originator"], dialog["duration"]) == ([0, 1], 0, 10.0)
    body = dialog["body"]
    audio = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
    recording = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    assert audio == recording.read(0, recording.size)
    with wave.open(io.BytesIO(audio)) as file:
        assert file.getnchannels() == len(dialog["parties"])
    transcript, summary = made["analysis"]
    assert [turn["text"] for turn in transcript["body"]["turns"]] == [text for _, text, *_ in SAID]
    assert [turn["party"] for turn in transcript["body"]["turns"]] == [1, 0, 1, 0]
    assert "ferry" in summary["body"]
    attached = {each["purpose"]: each["body"] for each in made["attachments"]}
    assert attached["variables"]["values"]["day"]["value"] == "2026-01-09"
    assert attached["consent"]["consent"]["answer"] == "yes"
    assert attached["retention"]["plan"] == "starter"


def test_what_is_gone_is_not_in_it(office: Office) -> None:
    call_id = office.call()
    for part in (Part.RECORDING, Part.TRANSCRIPT):
        delete_parts(office.account_id, [call_id], part, actor="test", clock=office.clock)
    made = streamed(office, call_id)
    assert "body" not in made["dialog"][0]
    assert made["analysis"] == []
    assert "ferry" not in orjson.dumps(made).decode()
    delete_parts(office.account_id, [call_id], Part.CALL, actor="test", clock=office.clock)
    with pytest.raises(NoSuchCall):
        vcon_stream(office.account_id, call_id, clock=office.clock)


def test_a_stream_breaks_off_when_its_recording_is_deleted(office: Office) -> None:
    call_id = office.call()
    pieces = vcon_stream(office.account_id, call_id, clock=office.clock)
    next(pieces)
    delete_parts(office.account_id, [call_id], Part.RECORDING, actor="test", clock=office.clock)
    with pytest.raises(PartGone):
        next(pieces)


def test_a_call_that_nobody_answered_is_incomplete(office: Office) -> None:
    new = office.ring()
    never_answered(office.account_id, new.id, office.clock)
    never_answered(office.account_id, new.id, office.clock)
    [dialog] = streamed(office, new.id)["dialog"]
    assert (dialog["type"], dialog["disposition"]) == ("incomplete", "no-answer")


def test_numbers_can_be_masked(office: Office) -> None:
    made = vcon(office.account_id, office.call(), clock=office.clock, unmask=False)
    assert CALLER not in orjson.dumps(made).decode()


def test_words_of_a_caller_break_nothing(office: Office) -> None:
    said = (("caller", 'a "quote" \\u0000 \0 ⟨body⟩', 1.0, 2.0),)
    made = streamed(office, office.call(said=said))
    assert made["analysis"][0]["body"]["turns"][0]["text"] == said[0][1]
