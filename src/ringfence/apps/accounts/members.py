"""People and the accounts they belong to."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection

from ringfence.apps.accounts.apikeys import revoke_keys_of
from ringfence.apps.accounts.errors import AlreadyMember, BadAddress, IsStaff, LastOwner, NoSuchMember
from ringfence.apps.accounts.models import Membership, Role, User, normal_email
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.keys.marks import row_of
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.policy import Plan

_COLUMNS: Final = ("account_id", "slug", "name", "plan", "role", "id", "created_at", "mark")
_OF_USER: Final = f"SELECT {', '.join(_COLUMNS)} FROM lookup.memberships_of_user(%s)"  # noqa: S608 - constants of ours
_IS_STAFF: Final = "SELECT EXISTS (SELECT 1 FROM staff_person WHERE user_id = %s AND removed_at IS NULL)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Belonging:
    """One account a person belongs to, and as what."""

    account_id: UUID
    slug: str
    name: str
    plan: Plan
    role: Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    user_id: UUID
    email: str
    name: str
    role: Role
    since: datetime
    signed_in_at: datetime | None


def make_user(
    *,
    email: str,
    clock: Clock,
    name: str = "",
    password: str | None = None,
    id: UUID | None = None,  # noqa: A002 - theirs
) -> User:
    """The person with this address, made if there is none. A password is set only on one who is made here."""
    address = normal_email(email)
    try:
        validate_email(address)
    except ValidationError:
        raise BadAddress("That is not an e-mail address.") from None
    fresh = User(id=id or new_id(clock), email=address, name=name, created_at=clock.now())
    fresh.set_password(password)  # None makes it unusable: such a person signs in by link
    User.objects.bulk_create([fresh], ignore_conflicts=True)
    found: User | None = User.objects.filter(email=address).first()
    if found is None:
        raise BadAddress("This address cannot be used here. Ask whoever runs this installation.")
    return found


def add_member(account_id: UUID, *, email: str, role: Role, clock: Clock, name: str = "") -> User:
    """Make a person a member; a link to sign in is theirs to be sent. Raises `AlreadyMember`, `BadAddress`."""
    user = make_user(email=email, clock=clock, name=name)
    demand_no_staff(user.id)
    with tenant(account_id):
        _hold(user)
        mine = Membership.objects.filter(account_id=account_id, user_id=user.id)
        if mine.first() is not None:
            raise AlreadyMember("This person is a member already. Change their role instead.")
        mine.delete()  # whatever stands there is nothing of ours
        Membership.objects.create(
            id=new_id(clock), account_id=account_id, user_id=user.id, role=role, created_at=clock.now()
        )
        record(account_id, Act.MEMBER_ADDED, Thing("member", str(user.id)))
    return user


def _hold(user: User) -> None:
    """Whoever erases people that belong nowhere waits until this one belongs here. Raises BadAddress if they went a moment ago."""
    if User.objects.select_for_update().filter(id=user.id).first() is None:
        raise BadAddress("This person was erased a moment ago. Add them once more.")


def demand_no_staff(user_id: UUID) -> None:
    """Raise IsStaff for somebody of the operator's: they belong to no account (guard.staff)."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_STAFF, [user_id])
        if cursor.fetchone()[0]:
            raise IsStaff("This address is used by the operator's own people, who belong to no account.")


def belongings(user_id: UUID) -> tuple[Belonging, ...]:
    """Every account a person belongs to, by short name. Asked afresh on each request, so that a lost role is felt at once."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_USER, [user_id])
        rows = cursor.fetchall()
    found = (row_of(Membership, (*_COLUMNS, "user_id"), (*row, user_id)) for row in rows)
    return tuple(
        Belonging(
            account_id=row["account_id"], slug=row["slug"], name=row["name"], plan=Plan(row["plan"]), role=Role(row["role"])
        )
        for row in found
        if row is not None
    )  # fmt: skip


def members(account_id: UUID) -> tuple[Member, ...]:
    """The members of an account, oldest first."""
    with tenant(account_id):
        rows = list(
            Membership.objects.filter(account_id=account_id)
            .select_related("user")
            .order_by("created_at", "id")
        )
    return tuple(
        Member(
            user_id=row.user_id, email=row.user.email, name=row.user.name, role=Role(row.role), since=row.created_at,
            signed_in_at=row.user.last_login,
        )
        for row in rows
        if row.user.is_genuine()
    )  # fmt: skip


def change_role(account_id: UUID, user_id: UUID, role: Role) -> None:
    """Give a member another role. Raises `LastOwner`, `NoSuchMember`."""
    with tenant(account_id):
        _keep_an_owner(account_id, user_id, role)
        changed = Membership.objects.filter(account_id=account_id, user_id=user_id).update(role=role)
        if changed:
            record(account_id, Act.ROLE_CHANGED, Thing("member", str(user_id)))
    if not changed:
        raise NoSuchMember("This person is not a member.")


def remove_member(account_id: UUID, user_id: UUID, clock: Clock) -> None:
    """End a membership, and with it the keys that this person made. Raises `LastOwner`, `NoSuchMember`."""
    with tenant(account_id):
        _keep_an_owner(account_id, user_id, None)
        gone, _ = Membership.objects.filter(account_id=account_id, user_id=user_id).delete()
        if gone:
            revoke_keys_of(account_id, user_id, clock.now())
            record(account_id, Act.MEMBER_REMOVED, Thing("member", str(user_id)))
    if not gone:
        raise NoSuchMember("This person is not a member.")


def _keep_an_owner(account_id: UUID, user_id: UUID, role: Role | None) -> None:
    """Locks the owners' rows, so that two owners cannot remove each other at once."""
    rows = Membership.objects.select_for_update().filter(account_id=account_id, role=Role.OWNER)
    owners = {row.user_id for row in rows}
    if owners == {user_id} and role is not Role.OWNER:
        raise LastOwner("An account keeps at least one owner. Make somebody else an owner first.")
