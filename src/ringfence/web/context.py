"""What every template knows."""

from typing import Any

from django.http import HttpRequest

from ringfence.web.access import Action
from ringfence.web.console.people.outbox import has_outbox
from ringfence.web.navigation import menu, operator_menu
from ringfence.web.viewer import door_of


def page(request: HttpRequest) -> dict[str, Any]:
    """The viewer, the menu they may use, and the actions by name."""
    viewer, staff = getattr(request, "viewer", None), getattr(request, "staff", None)
    return {
        "outbox": has_outbox(viewer, request.META.get("REMOTE_ADDR", "")),
        "locked": found.locked if (found := door_of(request)) else (),
        "wanting": found.wanting if found else (),
        "viewer": viewer,
        "staff": staff,
        "menu": menu(viewer, request.path) if viewer else operator_menu(request.path) if staff else (),
        "can": {action.value: viewer.may(action) for action in Action} if viewer else {},
    }
