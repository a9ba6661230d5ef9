"""Links to a person's address that do one thing once: set a new password, or change the address."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

from ringfence.apps.accounts.models import User
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.errors import LinkOver
from ringfence.apps.people.models import Errand
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.people import mark_of, open_of_person, seal_of_person

LIVES: Final = timedelta(hours=1)
Kind = Literal["password", "address"]
_COLUMN: Final = "errand"
TOKEN_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """What a link is for. `said` is the new address, where it is about one."""

    id: UUID
    user: User
    said: str


def new_errand(user: User, kind: Kind, clock: Clock, said: str = "") -> str:
    """A token for the link; the earlier ones of this kind are void."""
    token, errand_id, now = secrets.token_urlsafe(TOKEN_BYTES), new_id(clock), clock.now()
    Errand.objects.filter(user_id=user.id, kind=kind, used_at=None).update(used_at=now)
    Errand.objects.create(
        id=errand_id, user_id=user.id, kind=kind, token_mark=_mark(token), created_at=now, expires_at=now + LIVES,
        said_sealed=seal_of_person(vault().root, errand_id, _COLUMN, said),
    )  # fmt: skip
    return token


def meant(token: str, kind: Kind, clock: Clock) -> Meant:
    """What a link is for, without using it: programs that look at mails open links, too. Raises `LinkOver`."""
    rows = Errand.objects.filter(token_mark=_mark(token), kind=kind, used_at=None, expires_at__gt=clock.now())
    row = rows.first()
    user = User.objects.filter(id=row.user_id, is_active=True).first() if row else None
    if row is None or user is None:
        raise LinkOver
    said = open_of_person(vault().root, row.id, _COLUMN, bytes(row.said_sealed or b""))
    return Meant(id=row.id, user=user, said=said)


def use(errand: Meant, clock: Clock) -> None:
    """Of two who use it at once, one does. Raises `LinkOver`."""
    if not Errand.objects.filter(id=errand.id, used_at=None).update(used_at=clock.now()):
        raise LinkOver


def _mark(token: str) -> bytes:
    return mark_of(vault().root, "errand", token)
