"""Opting in to being counted: off until somebody says so, and off again whenever they like."""

from uuid import UUID

from ringfence.apps.analytics.models import Choice
from ringfence.core.clock import Clock


def opted_in(user_id: UUID) -> bool:
    """Whether this person may be counted, with a cookie of the day."""
    return Choice.objects.filter(user_id=user_id).exists()


def choose(user_id: UUID, *, counted: bool, clock: Clock) -> None:
    """Opt in or out; again changes nothing."""
    if counted:
        Choice.objects.get_or_create(user_id=user_id, defaults={"chosen_at": clock.now()})
    else:
        Choice.objects.filter(user_id=user_id).delete()
