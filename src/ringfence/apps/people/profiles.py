"""What people say of themselves: name and time zone."""

from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ringfence.apps.accounts.models import User
from ringfence.apps.people.errors import BadDetails
from ringfence.apps.people.models import Profile


def zone_of(user_id: UUID) -> ZoneInfo:
    """The time zone in which a person is told of moments; UTC for who chose none."""
    name = Profile.objects.filter(user_id=user_id).values_list("timezone", flat=True).first()
    return ZoneInfo(name or "UTC")


def set_profile(user_id: UUID, *, name: str, timezone: str) -> None:
    """Raises `BadDetails`."""
    name = known_name(name)
    known_zone(timezone)
    User.objects.filter(id=user_id).update(name=name)
    Profile.objects.update_or_create(user_id=user_id, defaults={"timezone": timezone})


def known_name(text: str) -> str:
    """A name, tidied. Raises `BadDetails`."""
    name = " ".join(text.split())
    if not 0 < len(name) <= 200:  # noqa: PLR2004 - the column's length
        raise BadDetails("name", "Enter your name, in up to 200 letters.")
    return name


def known_zone(name: str) -> ZoneInfo:
    """Raises `BadDetails`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadDetails("timezone", "Choose a time zone, such as Europe/Berlin.") from None
