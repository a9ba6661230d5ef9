"""Asking somebody in: a link that works once, for a week, for one address and one role."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection
from django.db.models import QuerySet

from ringfence.apps.accounts.errors import AlreadyMember, BadAddress
from ringfence.apps.accounts.members import add_member, members
from ringfence.apps.accounts.models import Role, User, normal_email
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.marks import row_of
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.errors import LinkOver, NoSuchInvitation, SomebodyElses
from ringfence.apps.people.models import Invitation
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.people import mark_of

LIVES: Final = timedelta(days=7)
TOKEN_BYTES: Final = 32
_COLUMNS: Final = (*Invitation.COVERED, "account_name", "mark")
_BY_MARK: Final = f"SELECT {', '.join(_COLUMNS)} FROM lookup.invitation_by_mark(%s)"  # noqa: S608 - constants of ours


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What a link asks. `mailed` is whether it went to the address itself, and so proves that its reader has it."""

    id: UUID
    account_id: UUID
    account_name: str
    email: str
    role: Role
    mailed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """An invitation that nobody accepted yet."""

    id: UUID
    email: str
    role: Role
    created_at: datetime
    expires_at: datetime
    over: bool


def invite(
    account_id: UUID, *, email: str, role: Role, clock: Clock, mailed: bool, by: UUID | None = None
) -> str:
    """The link's token. An earlier invitation of the same address is void. Raises `AlreadyMember`, `BadAddress`."""
    address, now = normal_email(email), clock.now()
    try:
        validate_email(address)
    except ValidationError:
        raise BadAddress("That is not an e-mail address.") from None
    if any(each.email == address for each in members(account_id)):
        raise AlreadyMember("This person is a member already. Change their role instead.")
    token, invitation_id = secrets.token_urlsafe(TOKEN_BYTES), new_id(clock)
    with tenant(account_id):
        _unaccepted(account_id).filter(email=address).update(revoked_at=now)
        Invitation.objects.create(
            id=invitation_id, account_id=account_id, email=address, role=role, token_mark=_mark(token), invited_by=by,
            mailed=mailed, created_at=now, expires_at=now + LIVES,
        )  # fmt: skip
        record(account_id, Act.MEMBER_INVITED, Thing("invitation", str(invitation_id)))
    return token


def invited(token: str, clock: Clock) -> Invited:
    """What a link asks, without using it. Raises `LinkOver`."""
    with connection.cursor() as cursor:
        cursor.execute(_BY_MARK, [_mark(token)])
        found = cursor.fetchone()
    row = row_of(Invitation, _COLUMNS, found)
    if row is None or row["accepted_at"] or row["revoked_at"] or row["expires_at"] <= clock.now():
        raise LinkOver
    return Invited(
        id=row["id"], account_id=row["account_id"], account_name=row["account_name"], email=row["email"],
        role=Role(row["role"]), mailed=row["mailed"],
    )  # fmt: skip


def accept(asked: Invited, user: User, clock: Clock) -> None:
    """Make this person a member. Of two who use the link at once, one does. Raises `LinkOver`, `SomebodyElses`."""
    if user.email != asked.email:
        raise SomebodyElses("This invitation is for another address. Sign out, then open it again.")
    with tenant(asked.account_id):
        mine = _unaccepted(asked.account_id).filter(id=asked.id, expires_at__gt=clock.now())
        if not mine.update(accepted_at=clock.now()):
            raise LinkOver
        add_member(asked.account_id, email=asked.email, role=asked.role, clock=clock)


def invitations(account_id: UUID, clock: Clock) -> tuple[Open, ...]:
    """Those that wait, newest first; the ones that are over by time too."""
    with tenant(account_id):
        rows = list(_unaccepted(account_id).order_by("-created_at"))
    now = clock.now()
    return tuple(
        Open(
            id=row.id, email=row.email, role=Role(row.role), created_at=row.created_at, expires_at=row.expires_at,
            over=row.expires_at <= now,
        )
        for row in rows
    )  # fmt: skip


def revoke(account_id: UUID, invitation_id: UUID, clock: Clock) -> None:
    """Take it back. Raises `NoSuchInvitation`."""
    with tenant(account_id):
        rows = _unaccepted(account_id).filter(id=invitation_id)
        if not rows.update(revoked_at=clock.now()):
            raise NoSuchInvitation("There is no such invitation, or it was accepted already.")
        record(account_id, Act.INVITATION_REVOKED, Thing("invitation", str(invitation_id)))


def _unaccepted(account_id: UUID) -> QuerySet[Invitation]:
    return Invitation.objects.filter(account_id=account_id, accepted_at=None, revoked_at=None)


def _mark(token: str) -> bytes:
    return mark_of(vault().root, "invitation", token)
