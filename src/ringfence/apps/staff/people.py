"""Who is of the operator's. Nobody is both: a member of an account cannot be staff, and staff cannot become a member.

A row alone makes nobody staff: its mark is made with a key outside of the database, which is destroyed when the person is removed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from ringfence.apps.accounts.members import belongings, make_user
from ringfence.apps.accounts.models import User, normal_email
from ringfence.apps.keys.wiring import vault
from ringfence.apps.people.sessions import end_all
from ringfence.apps.rows.cursor import Cursor
from ringfence.apps.staff.deeds import Deed, write
from ringfence.apps.staff.errors import AlreadyStaff, IsMember, NoSuchPerson
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id
from ringfence.vault.support import begin_person, end_person, person_stands
from ringfence.vault.vault import Vault

_COLUMNS: Final = "p.id, p.user_id, u.email, u.name, p.added_at, p.removed_at, p.mark"
_FROM: Final = "FROM staff_person p JOIN accounts_user u ON u.id = p.user_id"
_OF_USER: Final = f"SELECT {_COLUMNS} {_FROM} WHERE p.user_id = %s AND p.removed_at IS NULL"
_BY_ID: Final = f"SELECT {_COLUMNS} {_FROM} WHERE p.id = %s"
_ALL: Final = f"SELECT {_COLUMNS} {_FROM} ORDER BY p.added_at, p.id"
_ADD: Final = "INSERT INTO staff_person (id, user_id, mark, added_at) VALUES (%s, %s, %s, %s)"
_REMOVE: Final = "UPDATE staff_person SET removed_at = %s WHERE id = %s AND removed_at IS NULL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody of the operator's."""

    id: UUID
    user_id: UUID
    email: str
    name: str
    added_at: datetime
    removed_at: datetime | None

    @property
    def called(self) -> str:
        """What customers and colleagues read."""
        return self.name or self.email


def add(email: str, name: str, clock: Clock) -> tuple[Person, User]:
    """Make a person staff. Raises AlreadyStaff, IsMember, BadAddress."""
    with transaction.atomic():
        user = make_user(email=email, clock=clock, name=name)
        if of_user(user.id) is not None:
            raise AlreadyStaff(
                "This person is of the operator's already. `ringfence staff link` signs them in."
            )
        if belongings(user.id):
            raise IsMember(
                "This person belongs to an account. Staff sign in with an address of their own, that no account knows."
            )
        person_id, now = new_id(clock), clock.now()
        mark = begin_person(vault().keyring, person_id, user.id)
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [person_id, user.id, mark, now])
            write(cursor, Deed.ADDED, clock, thing=str(person_id))
        if name and not user.name:
            user.name = name
            user.save(update_fields=["name"])
    found = of_user(user.id)
    if found is None:
        raise AlreadyStaff("This person was changed meanwhile. Try again.")
    return found, user


def remove(email: str, clock: Clock) -> Person:
    """Somebody is of the operator's no longer, from the next request on: sessions end, and the key behind their row goes."""
    found = by_email(email)
    end_person(vault().keyring, found.id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_REMOVE, [clock.now(), found.id])
        end_all(found.user_id, clock)
        write(cursor, Deed.REMOVED, clock, thing=str(found.id))
    return found


def by_email(email: str) -> Person:
    """Raises NoSuchPerson."""
    address = normal_email(email)
    for each in everybody():
        if each.email == address and each.removed_at is None:
            return each
    raise NoSuchPerson(
        f"Nobody of the operator's has the address {address}. `ringfence staff list` shows who there is."
    )


def of_user(user_id: UUID) -> Person | None:
    """Who of the operator's this person is; None for everybody else, and for a row that was not written here."""
    with connection.cursor() as cursor:
        cursor.execute(_OF_USER, [user_id])
        row = cursor.fetchone()
    return _standing(vault(), row)


def one(cursor: Cursor, vault: Vault, person_id: UUID) -> Person | None:
    """Somebody who is of the operator's at this moment, over any cursor."""
    cursor.execute(_BY_ID, (person_id,))
    return _standing(vault, cursor.fetchone())


def everybody() -> tuple[Person, ...]:
    """Everybody who is, and who was, in the order in which they came."""
    with connection.cursor() as cursor:
        cursor.execute(_ALL)
        return tuple(_person(row) for row in cursor.fetchall())


def _standing(vault: Vault, row: Any) -> Person | None:
    if row is None or row[5] is not None:
        return None
    found = _person(row)
    return found if person_stands(vault.keyring, found.id, found.user_id, bytes(row[6])) else None


def _person(row: Any) -> Person:
    person_id, user_id, email, name, added_at, removed_at, _mark = row
    return Person(
        id=person_id, user_id=user_id, email=email, name=name, added_at=added_at, removed_at=removed_at
    )
