"""What a person did with what is theirs, outside of accounts: it stands in the trail of each account of theirs."""

from datetime import timedelta

from django.http import HttpRequest

from ringfence.apps.accounts.members import belongings
from ringfence.apps.accounts.models import User
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record


def tell_accounts(
    request: HttpRequest,
    user: User,
    act: Act,
    *,
    themselves: bool = True,
    once_within: timedelta | None = None,
) -> None:
    """Write it down in each account. `themselves` is whether it was this person, or somebody who only named them."""
    source = request.META.get("REMOTE_ADDR") or None
    who = Actor(ActorKind.MEMBER, user.id, source) if themselves else Actor(ActorKind.SYSTEM, None, source)
    for each in belongings(user.id):
        with acting(who), tenant(each.account_id):
            record(each.account_id, act, Thing("member", str(user.id)), once_within=once_within)
