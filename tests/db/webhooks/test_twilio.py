"""Twilio's webhooks and our calls out, against a carrier that speaks the protocol over a socket."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client, override_settings

from ringfence.apps.calls.document import call_document
from ringfence.apps.calls.reveal import PROVIDING
from ringfence.apps.numbers.causes import Cause
from ringfence.apps.numbers.confirmed import confirm, request_code
from ringfence.apps.numbers.connections import connect, open_connection
from ringfence.apps.numbers.errors import NotCalled
from ringfence.apps.numbers.numbers import add_number, assign, numbers
from ringfence.core.config import current, install
from ringfence.voice.telephony.ports import CarrierFailed
from ringfence.work.dial import call_number, carrier, say_code
from ringfence.work.unanswered import never_answered
from tests.support.office import Office
from tests.support.twilio_standin import OWN, PHONE, SID, TOKEN, Carrier, signature, stream_of
from tests.support.twilio_standin import carrier as stand_in

PUBLIC = "https://calls.example.org"


@dataclass
class Line:
    """An account with a carrier, a number and an agent that answers it."""

    office: Office
    carrier: Carrier
    connection_id: UUID
    number_id: UUID

    @property
    def webhook(self) -> str:
        return f"{PUBLIC}/webhooks/twilio/{self.connection_id}/voice"

    def ring(self, *, url: str | None = None, signed: str | None = None, **changed: str) -> Any:
        fields = {"CallSid": "CA" + "1" * 32, "From": PHONE, "To": OWN, "CallStatus": "ringing", **changed}
        url = url or self.webhook
        headers = {"X-Twilio-Signature": signature(url, fields) if signed is None else signed}
        return Client(raise_request_exception=False).post(
            url.removeprefix(PUBLIC), fields, secure=True, SERVER_NAME="calls.example.org", headers=headers
        )

    def calls(self) -> list[dict[str, Any]]:
        from ringfence.apps.calls.listing import CallFilters, list_calls

        account_id, clock = self.office.account_id, self.office.clock
        found = list_calls(account_id, CallFilters(), clock=clock).rows
        return [call_document(account_id, row.id, purpose=PROVIDING, clock=clock) for row in found]

    def confirmed(self, number: str = PHONE) -> str:
        sent = request_code(self.office.account_id, uuid4(), number, clock=self.office.clock)
        confirm(self.office.account_id, sent.id, sent.code, self.office.clock)
        return number

    def dial(self, to: str = PHONE) -> UUID:
        return call_number(
            self.office.account_id,
            self.office.agent(),
            to,
            self.number_id,
            clock=self.office.clock,
            public_url=PUBLIC,
        )


@pytest.fixture
def line(office: Office) -> Iterator[Line]:
    before = current()
    install(replace(before, public_url=PUBLIC))
    with stand_in() as made, override_settings(ALLOWED_HOSTS=["calls.example.org"]):
        connection_id = connect(
            office.account_id, vendor="twilio", label="Twilio", settings={"account_sid": SID, "base_url": made.address},
            secret=TOKEN, clock=office.clock,
        )  # fmt: skip
        number_id = add_number(office.account_id, connection_id, OWN, clock=office.clock)
        assign(office.account_id, number_id, office.agent())
        yield Line(office, made, connection_id, number_id)
    install(before)


def test_a_call_comes_in_and_is_connected_to_our_media_with_a_ticket(line: Line) -> None:
    answer = line.ring()
    assert answer.status_code == 200
    stream = stream_of(answer.content.decode())
    assert stream.url == f"wss://calls.example.org/media/twilio/{line.connection_id}/stream"
    assert len(stream.parameters["ticket"]) >= 30
    assert stream.parameters["ticket"] not in stream.url
    (call,) = line.calls()
    assert (call["status"], call["direction"], call["channel"], call["from"], call["to"]) == (
        "ringing", "inbound", "twilio", PHONE, OWN,
    )  # fmt: skip


@pytest.mark.parametrize(
    "forged", ["", "x", "AAAAAAAAAAAAAAAAAAAAAAAAAAA=", signature(PUBLIC + "/elsewhere", {})]
)
def test_a_forged_signature_is_refused_and_begins_no_call(line: Line, forged: str) -> None:
    assert line.ring(signed=forged).status_code == 403
    assert line.calls() == []


def test_a_signature_of_other_fields_or_another_secret_is_forged(line: Line) -> None:
    fields = {"CallSid": "CA" + "1" * 32, "From": PHONE, "To": OWN, "CallStatus": "ringing"}
    right = signature(line.webhook, fields)
    assert line.ring(signed=right, From="+12025550199").status_code == 403
    assert line.ring(signed=signature(line.webhook, fields, token="another")).status_code == 403
    assert line.ring(url=f"{line.webhook}?more=1", signed=right).status_code == 403
    assert line.calls() == []


def test_a_connection_that_does_not_exist_answers_as_a_wrong_signature_would_to_a_stranger(
    line: Line,
) -> None:
    assert line.ring(url=f"{PUBLIC}/webhooks/twilio/{uuid4()}/voice").status_code in {403, 404}


def test_another_accounts_number_is_not_answered_through_this_connection(line: Line) -> None:
    assert b"not in service" in line.ring(To="+12025550999").content
    assert line.calls() == []


def test_a_number_without_an_agent_rejects(line: Line) -> None:
    assign(line.office.account_id, line.number_id, None)
    assert b"<Reject" in line.ring().content
    assert line.calls() == []


def test_a_carrier_that_tells_of_a_call_again_begins_no_second_one(line: Line) -> None:
    first, again = (stream_of(line.ring().content.decode()).parameters["ticket"] for _ in range(2))
    assert first != again
    assert len(line.calls()) == 1


def test_what_was_signed_once_begins_nothing_once_the_call_is_over(line: Line) -> None:
    line.ring()
    (call,) = line.calls()
    never_answered(line.office.account_id, UUID(call["id"]), line.office.clock)
    answer = line.ring()
    assert b"<Reject" in answer.content
    assert b"ticket" not in answer.content
    assert len(line.calls()) == 1


def test_another_call_of_the_same_caller_is_another_call(line: Line) -> None:
    line.ring()
    line.ring(CallSid="CA" + "2" * 32)
    assert len(line.calls()) == 2


def test_hostile_fields_do_not_reach_the_answer(line: Line) -> None:
    answer = line.ring(From='"/><Dial>+1900</Dial>', CallSid="x" * 5000)
    assert answer.status_code == 200
    assert b"Dial" not in answer.content


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_posts_are_taken(line: Line, method: str) -> None:
    client = Client(raise_request_exception=False)
    answer = getattr(client, method)(
        line.webhook.removeprefix(PUBLIC), secure=True, SERVER_NAME="calls.example.org"
    )
    assert answer.status_code == 405


def test_a_confirmed_number_is_called_with_a_ticket_and_a_status_address(line: Line) -> None:
    call_id = line.dial(line.confirmed())
    (placed,) = line.carrier.placed
    assert (placed.fields["To"], placed.fields["From"]) == (PHONE, OWN)
    stream = stream_of(placed.fields["Twiml"])
    assert stream.url.startswith("wss://calls.example.org/media/twilio/")
    assert placed.fields["StatusCallback"].endswith(f"/status?call={call_id}")


@pytest.mark.parametrize("status", ["busy", "no-answer", "failed", "canceled"])
def test_a_call_that_nobody_took_is_entered_as_such(line: Line, status: str) -> None:
    line.dial(line.confirmed())
    address = line.carrier.placed[0].fields["StatusCallback"]
    fields = {"CallSid": line.carrier.placed[0].sid, "CallStatus": status}
    answer = Client().post(
        address.removeprefix(PUBLIC), fields, secure=True, SERVER_NAME="calls.example.org",
        headers={"X-Twilio-Signature": signature(address, fields)},
    )  # fmt: skip
    assert answer.status_code == 204
    assert line.calls()[0]["outcome"] == "no_answer"


def test_a_number_that_nobody_confirmed_is_not_dialled(line: Line) -> None:
    with pytest.raises(NotCalled, match="confirm"):
        line.dial()
    request_code(line.office.account_id, uuid4(), PHONE, clock=line.office.clock)
    with pytest.raises(NotCalled):
        line.dial()
    assert (line.carrier.placed, line.calls()) == ([], [])


@pytest.mark.parametrize("cause", list(Cause))
def test_who_asked_not_to_be_called_is_not_called_again(line: Line, cause: Cause) -> None:
    import asyncio

    line.confirmed()
    talk = line.office.answer(line.office.ring(caller=PHONE))
    asyncio.run(line.office.desk.suppress(talk.admitted.setup, cause.value))
    with pytest.raises(NotCalled, match="not to be called"):
        line.dial()
    with pytest.raises(NotCalled):
        request_code(line.office.account_id, uuid4(), PHONE, clock=line.office.clock)
    assert line.carrier.placed == []


@pytest.mark.parametrize("trouble", [{"refuse": 429}, {"refuse": 500}, {"refuse": 400}, {"nonsense": True}])
def test_a_carrier_in_trouble_is_said_and_the_call_is_entered_as_failed(
    line: Line, trouble: dict[str, Any]
) -> None:
    for name, value in trouble.items():
        setattr(line.carrier, name, value)
    with pytest.raises(CarrierFailed):
        line.dial(line.confirmed())
    assert (line.calls()[0]["status"], line.calls()[0]["outcome"]) == ("failed", "failed")


def test_a_wrong_token_is_said_as_such(line: Line) -> None:
    with pytest.raises(CarrierFailed, match="auth token"):
        carrier(
            line.office.account_id, {"account_sid": SID, "base_url": line.carrier.address}, "wrong"
        ).numbers()


def test_a_plain_address_off_this_machine_is_refused() -> None:
    with pytest.raises(CarrierFailed, match="https"):
        carrier(UUID(int=7), {"account_sid": SID, "base_url": "http://carrier.example.org"}, TOKEN)


def test_a_code_is_spoken_and_never_shown(line: Line) -> None:
    account_id = line.office.account_id
    sent = request_code(account_id, uuid4(), PHONE, clock=line.office.clock)
    say_code(open_connection(account_id, line.connection_id), numbers(account_id), sent)
    (placed,) = line.carrier.placed
    assert "".join(c for c in placed.spoken if c.isdigit()) == sent.code * 2
    confirm(account_id, sent.id, sent.code, line.office.clock)
    assert line.dial().version == 7
