"""Lists as `{"items": […], "next": cursor}`. A cursor is opaque to clients and holds a position, never content."""

from typing import Generic, TypeVar

from ninja import Schema
from pydantic import Field

T = TypeVar("T")

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200


class Page(Schema, Generic[T]):
    items: list[T]
    next: str | None = Field(
        default=None, description="Send as `cursor` for the page after this one; null at the end."
    )
