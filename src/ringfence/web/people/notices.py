"""What people are told by mail. Plain words, what happened, and what to do if it was not them."""

from typing import Final
from uuid import UUID

from ringfence.apps.accounts.models import User
from ringfence.apps.people.mails import post
from ringfence.apps.people.profiles import zone_of
from ringfence.apps.people.sessions import Seen
from ringfence.core.clock import Clock
from ringfence.core.config import current
from ringfence.egress.letters import Letter

NOT_YOU: Final = "If this was not you, sign out the session under Security, and set a new password."


def address(path: str) -> str:
    """A page of this installation, for a mail."""
    return f"{current().public_url}{path}"


def new_place(user: User, place: Seen, clock: Clock) -> None:
    """Somebody signed in where they never were."""
    _tell(
        user, clock, "A new sign-in to Ringfence",
        f"You signed in with {place.browser}, from the address {place.address}, at {_when(user.id, clock)}.",
        NOT_YOU, act="Look at your sessions", path="/security/",
    )  # fmt: skip


def elsewhere(user: User, place: Seen, clock: Clock) -> None:
    """A session turned up at another place than it was begun at."""
    _tell(
        user, clock, "Your Ringfence session is used elsewhere",
        f"A session of yours turned up with {place.browser}, from the address {place.address}, at {_when(user.id, clock)}.",
        "It can see nothing there until whoever uses it proves to be you.", NOT_YOU,
        act="Look at your sessions", path="/security/",
    )  # fmt: skip


def changed(user: User, what: str, clock: Clock, to: str | None = None) -> None:
    """Something about how a person signs in was changed; `what` is a sentence."""
    _tell(
        user, clock, "Your Ringfence sign-in was changed", f"{what} This was at {_when(user.id, clock)}.", NOT_YOU,
        act="Look at your sign-in", path="/security/", to=to,
    )  # fmt: skip


def link(to: str, subject: str, *lines: str, act: str, path: str, clock: Clock) -> None:
    """A link that only the reader of this address gets."""
    post(Letter(to=to, subject=subject, lines=lines, act=act, link=address(path)), clock)


def _tell(
    user: User, clock: Clock, subject: str, *lines: str, act: str, path: str, to: str | None = None
) -> None:  # fmt: skip
    post(Letter(to=to or user.email, subject=subject, lines=lines, act=act, link=address(path)), clock)


def _when(user_id: UUID, clock: Clock) -> str:
    zone = zone_of(user_id)
    return f"{clock.now().astimezone(zone):%d %B %Y, %H:%M} ({zone.key})"
