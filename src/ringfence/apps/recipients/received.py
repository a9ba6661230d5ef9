"""Who received what of an account, as its people see it: by recipient and by day, in counts. There is no content to show."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, cast
from uuid import UUID

from django.db.models import Max, Sum

from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.recipients.book import recipient as read
from ringfence.apps.recipients.errors import NoSuchRecipient
from ringfence.apps.recipients.models import House, Passage, Refusal
from ringfence.apps.recipients.models import Recipient as Row
from ringfence.egress.recipients import Recipient

VALUES: Final = (
    "id", "kind", "role", "host", "port", "purposes", "categories", "ground", "country", "module", "assessed_on", "agreement",
)  # fmt: skip
MOST_DAYS: Final = 90
MOST_REFUSALS: Final = 100
_Sums = tuple[int, int, int, datetime | None]
_NOTHING: Final[_Sums] = (0, 0, 0, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A recipient, and what it was given in all. `last_at` of None: nothing yet."""

    recipient: Recipient
    registered_at: datetime
    ended_at: datetime | None
    tunnels: int
    sent: int
    received: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What one was given on a day (UTC), for one purpose and of one category: connections, bytes there and back."""

    day: date
    purpose: str
    category: str
    tunnels: int
    sent: int
    received: int
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """What did not leave on a day: to where, for what, why, how often."""

    day: date
    kind: str
    host: str
    port: int
    purpose: str
    category: str
    reason: str
    times: int
    last_at: datetime


def who_received(account_id: UUID) -> tuple[Received, ...]:
    """Every recipient that the account ever brought: those that may receive first, by kind and host."""
    with tenant(account_id):
        rows = list(
            Row.objects.filter(account_id=account_id)
            .order_by("kind", "host", "port", "id")
            .values_list(*VALUES, "registered_at", "ended_at")
        )
        sums = (
            Passage.objects.filter(account_id=account_id)
            .values("recipient_id")
            .annotate(n=Sum("tunnels"), there=Sum("sent"), back=Sum("received"), last=Max("last_at"))
        )
        given = {
            row[0]: cast("_Sums", row[1:])
            for row in sums.values_list("recipient_id", "n", "there", "back", "last")
        }
    found = []
    for *columns, registered_at, ended_at in rows:
        tunnels, sent, received, last_at = given.get(columns[0], _NOTHING)
        found.append(
            Received(
                recipient=read(account_id, tuple(columns)), registered_at=registered_at, ended_at=ended_at, tunnels=tunnels,
                sent=sent, received=received, last_at=last_at,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda each: each.ended_at is not None))


def one_received(account_id: UUID, recipient_id: UUID) -> tuple[Received, tuple[Day, ...]]:
    """One of them, with its latest days. Raises `NoSuchRecipient`."""
    found = next((each for each in who_received(account_id) if each.recipient.id == recipient_id), None)
    if found is None:
        raise NoSuchRecipient("There is no such recipient.")
    with tenant(account_id):
        rows = list(
            Passage.objects.filter(account_id=account_id, recipient_id=recipient_id)
            .order_by("-day", "purpose", "category")
            .values("day", "purpose", "category", "tunnels", "sent", "received", "last_at")[:MOST_DAYS]
        )
    return found, tuple(Day(**row) for row in rows)


def refusals(account_id: UUID) -> tuple[Refused, ...]:
    """What did not leave, newest first."""
    with tenant(account_id):
        rows = list(
            Refusal.objects.filter(account_id=account_id)
            .order_by("-last_at", "-id")
            .values("day", "kind", "host", "port", "purpose", "category", "reason", "times", "last_at")[
                :MOST_REFUSALS
            ]
        )
    return tuple(Refused(**row) for row in rows)


def houses() -> tuple[Recipient, ...]:
    """Those that the operator chose, for all accounts."""
    rows = list(
        House.objects.filter(ended_at__isnull=True).order_by("kind", "host", "port").values_list(*VALUES)
    )
    return tuple(read(None, tuple(row)) for row in rows)
