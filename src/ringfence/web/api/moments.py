"""A moment as the API takes it: with its zone, or in UTC where none is named."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator


def in_utc(moment: datetime) -> datetime:
    """Raises ValueError for a moment that is on no calendar of UTC's."""
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        raise ValueError("is on no calendar") from None


Moment = Annotated[datetime, AfterValidator(in_utc)]
