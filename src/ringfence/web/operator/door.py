"""Who comes into the operator's console: a person of the operator's, with a second factor shown in this very session.

A customer's session finds nothing here, and a session of the operator's opens no customer's page: the lookup of accounts
(`lookup.memberships_of_user`) knows nobody who is of the operator's. There is no way from here into an account as one of its members.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render

from ringfence.apps.people.sessions import is_open
from ringfence.apps.staff.people import Person, of_user
from ringfence.core.errors import NotFound
from ringfence.web import stepup, streams
from ringfence.web.access import Access, Who
from ringfence.web.people.factors import factors
from ringfence.web.viewer import door_of, person_of

View = Callable[..., HttpResponseBase]
NOTHING: Final = "There is nothing here for you."


def staff_of(request: HttpRequest) -> Person | None:
    """Who of the operator's this request is from, if it is."""
    found: Person | None = getattr(request, "staff", None)
    return found


def me(request: HttpRequest) -> Person:
    """The person that `needs_staff` let in."""
    found = staff_of(request)
    if found is None:
        raise NotFound(NOTHING)
    return found


def needs_staff(view: View) -> View:
    """A page of the operator's console. Before anything opens there is a second factor, and it was shown."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = door_of(request)
        if found is None:
            return HttpResponseRedirect(f"/sign-in/?{urlencode({'next': request.get_full_path()})}")
        if staff_of(request) is None or found.state.through is not None:
            raise NotFound(NOTHING)
        if not factors(person_of(request)).any:
            return render(request, "operator/first.html", status=403)
        if not found.state.factor_shown:
            return stepup.ask(request)
        streams.begin(
            request, partial(_still, person_of(request).id, found.state.id), None, person_of(request).id
        )
        return view(request, *args, **kwargs)

    checked.access = Access(Who.STAFF, Who.STAFF)  # type: ignore[attr-defined]
    return checked


def _still(user_id: UUID, session_id: UUID) -> bool:
    """Whether what is being sent may go on: the session is open, and its person is of the operator's still."""
    return is_open(user_id, session_id) and of_user(user_id) is not None
