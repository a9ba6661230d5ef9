"""That this site heeds Global Privacy Control (privacycg.github.io/gpc-spec, section 5: /.well-known/gpc.json)."""

from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ringfence.web.viewer import anyone

SINCE: Final = "2026-11-24"  # the day on which what the signal means here was last changed
FRESH_S: Final = 24 * 3600


@require_safe
@anyone
def show(_request: HttpRequest) -> HttpResponse:
    response = HttpResponse(
        orjson.dumps({"gpc": True, "lastUpdate": SINCE}), content_type="application/json"
    )  # fmt: skip
    response["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response
