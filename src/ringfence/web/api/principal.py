"""Who a request of the API speaks for: the holder of a key."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from ringfence.apps.accounts.access import may
from ringfence.apps.accounts.apikeys import KeyHolder, still_may, verify
from ringfence.apps.accounts.errors import KeyRefused
from ringfence.apps.accounts.terms import closed_at, demand_open
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.core.errors import NotAllowed
from ringfence.web import streams
from ringfence.web.access import WHEN_CLOSED, Access, Action
from ringfence.web.clock import clock

Operation = Callable[..., Any]


class Bearer(HttpBearer):
    """`Authorization: Bearer rf_…`."""

    openapi_name = "API key"

    def authenticate(self, request: HttpRequest, token: str) -> KeyHolder | None:
        try:
            return verify(token, clock())
        except KeyRefused:
            return None


def holder_of(request: HttpRequest) -> KeyHolder:
    """The key's holder, once `Bearer` let the request in."""
    holder: KeyHolder = request.auth  # type: ignore[attr-defined]
    return holder


def demand(holder: KeyHolder, action: Action) -> None:
    """Raise NotAllowed unless this key may do this, saying which of role, scope and maker stands in the way."""
    if holder.may(action):
        return
    if not may(holder.role, action):
        raise NotAllowed("This key's role does not allow this. Ask the account's owner.")
    raise NotAllowed("This is outside of the key's scope, or of what its maker may. Make another key for it.")


def needs(action: Action) -> Callable[[Operation], Operation]:
    """An operation for keys that may do this: by their role, within their scope and within the role that their maker has now."""

    def decorate(operation: Operation) -> Operation:
        @wraps(operation)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            holder = holder_of(request)
            demand(holder, action)
            if action not in WHEN_CLOSED:
                demand_open(holder.account_id)
            streams.begin(request, lambda: _still(holder, action), holder.account_id, holder.key_id)
            who = Actor(ActorKind.API_KEY, holder.key_id, request.META.get("REMOTE_ADDR") or None)
            with acting(who):
                return operation(request, *args, **kwargs)

        checked.access = Access(action, action)  # type: ignore[attr-defined]
        return checked

    return decorate


def _still(holder: KeyHolder, action: Action) -> bool:
    return still_may(holder, action, clock()) and closed_at(holder.account_id) is None
