"""Signed documents as bytes, read so that what is checked is all that anybody could read in them."""

import json
from collections.abc import Collection
from typing import Any

import orjson


class NotWhole(ValueError):
    """More can be read in a document than was signed: a field too many, or a name that stands twice."""


def read_whole(data: bytes, fields: Collection[str]) -> dict[str, Any]:
    """The document, which has these fields and no other. Raises ValueError and TypeError for what is no JSON object, NotWhole
    for what has more.

    Of a name that stands twice one reader takes the first value and another the last (RFC 8259, section 4): then a signature
    over one of them vouches for neither.
    """
    orjson.loads(data)  # strict about UTF-8, numbers and depth
    try:
        document = json.loads(data, object_pairs_hook=_once)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(document, dict):
        raise TypeError("no object")
    if more := document.keys() - set(fields):
        raise NotWhole(f"Nothing signs '{min(more)}', which stands beside what was signed.")
    return document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NotWhole(
                f"'{name}' stands there twice, and readers differ in which of the two they believe."
            )
        found[name] = value
    return found
