"""Holds, recipients, the trail, consent and receipts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import ConfigDict

from ringfence.web.api.shapes.base import Shape


class Hold(Shape):
    id: UUID
    names: str
    agent_id: UUID | None
    number: str | None
    calls: int
    reason: str
    set_by: str
    set_at: datetime
    ends_at: datetime | None
    released_by: str | None
    released_at: datetime | None
    ended_at: datetime | None


class Recipient(Shape):
    id: UUID
    kind: str
    role: str
    host: str
    port: int
    purposes: list[str]
    categories: list[str]
    ground: str
    country: str | None
    module: int | None
    assessed_on: date | None
    agreement: str
    may_receive: bool
    why: str


class Passage(Shape):
    """What a recipient was given on a day: counts, no content."""

    day: date
    purpose: str
    category: str
    connections: int
    bytes_sent: int
    bytes_received: int
    last_at: datetime


class Received(Recipient):
    registered_at: datetime
    ended_at: datetime | None
    connections: int
    bytes_sent: int
    bytes_received: int
    last_at: datetime | None


class ReceivedByDay(Received):
    days: list[Passage]


class RecipientPage(Shape):
    """The account's own, and the operator's for the whole installation."""

    items: list[Received]
    installation: list[Recipient]
    next: str | None


class Refusal(Shape):
    """What did not leave on a day, and why."""

    day: date
    kind: str
    host: str
    port: int
    purpose: str
    category: str
    reason: str
    times: int
    last_at: datetime
    says: str


class Who(Shape):
    kind: str
    id: UUID | None


class What(Shape):
    kind: str
    id: str


class Event(Shape):
    """`batch` and `sealed_at` once it is sealed; `changed` names what became otherwise."""

    id: UUID
    at: datetime
    actor: Who
    act: str
    object: What | None
    purpose: str | None
    source: str | None
    calls: list[UUID]
    under: What | None
    batch: int | None
    sealed_at: datetime | None
    changed: Any


class ConsentRecord(Schema):
    """A record of consent or objection: ids and moments, no number, name or word."""

    model_config = ConfigDict(extra="allow")

    id: UUID


class ReceiptLine(Schema):
    """What was deleted, and how it stands in every place."""

    model_config = ConfigDict(extra="allow")

    id: UUID
    account: UUID
    call: UUID
    part: str
    state: str
    complete: bool
    places: list[dict[str, Any]]


class Signed(Schema):
    """A receipt with its signature, for `ringfence verify`."""

    model_config = ConfigDict(extra="allow")

    receipt: ReceiptLine
    signature: Any


class Signatures(Shape):
    items: list[Signed]


class Proof(Schema):
    """An event with the way from its leaf to a signed head, for `ringfence verify`."""

    model_config = ConfigDict(extra="allow")
