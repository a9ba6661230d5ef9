"""The API itself: its routes, its door, its errors."""

from typing import Any

import orjson
from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.renderers import BaseRenderer

from ringfence.web.api import (
    account,
    agents,
    audit,
    calls,
    consents,
    holds,
    keys,
    numbers,
    receipts,
    recipients,
    support,
)
from ringfence.web.api.description import describe
from ringfence.web.api.principal import Bearer
from ringfence.web.api.problems import install


class _Json(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


class _Api(NinjaAPI):
    """Its description says what it answers, errors too."""

    def get_openapi_schema(self, **where: Any) -> OpenAPISchema:
        document = super().get_openapi_schema(**where)
        describe(document)
        return document


api = _Api(
    title="Ringfence",
    version="1",
    description="Calls, agents and numbers of one account. Errors are `application/problem+json` (RFC 9457).",
    docs_url=None,
    openapi_url="/openapi.json",
    auth=Bearer(),
    renderer=_Json(),
    urls_namespace="api",
)
api.add_router("/calls", calls.router)
api.add_router("/agents", agents.router)
api.add_router("/numbers", numbers.router)
api.add_router("/audit", audit.router)
api.add_router("/receipts", receipts.router)
api.add_router("/recipients", recipients.router)
api.add_router("/account", account.router)
api.add_router("/holds", holds.router)
api.add_router("/consents", consents.router)
api.add_router("/support", support.router)
api.add_router("/keys", keys.router)
install(api)
