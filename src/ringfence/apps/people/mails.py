"""Mails that wait: sealed beside what they tell of, in the same transaction, and sent by the worker (`work.mails`)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.models import Mail
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.egress.letters import Letter
from ringfence.vault.people import open_of_person, seal_of_person

KEPT: Final = timedelta(days=1)
COLUMN: Final = "mail"
MOST_SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    id: UUID
    at: datetime
    letter: Letter


def post(letter: Letter, clock: Clock) -> None:
    """Have a mail sent. If the transaction around it is rolled back, it never was."""
    mail_id, now = new_id(clock), clock.now()
    sealed = seal_of_person(vault().root, mail_id, COLUMN, letter.packed())
    Mail.objects.create(id=mail_id, sealed=sealed, created_at=now, expires_at=now + KEPT, next_at=now)


def waiting() -> tuple[Waiting, ...]:
    """What was not sent yet, newest first: for an installation in development, which has no mail server."""
    rows = list(Mail.objects.order_by("-id")[:MOST_SHOWN])
    return tuple(
        Waiting(id=row.id, at=row.created_at, letter=Letter.unpacked(_opened(row.id, bytes(row.sealed))))
        for row in rows
    )


def _opened(mail_id: UUID, sealed: bytes) -> str:
    return open_of_person(vault().root, mail_id, COLUMN, sealed)
