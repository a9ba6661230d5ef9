"""Who is looking: a signed-in member of one account, asked afresh at each request."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

from ringfence.apps.accounts.members import Belonging, belongings
from ringfence.apps.accounts.models import Role
from ringfence.web.access import Action, demand, may

SESSION_ACCOUNT: Final = "account"


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
    """The viewer of a request; None for visitors, and for people who belong nowhere."""
    user = request.user
    if not user.is_authenticated:
        return None
    all_of_them = belongings(user.id)
    if not all_of_them:
        return None
    wanted = request.session.get(SESSION_ACCOUNT)
    chosen = next((each for each in all_of_them if str(each.account_id) == wanted), all_of_them[0])
    others = tuple(each for each in all_of_them if each is not chosen)
    return Viewer(
        user_id=user.id, email=user.email, name=user.name or user.email, account=chosen, others=others
    )


def viewer_of(request: HttpRequest) -> Viewer:
    """The viewer that `needs` let in."""
    found: Viewer = request.viewer  # type: ignore[attr-defined]
    return found


View = Callable[..., HttpResponseBase]


def needs(action: Action | None = None) -> Callable[[View], View]:
    """A page for members; with `action`, for those whose role allows it. Visitors are asked to sign in."""

    def decorate(view: View) -> View:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            viewer: Viewer | None = getattr(request, "viewer", None)
            if viewer is None:
                return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
            if action is not None:
                demand(viewer.role, action)
            return view(request, *args, **kwargs)

        checked.action = action  # type: ignore[attr-defined]
        return checked

    return decorate
