"""Who is signed in, since when, and from where.

A session has places: a browser and a network it was used from. The place where somebody signed in is vouched for; another
one, with the same cookie, is written down and vouched for only once its person proved there who they are. So a cookie that
was carried off opens nothing elsewhere, and its owner, at the old place, is not disturbed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from ringfence.apps.accounts.models import Membership, Role
from ringfence.apps.keys.marks import genuine, row_of
from ringfence.apps.people.errors import NoSuchSession
from ringfence.apps.people.models import Place, Session
from ringfence.apps.people.rules import DEFAULT, FACTORS, Asked
from ringfence.apps.rows.cursor import Cursor
from ringfence.core.clock import Clock
from ringfence.core.ids import new_id

LONGEST: Final = timedelta(hours=12)  # whatever happens in it
NOTED_EVERY: Final = timedelta(minutes=1)
KNOWN_FOR: Final = timedelta(days=60)

_SESSION: Final = (*Session.COVERED, "seen_at", "mark")
_PLACE: Final = (*Place.COVERED, "mark")
_COLUMNS: Final = ", ".join([*(f"s.{name}" for name in _SESSION), *(f"p.{name}" for name in _PLACE)])
_LOOK: Final = f"""
SELECT {_COLUMNS}
FROM people_session s LEFT JOIN people_place p ON p.session_id = s.id AND p.browser = %s AND p.network = %s
WHERE s.id = %s AND s.user_id = %s AND s.ended_at IS NULL
"""  # noqa: S608 - constants of ours
_ROLE_NOW: Final = "SELECT m.*, a.* FROM lookup.member_now(%s, %s, %s) m, lookup.asked_of(%s, %s) a"
_NEW_PLACE: Final = """
INSERT INTO people_place (id, session_id, browser, address, network, first_at, seen_at, vouched_at, mark)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (session_id, browser, network) DO NOTHING RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Where a request comes from. `network` is the /24 or /48 that its address is in."""

    browser: str
    address: str
    network: str


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """A session as a request finds it. `vouched` is whether its person proved who they are at this place; `factor_shown`, that a
    second factor was shown in this very session.
    """

    id: UUID
    method: str
    through: UUID | None
    began_at: datetime
    seen_at: datetime
    proved_at: datetime
    vouched: bool
    elsewhere: bool  # this very request is the first from a new place

    @property
    def factor_shown(self) -> bool:
        return self.method in FACTORS


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A session as its owner sees it; the place is the latest."""

    id: UUID
    method: str
    browser: str
    address: str
    began_at: datetime
    seen_at: datetime
    places: int
    unproved: int


def begin(
    user_id: UUID,
    method: str,
    seen: Seen,
    clock: Clock,
    through: UUID | None = None,
    proved_before: timedelta = timedelta(),
) -> UUID:
    """A session of somebody who proved who they are: just now, or, to an identity provider, so long ago."""
    now, session_id = clock.now(), new_id(clock)
    with transaction.atomic():
        Session.objects.create(
            id=session_id, user_id=user_id, method=method, through=through, began_at=now, seen_at=now,
            proved_at=now - proved_before,
        )  # fmt: skip
        _place(session_id, seen, clock, vouched=True)
    return session_id


def known(user_id: UUID, seen: Seen, clock: Clock) -> bool | None:
    """Whether this person was at this place lately; None for somebody who was never anywhere."""
    places = Place.objects.filter(session__user_id=user_id, vouched_at__isnull=False)
    lately = list(places.filter(seen_at__gt=clock.now() - KNOWN_FOR))
    if any((each.browser, each.network) == (seen.browser, seen.network) for each in lately):
        return True
    return False if lately else None


def look(session_id: UUID, user_id: UUID, seen: Seen, clock: Clock) -> State | None:
    """The session at this place; None when it was ended, or is another's."""
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [seen.browser, seen.network, session_id, user_id])
        row = cursor.fetchone()
    ours = row_of(Session, _SESSION, row[: len(_SESSION)]) if row else None
    if row is None or ours is None:
        return None
    here = row[len(_SESSION) :]
    known_here = here[0] is not None
    place = row_of(Place, _PLACE, here) if known_here else None
    fresh = not known_here and _place(session_id, seen, clock, vouched=False)
    return State(
        id=session_id, method=ours["method"], through=ours["through"], began_at=ours["began_at"], seen_at=ours["seen_at"],
        proved_at=ours["proved_at"], vouched=place is not None and place["vouched_at"] is not None, elsewhere=fresh,
    )  # fmt: skip


def role_now(account_id: UUID, user_id: UUID, session_id: UUID) -> Role | None:
    """The role in an account of somebody whose session opens it; None once the role or the session was taken away, or the account
    asks for another way in, or for a second factor.
    """
    with connection.cursor() as cursor:
        return role_of(cursor, account_id, user_id, session_id)


def role_of(cursor: Cursor, account_id: UUID, user_id: UUID, session_id: UUID) -> Role | None:
    """The same over the connection of whoever asks: the calls that members open in a browser."""
    cursor.execute(_ROLE_NOW, [account_id, user_id, session_id, account_id, user_id])
    return role_in(account_id, user_id, session_id, cursor.fetchone(), cursor)


