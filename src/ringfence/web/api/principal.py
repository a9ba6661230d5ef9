"""Who a request of the API speaks for: the holder of a key."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from ninja.security import HttpBearer

from ringfence.apps.accounts.apikeys import KeyHolder, verify
from ringfence.apps.accounts.errors import KeyRefused
from ringfence.apps.accounts.models import Role
from ringfence.apps.accounts.terms import demand_open
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.web.access import WHEN_CLOSED, Action, demand
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


def needs(action: Action) -> Callable[[Operation], Operation]:
    """An operation for keys whose role allows this."""

    def decorate(operation: Operation) -> Operation:
        @wraps(operation)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            holder = holder_of(request)
            demand(Role(holder.role), action)
            if action not in WHEN_CLOSED:
                demand_open(holder.account_id)
            who = Actor(ActorKind.API_KEY, holder.key_id, request.META.get("REMOTE_ADDR") or None)
            with acting(who):
                return operation(request, *args, **kwargs)

        checked.action = action  # type: ignore[attr-defined]
        return checked

    return decorate
