"""Every component in each of its states, for those who draw them. Only in development."""

from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.core.call import Outcome, Status
from ringfence.core.config import current
from ringfence.core.errors import NotFound

TONES: Final = ("kept", "warning", "broken", "plain")
LONG: Final = "Donaudampfschifffahrtsgesellschaftskapitän " * 4
RIGHT_TO_LEFT: Final = "שלום, כאן המרפאה ברחוב הנמל"


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """404 on an installation that serves people."""
    if not current().debug:
        raise NotFound("There is nothing at this address.")
    context = {
        "tones": TONES, "long": LONG, "right_to_left": RIGHT_TO_LEFT, "at": datetime(2026, 11, 23, 14, 5, tzinfo=UTC),
        "outcomes": [each.value for each in (*Status, *Outcome)],
    }  # fmt: skip
    return render(request, "gallery.html", context)
