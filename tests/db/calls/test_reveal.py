"""The one opener: to the last second, for a purpose, in its own place, and never a byte that was changed."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.errors import NeverKept, NoSuchCall, PartGone
from ringfence.apps.calls.models import Call, Recording, Transcript
from ringfence.apps.calls.objects import object_name
from ringfence.apps.calls.reveal import (
    PROVIDING,
    open_numbers,
    open_recording,
    open_transcript,
    open_waveform,
)
from ringfence.core.errors import NotAllowed
from ringfence.policy import AgentPeriods, load
from ringfence.vault.errors import Tampered
from ringfence.vault.keyring import day_epoch
from tests.support.accounts import an_account
from tests.support.office import CALLER, Office

OPENERS = (open_transcript, open_recording, open_waveform)


def shown(office: Office, call_id: UUID, **how: Any) -> dict[str, Any]:
    return call_document(office.account_id, call_id, purpose=PROVIDING, clock=office.clock, **how)


@pytest.mark.parametrize("opener", OPENERS)
def test_readable_to_the_last_second_and_refused_from_the_next(office: Office, opener: Any) -> None:
    office.agent(periods=AgentPeriods(recording=3, transcript=3))
    call_id = office.call()
    end = office.clock.now() + timedelta(days=3)
    at: dict[str, Any] = {"purpose": PROVIDING, "clock": office.clock}
    office.clock.moment = end - timedelta(microseconds=1)
    assert opener(office.account_id, call_id, **at)
    stream = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    stream.still_open()
    office.clock.moment = end
    with pytest.raises(PartGone, match="time for which this was kept"):
        opener(office.account_id, call_id, **at)
    with pytest.raises(PartGone):
        stream.still_open()
    call = shown(office, call_id)
    assert {call[p]["reason"] for p in ("recording", "transcript", "summary", "variables")} == {"expired"}
    office.clock.moment = end + timedelta(days=27)
    for gone in (*OPENERS, call_document):
        with pytest.raises(NoSuchCall):
            gone(office.account_id, call_id, **at)


def test_a_clock_set_back_opens_nothing_that_was_destroyed(office: Office) -> None:
    call_id = office.call()
    day = (office.clock.now() + timedelta(days=30)).date()
    office.vault.keyring.destroy(day_epoch(day))
    with pytest.raises(PartGone):
        open_transcript(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    call = shown(office, call_id)
    assert (call["from"], call["recording"]["available"]) == (None, False)
    with pytest.raises(PartGone):
        open_recording(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


@pytest.mark.parametrize("opener", [*OPENERS, call_document])
@pytest.mark.parametrize("purpose", [*(p.id for p in load().purposes if p.id != "service"), "curiosity", ""])
def test_only_providing_the_service_opens_call_data(office: Office, opener: Any, purpose: str) -> None:
    """Conditions (with permission, as required, anonymised) are nobody's yes until somebody checks them."""
    with pytest.raises(NotAllowed):
        opener(office.account_id, office.call(run_after=False), purpose=purpose, clock=office.clock)


@pytest.mark.parametrize("opener", [*OPENERS, call_document])
def test_anothers_call_is_one_that_does_not_exist(office: Office, opener: Any) -> None:
    call_id, stranger = office.call(), an_account(office.clock)
    with pytest.raises(NoSuchCall) as theirs:
        opener(stranger, call_id, purpose=PROVIDING, clock=office.clock)
    with pytest.raises(NoSuchCall) as nobodys:
        opener(stranger, UUID(int=5), purpose=PROVIDING, clock=office.clock)
    assert str(theirs.value) == str(nobodys.value)


def test_live_parts_are_pending_and_others_never_were(office: Office) -> None:
    talk, quiet = office.answer(office.ring()), office.call(audio=False, words=False, variables=())
    for opener in OPENERS:
        with pytest.raises(PartGone, match="not ready"):
            opener(office.account_id, talk.id, purpose=PROVIDING, clock=office.clock)
        with pytest.raises(NeverKept):
            opener(office.account_id, quiet, purpose=PROVIDING, clock=office.clock)


def test_numbers_open_live_and_later_and_are_masked_on_demand(office: Office) -> None:
    talk, ended = office.answer(office.ring()), office.call()
    with tenant(office.account_id):
        rows = list(Call.objects.filter(account_id=office.account_id))
        found = open_numbers(rows, office.clock, purpose=PROVIDING)
        with pytest.raises(NotAllowed):
            open_numbers(rows, office.clock, purpose="support")
    assert {found[talk.id].from_number, found[ended].from_number} == {CALLER}
    assert shown(office, ended, unmask=False)["from"] == "+1••••••••73"


SWAPS: list[tuple[Any, str]] = [
    (Transcript, "turns_sealed"), (Transcript, "variables_sealed"), (Transcript, "summary_sealed"),
    (Transcript, "wrapped_key"), (Recording, "wrapped_key"), (Recording, "waveform_sealed"),
]  # fmt: skip


@pytest.mark.parametrize(("model", "column"), SWAPS)
def test_two_calls_sealed_bytes_cannot_be_swapped(office: Office, model: Any, column: str) -> None:
    one, other = office.call(), office.call()
    with tenant(office.account_id):
        theirs = model.objects.values_list(column, flat=True).get(account_id=office.account_id, call_id=other)
        model.objects.filter(account_id=office.account_id, call_id=one).update(**{column: bytes(theirs)})
    opener: Any = open_transcript if model is Transcript else open_waveform
    with pytest.raises(Tampered):
        opener(office.account_id, one, purpose=PROVIDING, clock=office.clock)


def test_a_summary_cannot_stand_in_for_the_turns(office: Office) -> None:
    call_id = office.call()
    with tenant(office.account_id):
        row = Transcript.objects.get(account_id=office.account_id, call_id=call_id)
        row.turns_sealed, row.summary_sealed = row.summary_sealed, row.turns_sealed
        row.save()
    with pytest.raises(Tampered):
        open_transcript(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)


@pytest.mark.parametrize("change", ["flip", "cut", "another"])
def test_a_changed_recording_is_refused(office: Office, change: str) -> None:
    call_id, other = office.call(), office.call()
    assert office.objects._folder is not None
    path = office.objects._folder / object_name(office.account_id, call_id)
    data = bytearray(path.read_bytes())
    if change == "flip":
        data[len(data) // 2] ^= 1
    elif change == "cut":
        del data[-2000:]
    else:
        data = bytearray((office.objects._folder / object_name(office.account_id, other)).read_bytes())
    path.unlink()
    path.write_bytes(data)

    def heard() -> bytes:
        opened = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
        return opened.read(0, opened.size)

    with pytest.raises(Tampered):
        heard()


def test_a_recording_says_its_true_length(office: Office) -> None:
    call_id = office.call()
    opened = open_recording(office.account_id, call_id, purpose=PROVIDING, clock=office.clock)
    assert shown(office, call_id)["recording"]["bytes"] == opened.size == len(opened.read(0, 10**9))


def test_the_document_has_the_fields_of_the_contract(office: Office) -> None:
    assert list(shown(office, office.call())) == [
        "id", "agent", "direction", "channel", "from", "to", "status", "outcome", "started_at", "answered_at",
        "ended_at", "duration_s", "recording", "transcript", "summary", "variables", "disclosure", "consent", "timings",
        "costs", "problems", "plan", "policy_version", "expires_at",
    ]  # fmt: skip
