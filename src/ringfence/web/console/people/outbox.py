"""The mails of an installation that has no mail server, for whoever develops on it.

Such mails hold links that let people in. So the page exists only where nobody else is: on an installation that calls itself
localhost, without a mail server, for an owner of the demo account, asking from the machine itself.
"""

from ipaddress import ip_address
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.apps.accounts.models import Role
from ringfence.apps.people.mails import waiting
from ringfence.core.config import current
from ringfence.core.errors import NotFound
from ringfence.web.people.seen import seen
from ringfence.web.stepup import demand_fresh
from ringfence.web.viewer import Viewer, needs, viewer_of

DEMO: Final = "demo"
_HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


def has_outbox(viewer: Viewer | None, address: str) -> bool:
    """Whether this viewer, at this address, may read the mails that wait."""
    if current().smtp_url or current().public_host not in _HERE or viewer is None:
        return False
    try:
        local = ip_address(address).is_loopback
    except ValueError:
        return False
    return local and viewer.account.slug == DEMO and viewer.role is Role.OWNER


@require_GET
@needs()
def show(request: HttpRequest) -> HttpResponse:
    if not has_outbox(viewer_of(request), seen(request).address):
        raise NotFound("There is nothing at this address.")
    demand_fresh(request)
    return render(request, "people/outbox.html", {"mails": waiting()})
