"""What every shape stands on."""

from typing import Generic, Literal, TypeVar

from ninja import Schema
from pydantic import ConfigDict

Item = TypeVar("Item")
Missing = Literal["deleted", "being_erased", "expired", "never_kept", "pending"]


class Shape(Schema):
    model_config = ConfigDict(extra="forbid")


class Body(Schema):
    """What is sent. A field that the API does not know is refused: a period or an end that was misspelt would be none."""

    model_config = ConfigDict(extra="forbid")


class Page(Shape, Generic[Item]):
    """A page of a list: ask again with `next` as `cursor` until it is null."""

    items: list[Item]
    next: str | None


class Available(Shape):
    """Whether a part can be read now."""

    available: bool


class NotThere(Shape):
    """Why a part is not there."""

    available: Literal[False]
    reason: Missing
