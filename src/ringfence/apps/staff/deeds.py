"""What people of the operator's did, written down once (keep.operator): ids, and a word of a closed list.

What is done in a customer's account stands in that customer's own trail besides, which is sealed and signed (`apps.audit`).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.db import connection

from ringfence.apps.audit.acting import ActorKind, actor
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id


class Deed(StrEnum):
    """Stable names. Those of signing in are the same as in a customer's trail."""

    ADDED = "staff_added"
    REMOVED = "staff_removed"
    LINKED = "staff_linked"
    SIGNED_IN = "signed_in"
    SIGNED_OUT = "signed_out"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_IN_CHANGED = "sign_in_changed"
    SESSION_ELSEWHERE = "session_elsewhere"
    SESSION_ENDED = "session_ended"
    PROFILE_CHANGED = "profile_changed"
    COUNTING_CHOSEN = "counting_chosen"
    ACCOUNT_SEEN = "account_seen"
    REQUEST_READ = "request_read"
    REQUEST_ANSWERED = "request_answered"
    ACCESS_ASKED = "access_asked"
    ACCESS_GIVEN_BACK = "access_given_back"
    CALL_READ = "call_read"
    RECORDING_HEARD = "recording_heard"
    GLASS_ASKED = "glass_asked"
    GLASS_BROKEN = "glass_broken"
    SETTINGS_SEEN = "settings_seen"


WORDS: Final = {
    Deed.ADDED: "made somebody staff",
    Deed.REMOVED: "removed somebody from staff",
    Deed.LINKED: "made a sign-in link for somebody of staff",
    Deed.SIGNED_IN: "signed in",
    Deed.SIGNED_OUT: "signed out",
    Deed.SIGN_IN_FAILED: "was tried with a wrong password or code",
    Deed.SIGN_IN_CHANGED: "changed how they sign in",
    Deed.SESSION_ELSEWHERE: "turned up with a session at another place",
    Deed.SESSION_ENDED: "signed out a session of theirs",
    Deed.PROFILE_CHANGED: "changed their name or time zone",
    Deed.COUNTING_CHOSEN: "chose whether their visits are counted",
    Deed.ACCOUNT_SEEN: "looked at an account's metadata",
    Deed.REQUEST_READ: "read a support request",
    Deed.REQUEST_ANSWERED: "answered a support request",
    Deed.ACCESS_ASKED: "asked a customer for access",
    Deed.ACCESS_GIVEN_BACK: "gave access back",
    Deed.CALL_READ: "read a call that its customer released",
    Deed.RECORDING_HEARD: "listened to a recording that its customer released",
    Deed.GLASS_ASKED: "asked to break the glass over an account's settings",
    Deed.GLASS_BROKEN: "confirmed that the glass is broken",
    Deed.SETTINGS_SEEN: "looked at an account's settings under broken glass",
}
MOST_SHOWN: Final = 200
_WRITE: Final = (
    "INSERT INTO staff_deed (id, at, person_id, act, customer_id, thing) VALUES (%s, %s, %s, %s, %s, %s)"
)
_NEWEST: Final = (
    "SELECT at, person_id, act, customer_id, thing FROM staff_deed ORDER BY at DESC, id DESC LIMIT %s"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    at: datetime
    person_id: UUID | None
    words: str
    customer_id: UUID | None
    thing: str


def write(
    cursor: Cursor, deed: Deed, clock: Clock, *, person_id: UUID | None = None, customer_id: UUID | None = None,
    thing: str = "",
) -> None:  # fmt: skip
    """Write it down, in the transaction of what was done. Nobody named is whoever is acting; at the command line, nobody."""
    who = actor()
    doer = person_id or (who.id if who.kind is ActorKind.STAFF else None)
    cursor.execute(_WRITE, (new_id(clock), clock.now(), doer, deed.value, customer_id, thing))


def tell(person_id: UUID, deed: Deed, clock: Clock) -> None:
    """The same in pages about a person's own sign-in."""
    with connection.cursor() as cursor:
        write(cursor, deed, clock, person_id=person_id)


def newest(cursor: Cursor) -> tuple[Done, ...]:
    """The latest, newest first."""
    cursor.execute(_NEWEST, (MOST_SHOWN,))
    return tuple(
        Done(at=at, person_id=person_id, words=WORDS[Deed(act)], customer_id=customer_id, thing=thing)
        for at, person_id, act, customer_id, thing in cursor.fetchall()
    )
