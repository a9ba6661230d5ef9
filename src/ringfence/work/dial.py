"""Calling out: one decision before each call, asked at the moment of dialling, and the carrier's own protocol after it."""

from typing import Any
from uuid import UUID

from ringfence.apps.agents.versions import get_for_call
from ringfence.apps.calls.purposes import PROVIDING
from ringfence.apps.numbers.confirmed import SentCode
from ringfence.apps.numbers.connections import OpenConnection, open_connection
from ringfence.apps.numbers.dialling import may_dial_now
from ringfence.apps.numbers.e164 import e164
from ringfence.apps.numbers.errors import NoSuchNumber, NotCalled
from ringfence.apps.numbers.numbers import NumberFacts, numbers
from ringfence.core.call import Channel, Direction, Outcome
from ringfence.core.clock import Clock
from ringfence.core.config import current
from ringfence.core.personal import Category
from ringfence.egress.gate import Gate
from ringfence.egress.recipients import Going, Kind
from ringfence.voice.telephony.ports import CarrierFailed
from ringfence.voice.telephony.twilio.rest import DEFAULT_BASE_URL, Account, Rest
from ringfence.voice.telephony.twilio.twiml import say, stream
from ringfence.work.admission import begin_call
from ringfence.work.unanswered import never_answered


def carrier(
    account_id: UUID, settings: dict[str, Any], secret: str, category: Category = Category.CALL
) -> Rest:
    """The carrier's API with a connection's credentials, through the gate. `category` is what it is told."""
    going = Going(kind=Kind.CARRIER, purpose=PROVIDING, category=category, account_id=account_id)
    account = Account(sid=settings["account_sid"], token=secret, base_url=base_url(settings))
    return Rest(account, Gate.of(current()).way(going))


def base_url(settings: dict[str, Any]) -> str:
    """Where a connection's carrier is."""
    return settings.get("base_url") or DEFAULT_BASE_URL


def media_url(public_url: str, connection_id: UUID) -> str:
    """Where a carrier's media stream comes to."""
    return f"{public_url.replace('https://', 'wss://', 1)}/media/twilio/{connection_id}/stream"


def call_number(
    account_id: UUID, agent_id: UUID, to: str, from_id: UUID, *, clock: Clock, public_url: str
) -> UUID:
    """Place a call; its id. Raises NotCalled with the reason, NoSuchNumber, CarrierFailed."""
    number, own = e164(to), _own(account_id, from_id)
    agent = get_for_call(account_id, agent_id)
    connection = open_connection(account_id, own.connection_id)
    decision = may_dial_now(account_id, number)
    if not decision:
        raise NotCalled(decision.sentence)
    call = begin_call(
        account_id, agent, direction=Direction.OUTBOUND, channel=Channel.TWILIO, clock=clock,
        from_number=own.e164, to_number=number, connection_id=connection.id,
    )  # fmt: skip
    client = carrier(account_id, connection.settings, connection.secret)
    try:
        client.place(
            to=number,
            from_=own.e164,
            twiml=stream(media_url(public_url, connection.id), {"ticket": call.ticket}),
            status_callback=f"{public_url}/webhooks/twilio/{connection.id}/status?call={call.id}",
        )
    except CarrierFailed:
        never_answered(account_id, call.id, clock, outcome=Outcome.FAILED)
        raise
    finally:
        client.close()
    return call.id


def say_code(connection: OpenConnection, own: tuple[NumberFacts, ...], sent: SentCode) -> None:
    """Call a number and speak its code, twice. Raises NoSuchNumber without a number to call from, CarrierFailed."""
    mine = next((each for each in own if each.connection_id == connection.id), None)
    if mine is None:
        raise NoSuchNumber("Add one of your own numbers to this connection first: codes are spoken from it.")
    spoken = "Your confirmation code is: " + ", ".join(sent.code) + "."
    client = carrier(connection.account_id, connection.settings, connection.secret, Category.ACCOUNT)
    try:
        client.place(to=sent.number, from_=mine.e164, twiml=say(spoken, times=2))
    finally:
        client.close()


def _own(account_id: UUID, number_id: UUID) -> NumberFacts:
    found = next((each for each in numbers(account_id) if each.id == number_id), None)
    if found is None:
        raise NoSuchNumber("Choose one of your own numbers to call from.")
    return found
