"""Holds an answer of the API against the shape that its description gives."""

import re
from typing import Any

from ringfence.web.api.shapes import SHAPES


def hold_against_its_shape(method: str, path: str, answer: Any) -> None:
    """`path` is below /api/v1/. Raises pydantic's ValidationError for a field that is missing, is of another type, or is in no description."""
    if not 200 <= answer.status_code < 300 or not answer.get("Content-Type", "").startswith(
        "application/json"
    ):
        return
    if method == "HEAD":
        return  # there is nothing to look at
    place = path.partition("?")[0]
    if place == "openapi.json":
        return  # its shape is OpenAPI's own
    for (verb, pattern), shape in SHAPES.items():
        if verb == method.lower() and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", pattern), place):
            shape.model_validate_json(answer.content)
            return
    raise AssertionError(f"{method} {place} answers with JSON and has no shape")