def role_in(
    account_id: UUID, user_id: UUID, session_id: UUID, found: tuple[Any, ...] | None, cursor: Cursor
) -> Role | None:
    """The role that `lookup.member_now` found, if both its rows are ours, and what `lookup.asked_of` asks was met."""
    if found is None or found[0] is None:
        return None
    member_id, role, since, member_mark, *said, session_mark, sign_on, enforced, second_factor, has_factor = (
        found
    )
    membership = {
        "id": member_id,
        "account_id": account_id,
        "user_id": user_id,
        "role": role,
        "created_at": since,
    }
    names = ("method", "through", "began_at", "proved_at", "ended_at")
    session = {"id": session_id, "user_id": user_id, **dict(zip(names, said, strict=True))}
    ours = genuine(Membership, membership, member_mark, cursor) and genuine(
        Session, session, session_mark, cursor
    )
    asked = Asked(
        idle=DEFAULT.idle,
        sign_on=sign_on,
        enforced=enforced,
        second_factor=second_factor,
        has_factor=has_factor,
    )
    opens = asked.lets_in(session["through"]) and not asked.wants_factor(
        session["through"], session["method"]
    )
    return Role(role) if ours and opens else None


def is_open(user_id: UUID, session_id: UUID) -> bool:
    """Whether a session of this person's has not been ended."""
    return Session.objects.filter(id=session_id, user_id=user_id, ended_at=None).exists()


def note_use(state: State, seen: Seen, clock: Clock) -> None:
    """Somebody did something: the idle time begins anew. Written down once a minute."""
    now = clock.now()
    if now - state.seen_at < NOTED_EVERY:
        return
    Session.objects.filter(id=state.id).update(seen_at=now)
    mine = Place.objects.filter(session_id=state.id, browser=seen.browser, network=seen.network)
    mine.update(seen_at=now, address=seen.address)


def prove(session_id: UUID, seen: Seen, clock: Clock, method: str) -> None:
    """Its person has just proved by `method`, at this place, who they are."""
    now = clock.now()
    with transaction.atomic():
        Session.objects.filter(id=session_id).update(proved_at=now, seen_at=now)
        show(session_id, method)
        here = Place.objects.filter(session_id=session_id, browser=seen.browser, network=seen.network)
        here.update(vouched_at=now, seen_at=now, address=seen.address)


def show(session_id: UUID, method: str) -> None:
    """A second factor was shown in it, or set up. A password after that takes nothing away."""
    if method in FACTORS:
        Session.objects.filter(id=session_id).update(method=method)


def end(user_id: UUID, session_id: UUID, clock: Clock) -> None:
    """Sign out, from wherever. Raises `NoSuchSession`."""
    mine = Session.objects.filter(user_id=user_id, id=session_id, ended_at=None)
    if not mine.update(ended_at=clock.now()):
        raise NoSuchSession("This session is over already.")


def end_all(user_id: UUID, clock: Clock, but: UUID | None = None) -> int:
    """Sign a person out everywhere, but here; how many sessions that were."""
    mine = Session.objects.filter(user_id=user_id, ended_at=None)
    if but is not None:
        mine = mine.exclude(id=but)
    return mine.update(ended_at=clock.now())


def forget_ended(user_id: UUID) -> int:
    """Delete a person's sessions that were ended, with the places they were used from; how many."""
    gone = Session.objects.filter(user_id=user_id, ended_at__isnull=False)
    count = gone.count()
    gone.delete()
    return count


def sessions(user_id: UUID, clock: Clock, idle: timedelta) -> tuple[Listed, ...]:
    """What is open, the latest used first."""
    now = clock.now()
    rows = Session.objects.filter(
        user_id=user_id, ended_at=None, began_at__gt=now - LONGEST, seen_at__gt=now - idle
    )
    found = list(rows.annotate(latest=Max("places__seen_at")).order_by("-seen_at").prefetch_related("places"))
    return tuple(_listed(row) for row in found)


def _listed(row: Session) -> Listed:
    places = sorted(row.places.all(), key=lambda place: place.seen_at, reverse=True)
    latest = places[0]
    return Listed(
        id=row.id, method=row.method, browser=latest.browser, address=latest.address, began_at=row.began_at,
        seen_at=row.seen_at, places=len(places), unproved=sum(place.vouched_at is None for place in places),
    )  # fmt: skip


def _place(session_id: UUID, seen: Seen, clock: Clock, *, vouched: bool) -> bool:
    now = clock.now()
    row = Place(
        id=new_id(clock), session_id=session_id, browser=seen.browser, address=seen.address, network=seen.network,
        first_at=now, seen_at=now, vouched_at=now if vouched else None,
    )  # fmt: skip
    row.put_mark()
    with connection.cursor() as cursor:
        cursor.execute(
            _NEW_PLACE,
            [
                row.id,
                session_id,
                row.browser,
                row.address,
                row.network,
                now,
                now,
                row.vouched_at,
                bytes(row.mark or b""),
            ],
        )
        return cursor.fetchone() is not None
