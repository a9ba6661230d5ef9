"""Placeholder until routes are mounted."""

from ninja import NinjaAPI

from ringfence.web.api.problems import install

api = NinjaAPI(title="Ringfence", version="1", docs_url=None, openapi_url="/openapi.json")
install(api)
