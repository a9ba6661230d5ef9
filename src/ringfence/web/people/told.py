"""What a person did with what is theirs, outside of accounts: it stands in the trail of each account of theirs, and, of somebody of
the operator's, among their deeds.
"""

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest

from ringfence.apps.accounts.members import belongings
from ringfence.apps.accounts.models import User
from ringfence.apps.accounts.tenancy import tenant
from ringfence.apps.audit.acting import Actor, ActorKind, acting
from ringfence.apps.audit.acts import Act, Thing
from ringfence.apps.audit.record import record
from ringfence.apps.staff.deeds import Deed, tell
from ringfence.apps.staff.people import of_user
from ringfence.core.clock import Clock
from ringfence.web.clock import clock


def tell_staff(user_id: UUID, act: Act, clock: Clock) -> None:
    """Write it down among the deeds of the operator's people, if this person is one of them."""
    person = of_user(user_id)
    if person is not None:
        tell(person.id, Deed(act.value), clock)


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
    everywhere = belongings(user.id)
    if not everywhere:
        tell_staff(user.id, act, clock())
    for each in everywhere:
        with acting(who), tenant(each.account_id):
            record(each.account_id, act, Thing("member", str(user.id)), once_within=once_within)
