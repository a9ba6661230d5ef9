"""What is asked of every request of somebody who is signed in: is this session open, is it theirs here, is it too old?"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import logout
from django.http import HttpRequest

from ringfence.apps.accounts.members import Belonging, belongings
from ringfence.apps.accounts.models import User
from ringfence.apps.audit.acts import Act
from ringfence.apps.people import sessions
from ringfence.apps.people.rules import DEFAULT, Asked, rules_of
from ringfence.web.clock import clock
from ringfence.web.people import notices
from ringfence.web.people.entering import SESSION
from ringfence.web.people.seen import seen
from ringfence.web.people.told import tell_accounts

# Asked for by pages themselves, every few seconds: nobody did anything.
PASSIVE: Final = ("/learn/calls/live/",)
PASSIVE_END: Final = "/going"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What lies open to a request. `locked` are accounts that want their own identity provider first, `wanting` those that want a
    second factor, which this session has not shown.
    """

    state: sessions.State
    open: tuple[Belonging, ...]
    locked: tuple[tuple[Belonging, UUID], ...]
    wanting: tuple[Belonging, ...]
    idle: timedelta


def door(request: HttpRequest, wanted: str | None) -> Door | None:
    """The open session of this request; None, and signed out, when there is none. `wanted` is the account looked at."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return None
    now, place = clock().now(), seen(request)
    session_id = _session_of(request)
    state = sessions.look(session_id, user.id, place, clock()) if session_id else None
    if state is None:
        logout(request)
        return None
    everywhere, asked = belongings(user.id), rules_of(user.id)
    found = _sorted(state, everywhere, asked, wanted)
    if now - state.seen_at >= found.idle or now - state.began_at >= sessions.LONGEST:
        sessions.end(user.id, state.id, clock())
        logout(request)
        return None
    if state.elsewhere:
        notices.elsewhere(user, place, clock())
        tell_accounts(request, user, Act.SESSION_ELSEWHERE)
    elif state.vouched and not _passive(request):
        sessions.note_use(state, place, clock())
    return found


def _sorted(
    state: sessions.State, everywhere: tuple[Belonging, ...], asked: dict[UUID, Asked], wanted: str | None
) -> Door:
    def of(each: Belonging) -> Asked:
        return asked.get(each.account_id, DEFAULT)

    let_in = tuple(each for each in everywhere if of(each).lets_in(state.through))
    wanting = tuple(each for each in let_in if of(each).wants_factor(state.through, state.method))
    reached = tuple(each for each in let_in if each not in wanting)
    locked = tuple(
        (each, sign_on)
        for each in everywhere
        if each not in let_in and of(each).enforced and (sign_on := of(each).sign_on) is not None
    )
    first = next(iter(reached or wanting), None)
    looked_at = next((each for each in reached if str(each.account_id) == wanted), first)
    idle = of(looked_at).idle if looked_at else DEFAULT.idle
    return Door(state=state, open=reached, locked=locked, wanting=wanting, idle=idle)


def _session_of(request: HttpRequest) -> UUID | None:
    text = request.session.get(SESSION)
    return UUID(text) if text else None


def _passive(request: HttpRequest) -> bool:
    return request.path in PASSIVE or request.path.endswith(PASSIVE_END)
