"""Days as people mean them: from midnight to midnight in a time zone, which a page's address names with `zone`.

Pages put the reader's own zone there. A view that is shared keeps the zone it was made in, and so shows the same.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringfence.core.errors import BadInput


def zone_of(name: str) -> tzinfo:
    """The zone of that name; UTC for none. Raises BadInput."""
    if not name:
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadInput("There is no such time zone. Write it like Europe/Lisbon.") from None


def starts(day: str, zone: tzinfo, *, after: int = 0) -> datetime:
    """When that day begins there, or the one so many days after it. Raises BadInput."""
    try:
        found = date.fromisoformat(day) + timedelta(days=after)
        return datetime.combine(found, time(), zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadInput("Write a day as 2026-11-23.") from None


def between(
    texts: Mapping[str, str], wrong: dict[str, str], zone: tzinfo
) -> tuple[datetime | None, datetime | None]:
    """From the first moment of the day `since` to the end of the day `until`; what is wrong goes to `wrong`."""
    found: dict[str, datetime | None] = {"since": None, "until": None}
    for name in found:
        try:
            text = texts.get(name, "").strip()
            found[name] = starts(text, zone, after=int(name == "until")) if text else None
        except BadInput as error:
            wrong[name] = str(error)
    since, until = found["since"], found["until"]
    if since and until and since >= until:
        wrong["until"] = "The last day lies before the first. Change one of them."
    return since, until
