"""The installation's public keys: what checks receipts and audit exports, and what can be pinned."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from ringfence.apps.keys.wiring import vault
from ringfence.web.viewer import anyone

FRESH_S = 300


@require_safe
@anyone
def show(_request: HttpRequest) -> HttpResponse:
    """All of them, the retired ones too: what they signed has to verify for ever."""
    keys = [
        {
            "id": each.key_id, "algorithm": "Ed25519", "public": each.public.hex(), "since": each.since.isoformat(),
            "until": each.until.isoformat() if each.until else None,
        }
        for each in vault().signers.published()
    ]  # fmt: skip
    response = HttpResponse(orjson.dumps({"keys": keys}), content_type="application/json")
    response["Cache-Control"] = f"public, max-age={FRESH_S}"
    return response
