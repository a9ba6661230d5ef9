"""Every component in each of its states, for those who draw them. Only in development."""

from datetime import UTC, datetime
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from ringfence.core.call import Outcome, Status
from ringfence.core.config import current
from ringfence.core.errors import NotFound
from ringfence.web.console.drawing import wave
from ringfence.web.viewer import anyone

TONES: Final = ("kept", "warning", "broken", "plain")
LONG: Final = "Donaudampfschifffahrtsgesellschaftskapitän " * 4
PEAKS: Final = bytes(min(255, n * 7 % 241 if n // 20 % 2 else 0) for n in range(200))
RIGHT_TO_LEFT: Final = "שלום, כאן המרפאה ברחוב הנמל"


@require_GET
@anyone
def show(request: HttpRequest) -> HttpResponse:
    """404 on an installation that serves people."""
    if not current().debug:
        raise NotFound("There is nothing at this address.")
    context = {
        "tones": TONES, "long": LONG, "right_to_left": RIGHT_TO_LEFT, "at": datetime(2026, 11, 23, 14, 5, tzinfo=UTC),
        "wave": wave(PEAKS + PEAKS[::-1], 60.0), "outcomes": [each.value for each in (*Status, *Outcome)],
    }  # fmt: skip
    return render(request, "gallery.html", context)
