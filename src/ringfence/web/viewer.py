"""Who is looking: a signed-in member of one account, asked afresh at each request."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect

from ringfence.apps.accounts.members import Belonging
from ringfence.apps.accounts.models import Role, User
from ringfence.apps.accounts.terms import closed_at, demand_open
from ringfence.apps.people.sessions import role_now
from ringfence.apps.staff.people import of_user
from ringfence.core.errors import NotAllowed
from ringfence.web import streams
from ringfence.web.access import WHEN_CLOSED, Access, Action, Who, demand, may
from ringfence.web.people.doors import Door, door

SESSION_ACCOUNT: Final = "account"
OPERATOR: Final = "/operator/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewer:
    """A person in an account."""

    user_id: UUID
    email: str
    name: str
    account: Belonging
    others: tuple[Belonging, ...]

    @property
    def account_id(self) -> UUID:
        return self.account.account_id

    @property
    def role(self) -> Role:
        return self.account.role

    def may(self, action: Action) -> bool:
        return may(self.role, action)


def find(request: HttpRequest) -> Viewer | None:
    """The viewer of a request; None for visitors, and for people who belong nowhere that this session opens.

    `request.door` is what the session opens; None for visitors. `request.staff` is who of the operator's this is: somebody whom
    no account knows.
    """
    user = request.user
    wanted = request.session.get(SESSION_ACCOUNT) if user.is_authenticated else None
    found = door(request, wanted)
    request.door = found  # type: ignore[attr-defined]
    nowhere = found is not None and not found.open and not found.locked and not found.wanting
    request.staff = of_user(user.id) if nowhere and isinstance(user, User) else None  # type: ignore[attr-defined]
    if found is None or not found.open or not isinstance(user, User):
        return None
    chosen = next((each for each in found.open if str(each.account_id) == wanted), found.open[0])
    others = tuple(each for each in found.open if each is not chosen)
    return Viewer(
        user_id=user.id, email=user.email, name=user.name or user.email, account=chosen, others=others
    )


def door_of(request: HttpRequest) -> Door | None:
    """What the session of this request opens, if there is one."""
    found: Door | None = getattr(request, "door", None)
    return found


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer that `needs` let in."""
    found: Viewer = request.viewer  # type: ignore[attr-defined]
    return found


def session_of(request: HttpRequest) -> UUID:
    """The session of the viewer that `needs` let in."""
    found = door_of(request)
    if found is None:
        raise NotAllowed("Sign in first.")
    return found.state.id


View = Callable[..., HttpResponseBase]


def person_of(request: HttpRequest) -> User:
    """The person that `needs_person` let in."""
    user = request.user
    if not isinstance(user, User):
        raise NotAllowed("Sign in first.")
    return user


def anyone(view: View) -> View:
    """A page for everybody, signed in or not."""
    view.access = Access(Who.EVERYBODY, Who.EVERYBODY)  # type: ignore[attr-defined]
    return view


def carrier(view: View) -> View:
    """What a carrier calls: the view checks its signature, and knows no other proof."""
    view.access = Access(Who.CARRIER, Who.CARRIER)  # type: ignore[attr-defined]
    return view


def needs_person(view: View) -> View:
    """A page of somebody who is signed in, of no account in particular. Visitors are asked to sign in; whoever came in by an
    account's identity provider is that account's guest, and has no say over the person.
    """

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = door_of(request)
        if found is None:
            return _to_sign_in(request)
        if found.state.through is not None:
            raise NotAllowed(
                "Your company's sign-in opens its account. For your own sign-in, come in by password, passkey or link."
            )
        return view(request, *args, **kwargs)

    checked.access = Access(Who.PERSON, Who.PERSON)  # type: ignore[attr-defined]
    return checked


def needs(action: Action | None = None, *, post: Action | None = None) -> Callable[[View], View]:
    """A page for members; with `action`, for those whose role allows it, and with `post`, what sending its form asks for
    instead. Visitors are asked to sign in.
    """
    access = Access(action or Who.MEMBER, post or action or Who.MEMBER)

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            viewer: Viewer | None = getattr(request, "viewer", None)
            if viewer is None and getattr(request, "staff", None) is not None:
                return HttpResponseRedirect(OPERATOR)
            if viewer is None:
                _demand_factor(request)
                return _to_sign_in(request)
            asked = access.of(request.method)
            if isinstance(asked, Action):
                demand(viewer.role, asked)
                if asked not in WHEN_CLOSED:
                    demand_open(viewer.account_id)
                streams.begin(
                    request,
                    partial(_still, viewer, session_of(request), asked),
                    viewer.account_id,
                    viewer.user_id,
                )
            return view(request, *args, **kwargs)

        checked.access = access  # type: ignore[attr-defined]
        return checked

    return decorate


class FactorWanted(NotAllowed):
    """The account opens with a second factor, and this session has shown none."""

    code = "second_factor"


def _demand_factor(request: HttpRequest) -> None:
    """Raise FactorWanted where nothing but a second factor is missing."""
    found = door_of(request)
    if found is not None and found.wanting:
        raise FactorWanted(f"{found.wanting[0].name} asks for a second factor of all its members.")


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """A page that asks by itself, again and again, is led away whole: no form is put into a part of it."""
    back = request.headers.get("HX-Current-URL") if request.headers.get("HX-Request") else None
    target = f"/sign-in/?{urlencode({'next': urlsplit(back).path if back else request.get_full_path()})}"
    if back is None:
        return HttpResponseRedirect(target)
    return HttpResponse(status=204, headers={"HX-Redirect": target})


def _still(viewer: Viewer, session_id: UUID, action: Action) -> bool:
    role = role_now(viewer.account_id, viewer.user_id, session_id)
    return role is not None and may(role, action) and closed_at(viewer.account_id) is None
